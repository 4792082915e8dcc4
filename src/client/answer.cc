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

std::string sentence_of(const Reply& reply) {
  const Json json = Json::parse(reply.body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_object() &&
      json["error"].contains("message") && json["error"]["message"].is_string()) {
    return clean(json["error"]["message"].get_ref<const std::string&>());
  }
  return fmt::format("aerostatd answered with status {} and no reason", reply.status);
}

}  // namespace aerostat
