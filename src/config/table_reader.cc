#include "config/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace aerostat {

namespace {

std::string list_of(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

const Entry* TableReader::find(std::string_view key) {
  known_.emplace_back(key);
  const auto found =
      std::find_if(table_.begin(), table_.end(), [key](const Entry& entry) { return entry.key == key; });
  return found == table_.end() ? nullptr : &*found;
}

void TableReader::wrong_type(const Entry& entry, std::string_view needed, std::string_view example) {
  problems_.add(entry.value.at, fmt::format("{} is {}, and {} is needed; write {}", entry.key,
                                            type_name(entry.value), needed, example));
}

std::optional<Placed<std::string>> TableReader::text(std::string_view key, std::string_view example) {
  const Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<std::string>(&entry->value.data))
    return Placed<std::string>{entry->value.at, *value};
  wrong_type(*entry, "a text in quotes", example);
  return std::nullopt;
}

std::optional<Placed<int>> TableReader::whole(std::string_view key, std::string_view example) {
  const Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  const auto* value = std::get_if<std::int64_t>(&entry->value.data);
  if (value == nullptr) {
    wrong_type(*entry, "a whole number", example);
    return std::nullopt;
  }
  if (*value < std::numeric_limits<int>::min() || *value > std::numeric_limits<int>::max()) {
    problems_.add(entry->value.at,
                  fmt::format("{} {} is out of all proportion; write {}", key, *value, example));
    return std::nullopt;
  }
  return Placed<int>{entry->value.at, static_cast<int>(*value)};
}

std::optional<Placed<bool>> TableReader::flag(std::string_view key, std::string_view example) {
  const Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&entry->value.data)) return Placed<bool>{entry->value.at, *value};
  wrong_type(*entry, "true or false without quotes", example);
  return std::nullopt;
}

std::optional<Placed<Bytes>> TableReader::size(std::string_view key) {
  const auto value = text(key, fmt::format("a size in quotes with its unit, like {} = \"512M\"", key));
  if (!value) return std::nullopt;
  const Result<Bytes> parsed = parse_size(value->value);
  if (parsed) return Placed<Bytes>{value->at, *parsed};
  problems_.add(value->at, fmt::format("{}: {}", key, parsed.error().message));
  return std::nullopt;
}

std::optional<Placed<Array>> TableReader::list(std::string_view key, std::string_view example) {
  const Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<Array>(&entry->value.data))
    return Placed<Array>{entry->value.at, *value};
  wrong_type(*entry, "a list", example);
  return std::nullopt;
}

const Entry* TableReader::table(std::string_view key) {
  const Entry* const entry = find(key);
  if (entry == nullptr || std::holds_alternative<Table>(entry->value.data)) return entry;
  wrong_type(*entry, "a table", fmt::format("[{}] on a line of its own, and its keys below", key));
  return nullptr;
}

void TableReader::finish() {
  for (const Entry& entry : table_) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string meant = did_you_mean(entry.key, known_);
    problems_.add(entry.key_at,
                  fmt::format("{} has no key '{}'{}", where_, printable(entry.key, 64),
                              !meant.empty() ? meant : "; remove it, or use one of: " + list_of(known_)));
  }
}

namespace {

// One rule at a time: a settings object with only this value.
void check_alone(const Settings& only, Place at, std::vector<Place>& wrong, Problems& problems) {
  if (const Result<void> checked = validate(only); !checked) {
    wrong.push_back(at);
    problems.add(at, checked.error().message);
  }
}

}  // namespace

Settings read_settings(TableReader& reader, Problems& problems) {
  Settings out;
  std::vector<Place> wrong;
  std::vector<Place> sizes;
  if (const auto mode = reader.text("mode", "mode = \"static\" or mode = \"dynamic\"")) {
    if (const Result<Mode> parsed = parse_mode(mode->value))
      out.mode = *parsed;
    else
      problems.add(mode->at, parsed.error().message);
  }
  const auto size = [&](std::string_view key, std::optional<Bytes> Settings::* member) {
    const auto read = reader.size(key);
    if (!read) return;
    Settings only;
    only.*member = read->value;
    out.*member = read->value;
    sizes.push_back(read->at);
    check_alone(only, read->at, wrong, problems);
  };
  size("startup", &Settings::startup);
  size("minimum", &Settings::minimum);
  size("maximum", &Settings::maximum);
  const auto number = [&](std::string_view key, std::string_view example,
                          std::optional<int> Settings::* member) {
    const auto read = reader.whole(key, example);
    if (!read) return;
    Settings only;
    only.*member = read->value;
    out.*member = read->value;
    check_alone(only, read->at, wrong, problems);
  };
  number("buffer", "buffer = 20 (percent)", &Settings::buffer_percent);
  number("weight", "weight = 5000", &Settings::weight);
  if (wrong.empty() && !sizes.empty()) {
    // Only the order of the sizes can still be wrong. Report it at the last of them.
    if (const Result<void> checked = validate(out); !checked) {
      problems.add(*std::max_element(sizes.begin(), sizes.end()), checked.error().message);
    }
  }
  return out;
}

}  // namespace aerostat
