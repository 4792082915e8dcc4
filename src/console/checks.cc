#include "console/checks.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/text.h"

namespace aerostat {

namespace {

template <typename Number>
bool read(const std::string& text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

CLI::Validator number_from(double low, double high) {
  const std::string range = fmt::format("{:g} to {:g}", low, high);
  return {[=](std::string& text) {
            double value = 0;
            if (read(text, value) && value >= low && value <= high) return std::string();
            return fmt::format("'{}' is not a number from {}", printable(text, 40), range);
          },
          range};
}

CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            if (read(text, value)) return std::string();
            return fmt::format("'{}' is not an integer from 0 to 2^64 - 1", printable(text, 40));
          },
          ""};
}

CLI::Validator percent(int low, int high) {
  return {[=](std::string& text) {
            std::string number = text;
            if (number.ends_with('%')) number.pop_back();
            while (number.ends_with(' ')) number.pop_back();
            int value = 0;
            if (!read(number, value) || value < low || value > high)
              return fmt::format("'{}' is not an integer percentage from {} to {}", printable(text, 40), low,
                                 high);
            text = number;
            return std::string();
          },
          ""};
}

CLI::Validator memory_size() {
  return {[](std::string& text) {
            const Result<Bytes> size = parse_size(text);
            return size ? std::string() : size.error().message;
          },
          "SIZE"};
}

CLI::Validator vm_name() {
  return {[](std::string& text) {
            return is_vm_name(text) ? std::string() : "'" + printable(text, 64) + "' is not a valid VM name";
          },
          ""};
}

CLI::Validator token_name() {
  return {[](std::string& text) {
            if (is_vm_name(text)) return std::string();
            return fmt::format("'{}' is not a valid name of a token: use {}", printable(text, 64),
                               kVmNameRule);
          },
          ""};
}

}  // namespace aerostat
