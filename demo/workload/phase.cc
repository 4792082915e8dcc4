#include "phase.h"

#include <array>
#include <charconv>

namespace workload {

namespace {

constexpr double kLargest = 1e7;  // MiB, MiB/s or s: no guest is as large, no test as long

enum class Field { None, Size, Rate, Time, Fill };

struct Form {
  std::string_view name;
  Kind kind;
  std::array<Field, 3> fields;
  int needed;  // how many of the fields are required
};

constexpr Form kForms[] = {
    {"alloc", Kind::Alloc, {Field::Size, Field::Rate, Field::Fill}, 1},
    {"malloc", Kind::Malloc, {Field::Size, Field::Rate, Field::Fill}, 1},
    {"shared", Kind::Shared, {Field::Size, Field::Rate, Field::Fill}, 1},
    {"tables", Kind::Tables, {Field::Size, Field::Rate, Field::None}, 1},
    {"hold", Kind::Hold, {Field::Time, Field::Size, Field::None}, 1},
    {"read", Kind::Read, {Field::Size, Field::Time, Field::Rate}, 1},
    {"free", Kind::Free, {Field::Size, Field::None, Field::None}, 0},
    {"exit", Kind::Exit, {Field::None, Field::None, Field::None}, 0},
};

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = rest.find(':');
  const std::string_view word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return word;
}

std::optional<std::int64_t> scaled(std::string_view word, std::int64_t unit) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  if (!(value >= 0 && value <= kLargest)) return std::nullopt;
  return static_cast<std::int64_t>(value * static_cast<double>(unit));
}

const char* store(Phase& phase, Field field, std::string_view word) {
  if (field == Field::None) return "too many fields";
  if (word.empty()) return nullptr;  // omitted: the default stays
  if (field == Field::Fill) {
    phase.fill = word == "pattern" ? Fill::Pattern : Fill::Random;
    return word == "pattern" || word == "random" ? nullptr : "the fill is random or pattern";
  }
  const auto number = scaled(word, field == Field::Time ? 1'000'000'000 : kMiB);
  if (!number) return "not a number from 0 to 10000000";
  (field == Field::Size ? phase.bytes : field == Field::Rate ? phase.rate : phase.time_ns) = *number;
  return nullptr;
}

}  // namespace

std::optional<Phase> read_phase(std::string_view words, const char*& reason) {
  const std::string_view name = take_word(words);
  for (const Form& form : kForms) {
    if (form.name != name) continue;
    Phase phase;
    phase.kind = form.kind;
    std::size_t count = 0;
    for (; !words.empty(); ++count) {
      reason = store(phase, count < form.fields.size() ? form.fields[count] : Field::None, take_word(words));
      if (reason != nullptr) return std::nullopt;
    }
    if (static_cast<int>(count) >= form.needed) return phase;
    reason = "a field is missing";
    return std::nullopt;
  }
  reason = "unknown command";
  return std::nullopt;
}

}  // namespace workload
