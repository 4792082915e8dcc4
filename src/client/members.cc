#include "client/members.h"

#include <nlohmann/json.hpp>

#include "console/table.h"

namespace aerostat {

const Json& member(const Json& object, std::string_view key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNull : *found;
}

std::string text_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_string() ? clean(value.get_ref<const std::string&>()) : "";
}

std::optional<std::int64_t> whole_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

std::optional<Bytes> bytes_at(const Json& object, std::string_view key) {
  const auto bytes = whole_at(object, key);
  return bytes ? std::optional(Bytes::of(*bytes)) : std::nullopt;
}

std::optional<double> number_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

}  // namespace aerostat
