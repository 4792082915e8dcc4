#include "cli/token_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "client/members.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/table.h"

namespace aerostat {

namespace {

std::string text_of(const Json& object, const char* key) {
  const std::string text = text_at(object, key);
  return text.empty() ? "-" : text;
}

}  // namespace

TokenCommand::TokenCommand(CLI::App& app) {
  token_ = app.add_subcommand("token", "Make, list and revoke tokens for the API over TCP");
  token_->require_subcommand(1);
  create_ = token_->add_subcommand("create", "Make a token, and print it once");
  create_->add_option("NAME", name_, "what or whom it is for")
      ->required()
      ->check(token_name())
      ->type_name("");
  create_->add_option("--role", role_, "read, or operator: may also make changes")
      ->check(CLI::IsMember({"read", "operator"}))
      ->capture_default_str()
      ->type_name("ROLE");
  list_ = token_->add_subcommand("list", "Show the tokens: name, role, when it was made");
  revoke_ = token_->add_subcommand("revoke", "Let a token and its sessions count no more, from now on");
  revoke_->add_option("NAME", name_, "the token's name")->required()->check(token_name())->type_name("");
  token_->footer(
      "Only who may make changes on the daemon's socket makes tokens. Kept is a hash: a lost token is "
      "revoked.\n"
      "Examples:\n  aerostat token create grafana --role read\n  aerostat token revoke grafana");
  create_->footer(
      "The token is printed once, on standard output.\n"
      "Examples:\n  aerostat token create grafana --role read\n  aerostat token create ci --role operator > "
      "ci.token");
  list_->footer("Examples:\n  aerostat token list\n  aerostat token list --json | jq -r '.items[].name'");
  revoke_->footer("Example:\n  aerostat token revoke grafana");
}

int TokenCommand::run(const Client& client, const Output& output) const {
  const Result<Json> answer =
      create_->parsed()
          ? ask_daemon(client, "POST", "/v1/tokens", Json{{"name", name_}, {"role", role_}}.dump())
      : revoke_->parsed() ? ask_daemon(client, "DELETE", "/v1/tokens/" + percent_encoded(name_))
                          : ask_daemon(client, "GET", "/v1/tokens");
  if (!answer) {
    output.err << "aerostat: " << clean(answer.error().message) << "\n";
    return status_of(answer.error());
  }
  if (output.json) {
    output.out << answer->dump() << "\n";
  } else if (create_->parsed()) {
    output.out << text_of(*answer, "token") << "\n" << std::flush;
    output.err << "Keep it: it is not shown again.\n";
  } else if (revoke_->parsed()) {
    output.out << "revoked: " << name_ << "\n";
  } else {
    for (const Json& token : items_of(*answer)) {
      output.out << fmt::format("{:<24} {:<9} {}\n", text_of(token, "name"), text_of(token, "role"),
                                text_of(token, "created"));
    }
  }
  return kDone;
}

}  // namespace aerostat
