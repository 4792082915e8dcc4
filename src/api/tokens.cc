#include "api/tokens.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/own_file.h"
#include "base/text.h"

namespace aerostat {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTokens = 100;
constexpr std::size_t kMostSessions = 200;
constexpr std::size_t kMostFile = 1u << 20;

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

// A secret has 256 random bits, so that nobody finds it from a fast hash either.
std::string hash_of(std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(secret.data(), secret.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  return hexadecimal(digest.data(), size);
}

Result<std::string> random_secret(std::string_view prefix) {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return fail(Error::Kind::Internal, "the kernel gave no random numbers; try again");
  return std::string(prefix) + hexadecimal(bytes.data(), bytes.size());
}

std::int64_t seconds_of(WallTime time) { return std::chrono::system_clock::to_time_t(time); }

std::optional<Tokens::Token> read_token(const Json& item) {
  const auto text = [&item](const char* key) -> std::optional<std::string> {
    const auto found = item.is_object() ? item.find(key) : item.end();
    if (found == item.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  const auto time = [&item](const char* key) -> std::optional<WallTime> {
    const auto found = item.is_object() ? item.find(key) : item.end();
    if (found == item.end() || !found->is_number_integer()) return std::nullopt;
    return std::chrono::system_clock::from_time_t(found->get<std::int64_t>());
  };
  const auto name = text("name"), role = text("role"), hash = text("sha256");
  const auto scope = role ? parse_role(*role) : std::nullopt;
  const auto created = time("created");
  if (!name || !is_vm_name(*name) || !scope || !hash || hash->size() != 64 || !created) return std::nullopt;
  return Tokens::Token{*name, *scope, *created, *hash, time("until")};
}

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(Error::Kind::Invalid,
              fmt::format("{} is damaged, so no token is valid; move it away, and make new tokens", path));
}

}  // namespace

std::string_view role_name(Scope scope) { return scope == Scope::Change ? "operator" : "read"; }
std::optional<Scope> parse_role(std::string_view word) {
  if (word == "read") return Scope::Read;
  if (word == "operator") return Scope::Change;
  return std::nullopt;
}

Result<Tokens> Tokens::load(std::string path, Wall wall) {
  Tokens out(std::move(path), std::move(wall));
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(out.path_, error))) return out;
  const auto text = read_own_file(out.path_, kMostFile);
  if (!text) return damaged(out.path_);
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_array()) return damaged(out.path_);
  for (const Json& item : json) {
    auto token = read_token(item);
    if (!token) return damaged(out.path_);
    out.tokens_.push_back(*std::move(token));
  }
  return out;
}

