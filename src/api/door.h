// Who stands at the door: recognises the sender of a request that came over TCP, and refuses what a browser
// was talked into by a page from elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "api/routes.h"
#include "base/result.h"

namespace aerostat {

class Tokens;

// `Authorization: Bearer TOKEN`, or the cookie of a session. Nobody known has the scope None.
Principal principal_of_request(const Headers& headers, const Tokens* tokens);

// It asks, and changes nothing.
bool reads_only(const ApiRequest& request);

// A browser names the page that asks (Origin): it must be ours. Over TCP the host that it believes to talk to
// must be an address, localhost, or one of `names`: a name of somebody else's that leads here is refused.
// What a cookie is sent with must name its page if it changes something.
Result<void> check_site(const ApiRequest& request, const std::vector<std::string>& names);

inline constexpr std::string_view kCookie = "aerostat_session";
// The session of a request; empty: none.
std::string session_of(const Headers& headers);

}  // namespace aerostat
