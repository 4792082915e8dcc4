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

namespace {

// Who was not reached at all has another kind: Denied or Unavailable.
Error::Kind kind_of(int status) {
  switch (status) {
    case 400: return Error::Kind::Invalid;
    case 404: return Error::Kind::NotFound;
    case 409: return Error::Kind::Refused;
    default: return Error::Kind::Internal;
  }
}

}  // namespace

Result<Json> ask_daemon(const Client& client, const std::string& method, const std::string& target,
                        const std::string& body) {
  const Result<Reply> reply = client.request(method, target, body);
  if (!reply) return fail(reply.error());
  if (reply->status != 200) return fail(kind_of(reply->status), sentence_of(*reply));
  return parse_reply(*reply);
}

Json items_of(const Json& list) {
  const auto found = list.is_object() ? list.find("items") : list.end();
  return found != list.end() && found->is_array() ? *found : Json::array();
}

std::string sentence_of(const Reply& reply) {
  const Json json = Json::parse(reply.body, nullptr, false);
  const auto detail = json.is_object() ? json.find("detail") : json.end();
  if (detail != json.end() && detail->is_string()) return clean(detail->get_ref<const std::string&>());
  return fmt::format("aerostatd answered with status {} and no reason", reply.status);
}

}  // namespace aerostat
