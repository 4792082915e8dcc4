// `aerostat token`: makes, lists and revokes what lets programs and browsers use the API over TCP.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/commands.h"

namespace aerostat {

class TokenCommand {
 public:
  explicit TokenCommand(CLI::App& app);
  bool asked() const { return token_->parsed(); }
  int run(const Client& client, const Output& output) const;

 private:
  CLI::App* token_;
  CLI::App* create_;
  CLI::App* list_;
  CLI::App* revoke_;
  std::string name_, role_ = "read";
};

}  // namespace aerostat
