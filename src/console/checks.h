// Checks of numbers and sizes on the command line. CLI11's own accept NaN, and whole numbers wrap.
#pragma once

#include <CLI/CLI.hpp>

namespace aerostat {

// A number from `low` to `high`, both included.
CLI::Validator number_from(double low, double high);
// 0 to 2^64 - 1.
CLI::Validator whole_number();
// A whole number from `low` to `high`, with or without a trailing "%", which is removed.
CLI::Validator percent(int low, int high);
// As in 512M or 1.5G.
CLI::Validator memory_size();
CLI::Validator vm_name();
// By the same rule.
CLI::Validator token_name();

}  // namespace aerostat
