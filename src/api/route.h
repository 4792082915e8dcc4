// Route: one path and method of the API and what answers it, with what all such functions need: parameters,
// lists, errors. A room of routes has its own file (*_routes.cc); routes.cc has the table of them all.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "api/json.h"
#include "api/routes.h"
#include "api/services.h"

namespace aerostat {

using Parameters = std::map<std::string, std::string, std::less<>>;

// A request that has passed the checks of its route. Its members live until the function returns; only
// `services` also lives afterwards.
struct Call {
  const Services& services;
  const std::string& vm;  // the name in the path
  const Parameters& parameters;
  const ApiRequest& request;
};

struct Route {
  std::string_view method;
  std::string_view path;        // '*' stands for the name of a VM or a token
  std::string_view parameters;  // space-separated; others are refused
  Scope scope;
  void (*run)(const Call&, const Reply&);
};

// Most answers are there at once.
template <ApiAnswer (*made)(const Call&)>
void now(const Call& call, const Reply& reply) {
  reply(made(call));
}

ApiAnswer ok(const Json& json);
// `next`: the value of `after` for the next request; null: the list is complete.
ApiAnswer list(Json items, Json next = nullptr);

template <typename Records>
Json list_json(const Records& records) {
  Json out = Json::array();
  for (const auto& record : records) out.push_back(to_json(record));
  return out;
}

// The host's report, with whether the past is kept, and what is wrong with that.
Json host_json(const Manager& manager, const HistoryReader* history);

// An error about one parameter.
tl::unexpected<Error> wrong(std::string_view parameter, std::string message);
Result<std::uint64_t> number(const Call& call, std::string_view name, std::uint64_t otherwise);
Result<bool> flag(const Call& call, std::string_view name);

// The parameters of "a=1&b=2"; a name alone means 1. Refuses those that are not among `known`.
Result<Parameters> parse_parameters(std::string_view query, std::string_view known);

}  // namespace aerostat
