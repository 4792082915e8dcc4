#include "client/answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "console/table.h"

namespace aerostat {

Result<Json> parse_reply(const Reply& reply) {
  Json json = Json::parse(reply.body, nullptr, false);
  if (json.is_discarded())
    return fail(Error::Kind::Internal, "aerostatd answered with something that is not JSON");
  return json;
}

Json items_of(const Json& list) {
  const auto found = list.is_object() ? list.find("items") : list.end();
  return found != list.end() && found->is_array() ? *found : Json::array();
}

std::string sentence_of(const Reply& reply) {
  const Json json = Json::parse(reply.body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_object() &&
      json["error"].contains("text") && json["error"]["text"].is_string()) {
    return clean(json["error"]["text"].get_ref<const std::string&>());
  }
  return fmt::format("aerostatd answered with status {} and no reason", reply.status);
}

}  // namespace aerostat
