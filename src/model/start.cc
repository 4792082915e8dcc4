#include "model/start.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aerostat {

namespace {

tl::unexpected<Error> wrong(std::string message, std::string_view field) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::string(field)});
}

Result<void> check_seconds(std::chrono::seconds given, std::string_view field) {
  if (given.count() >= 0 && given.count() <= kLongestWait) return {};
  return wrong(fmt::format("{} must be an integer from 0 to {}", field, kLongestWait), field);
}

// As libvirt writes it: 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, kForm, [](char is, char form) {
    return form == '-' ? is == '-' : std::string_view("0123456789abcdef").find(is) != std::string_view::npos;
  });
}

}  // namespace

std::optional<StartState> start_state_of(std::string_view name) {
  const auto found = std::ranges::find(kStartStates, name);
  if (found == kStartStates.end()) return std::nullopt;
  return static_cast<StartState>(found - kStartStates.begin());
}

Result<void> validate(const StartRequest& request) {
  if (!is_vm_name(request.vm)) {
    return wrong(fmt::format("'{}' is not a valid VM name: {}", printable(request.vm, 64), kVmNameRule),
                 "vm");
  }
  if (request.memory <= Bytes{}) {
    return wrong(request.vm + ": nothing is asked for; give memory_bytes a size above 0", "memory_bytes");
  }
  if (Result<void> ok = check_seconds(request.wait, "wait_seconds"); !ok) return ok;
  if (request.lasts) {
    if (Result<void> ok = check_seconds(*request.lasts, "lasts_seconds"); !ok) return ok;
  }
  if (request.weight && (*request.weight < kLeastWeight || *request.weight > kMostWeight)) {
    return wrong(fmt::format("weight must be an integer from {} to {}", kLeastWeight, kMostWeight), "weight");
  }
  if (!request.domain.empty() && !is_uuid(request.domain))
    return wrong("domain is not a libvirt domain's UUID, as virsh domuuid prints it", "domain");
  return {};
}

}  // namespace aerostat
