#include "client/live_state.h"

#include "client/members.h"

namespace aerostat {

namespace {

// Whatever is no object has no members.
void update(Json& into, const Json& with) {
  if (with.is_object()) into.update(with);
}

}  // namespace

bool LiveState::take(const StreamEvent& event) {
  if (event.kind != "state" && event.kind != "change") return false;
  const Json told = Json::parse(event.data, nullptr, false);
  if (!told.is_object()) return false;
  if (event.kind == "state") {
    host_ = Json::object();
    vms_.clear();
  }
  merge(told);
  return true;
}

void LiveState::merge(const Json& change) {
  update(host_, member(change, "host"));
  const Json& vms = member(change, "vms");
  for (const Json& vm : vms.is_array() ? vms : Json::array()) {
    const Json& name = member(vm, "name");
    if (name.is_string()) update(vms_.try_emplace(name.get<std::string>(), Json::object()).first->second, vm);
  }
  const Json& gone = member(change, "gone");
  for (const Json& name : gone.is_array() ? gone : Json::array()) {
    if (name.is_string()) vms_.erase(name.get<std::string>());
  }
}

Json LiveState::vms() const {
  Json items = Json::array();
  for (const auto& [name, vm] : vms_) items.push_back(vm);
  return {{"items", std::move(items)}, {"next", nullptr}};
}

}  // namespace aerostat
