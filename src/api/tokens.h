// Tokens: secrets that let a program or a browser use the API over TCP, and the sessions of browsers that
// showed one. A secret is shown once, when it is made; kept is its hash only, in a file for the daemon's user
// alone. What is revoked counts no more from the same moment on, with all of its sessions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "base/result.h"
#include "model/report.h"

namespace aerostat {

class Tokens {
 public:
  struct Token {
    std::string name;
    Scope scope = Scope::Read;
    WallTime created;
    std::string hash;  // of the secret: SHA-256, in hexadecimal digits
    // Of a session only: when it ends. Its name is that of the token that it came from.
    std::optional<WallTime> until;
  };
  using Wall = std::function<WallTime()>;

  // `path`: the file. Error: it exists and cannot be used; then no token is known, and none is lost.
  static Result<Tokens> load(std::string path, Wall wall);

  // The secret of a new token. Refused: a name that is taken or is none, or too many.
  Result<std::string> create(const std::string& name, Scope scope);
  Result<void> revoke(const std::string& name);
  std::vector<Token> list() const;  // without sessions, by name

  // Who shows this secret, of a token or of a session. Takes the same time for any wrong one.
  std::optional<Principal> who(std::string_view secret) const;
  // The secret of a session of the token's owner, who may do what the token may.
  Result<std::string> log_in(const std::string& token_secret);
  // Ends a session. Harmless if there is none.
  void log_out(std::string_view session_secret);

  // Called with the user's name, as in Principal, when a token was revoked.
  void when_revoked(std::function<void(const std::string& user)> tell) { revoked_ = std::move(tell); }

  static constexpr std::chrono::hours kSessionLasts{24 * 7};

 private:
  Tokens(std::string path, Wall wall) : path_(std::move(path)), wall_(std::move(wall)) {}
  const Token* find(std::string_view secret) const;
  Result<void> keep(std::vector<Token> tokens);

  std::string path_;
  Wall wall_;
  std::function<void(const std::string& user)> revoked_ = [](const std::string&) {};
  std::vector<Token> tokens_;  // and sessions
};

// The words of --role and of the API: "read", "operator".
std::string_view role_name(Scope scope);
std::optional<Scope> parse_role(std::string_view word);

}  // namespace aerostat