Result<void> Tokens::keep(std::vector<Token> tokens) {
  Json json = Json::array();
  for (const Token& token : tokens) {
    Json item = {{"name", token.name},
                 {"role", std::string(role_name(token.scope))},
                 {"created", seconds_of(token.created)},
                 {"sha256", token.hash}};
    if (token.until) item["until"] = seconds_of(*token.until);
    json.push_back(std::move(item));
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  if (const auto fault = replace_own_file(path_, json.dump(1) + "\n", 0600, Durable::Yes))
    return fail(Error::Kind::Unavailable, fmt::format("{} cannot be written: {}; nothing is changed",
                                                      fault->path, std::strerror(fault->code)));
  tokens_ = std::move(tokens);
  return {};
}

Result<std::string> Tokens::create(const std::string& name, Scope scope) {
  if (!is_vm_name(name))
    return fail(
        Error{Error::Kind::Invalid,
              fmt::format("'{}' is not a valid name of a token; use {}", printable(name, 64), kVmNameRule),
              "name"});
  const std::vector<Token> known = list();
  if (std::any_of(known.begin(), known.end(), [&](const Token& token) { return token.name == name; }))
    return fail(Error{Error::Kind::Refused,
                      fmt::format("there is a token '{}'; revoke it first, or use another name", name),
                      "name"});
  if (known.size() >= kMostTokens)
    return fail(Error::Kind::Refused,
                fmt::format("there are {} tokens, and no more are kept; revoke some", known.size()));
  Result<std::string> secret = random_secret("aerostat_");
  if (!secret) return secret;
  std::vector<Token> after = tokens_;
  after.push_back({name, scope, wall_(), hash_of(*secret), std::nullopt});
  if (Result<void> kept = keep(std::move(after)); !kept) return fail(std::move(kept.error()));
  return secret;
}

Result<void> Tokens::revoke(const std::string& name) {
  std::vector<Token> after = tokens_;
  if (std::erase_if(after, [&](const Token& token) { return token.name == name; }) == 0)
    return fail(Error::Kind::NotFound,
                fmt::format("there is no token '{}'; `aerostat token list` shows those there are", name));
  // It must not count any more, even if the disk does not take that.
  std::erase_if(tokens_, [&](const Token& token) { return token.name == name; });
  revoked_("token " + name);
  Result<void> kept = keep(std::move(after));
  if (!kept)
    return fail(Error::Kind::Unavailable, fmt::format("'{}' counts no more until aerostatd is restarted; {}",
                                                      name, kept.error().message));
  return {};
}

std::vector<Tokens::Token> Tokens::list() const {
  std::vector<Token> out;
  std::copy_if(tokens_.begin(), tokens_.end(), std::back_inserter(out),
               [](const Token& token) { return !token.until; });
  std::sort(out.begin(), out.end(), [](const Token& a, const Token& b) { return a.name < b.name; });
  return out;
}

const Tokens::Token* Tokens::find(std::string_view secret) const {
  const std::string hash = hash_of(secret);
  const Token* out = nullptr;
  for (const Token& token : tokens_) {
    if (token.hash.size() == hash.size() && CRYPTO_memcmp(token.hash.data(), hash.data(), hash.size()) == 0)
      out = &token;
  }
  return out != nullptr && out->until && *out->until <= wall_() ? nullptr : out;
}

std::optional<Principal> Tokens::who(std::string_view secret) const {
  const Token* const token = find(secret);
  if (token == nullptr) return std::nullopt;
  Principal out{"token " + token->name, token->scope, {}};
  if (token->scope < Scope::Change)
    out.refusal = fmt::format("the token '{}' may only read; make one with --role operator", token->name);
  return out;
}

Result<std::string> Tokens::log_in(const std::string& token_secret) {
  const Token* const token = find(token_secret);
  if (token == nullptr || token->until)
    return fail(Error{Error::Kind::Denied,
                      "there is no such token, or it was revoked; `aerostat token create` makes one",
                      "token"});
  Result<std::string> secret = random_secret("session_");
  if (!secret) return secret;
  std::vector<Token> after = tokens_;
  std::erase_if(after, [this](const Token& known) { return known.until && *known.until <= wall_(); });
  const auto sessions =
      std::count_if(after.begin(), after.end(), [](const Token& t) { return t.until.has_value(); });
  if (sessions >= static_cast<std::ptrdiff_t>(kMostSessions))
    after.erase(std::find_if(after.begin(), after.end(), [](const Token& t) { return t.until.has_value(); }));
  after.push_back({token->name, token->scope, wall_(), hash_of(*secret), wall_() + kSessionLasts});
  if (Result<void> kept = keep(std::move(after)); !kept) return fail(std::move(kept.error()));
  return secret;
}

void Tokens::log_out(std::string_view session_secret) {
  const Token* const session = find(session_secret);
  if (session == nullptr || !session->until) return;
  const std::string hash = session->hash;
  std::vector<Token> after = tokens_;
  std::erase_if(after, [&](const Token& token) { return token.hash == hash; });
  std::erase_if(tokens_, [&](const Token& token) { return token.hash == hash; });
  [[maybe_unused]] const Result<void> kept = keep(std::move(after));
}

}  // namespace aerostat
