#include "api/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "api/tokens.h"
#include "base/text.h"

namespace aerostat {

namespace {

std::string_view header(const Headers& headers, std::string_view name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::string_view bearer(const Headers& headers) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = header(headers, "Authorization");
  if (value.size() < kScheme.size()) return {};
  const IgnoreCase before;
  const std::string_view scheme = value.substr(0, kScheme.size());
  return before(scheme, kScheme) || before(kScheme, scheme) ? std::string_view{}
                                                            : value.substr(kScheme.size());
}

// "[::1]:7070" -> "::1"
std::string_view name_of(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_ours(std::string_view host, const std::vector<std::string>& names) {
  const std::string name(name_of(host));
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error || name == "localhost" || std::find(names.begin(), names.end(), name) != names.end();
}

tl::unexpected<Error> refused(std::string message) { return fail(Error::Kind::Denied, std::move(message)); }

}  // namespace

std::string session_of(const Headers& headers) {
  std::string_view rest = header(headers, "Cookie");
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    std::string_view one = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(kCookie) && one.substr(kCookie.size()).starts_with('='))
      return std::string(one.substr(kCookie.size() + 1));
  }
  return {};
}

Principal principal_of_request(const Headers& headers, const Tokens* tokens) {
  const std::string session = session_of(headers);
  const std::string_view token = bearer(headers);
  const std::string_view shown = token.empty() ? std::string_view(session) : token;
  if (tokens != nullptr && !shown.empty()) {
    if (auto known = tokens->who(shown)) return *std::move(known);
  }
  return {"nobody", Scope::None,
          shown.empty()
              ? "over TCP a token is needed: send `Authorization: Bearer TOKEN`, or log in on the page; "
                "`aerostat token create` makes one"
              : "this token or session is not known, was revoked, or is over; log in again, or make a "
                "token with `aerostat token create`"};
}

bool reads_only(const ApiRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

Result<void> check_site(const ApiRequest& request, const std::vector<std::string>& names) {
  const std::string_view host = header(request.headers, "Host");
  const std::string_view origin = header(request.headers, "Origin");
  const std::string_view site = header(request.headers, "Sec-Fetch-Site");
  const bool browser = !origin.empty() || !site.empty();
  if ((request.over_tcp || browser) && !is_ours(host, names)) {
    return refused(
        fmt::format("'{}' is not a name of this daemon; use its address or localhost, or add the name to "
                    "names under [api]",
                    printable(host, 80)));
  }
  if (!origin.empty() && origin != fmt::format("http://{}", host) &&
      origin != fmt::format("https://{}", host)) {
    return refused(fmt::format("a page from {} may not use this daemon; open the daemon's own page",
                               printable(origin, 80)));
  }
  // A link from elsewhere may lead to the page.
  if (site == "cross-site" && request.target.starts_with("/v1"))
    return refused("a page from elsewhere may not use this daemon; open its own page");
  const bool by_cookie = request.over_tcp && header(request.headers, "Authorization").empty() &&
                         !header(request.headers, "Cookie").empty();
  if (by_cookie && !reads_only(request) && origin.empty() && site != "same-origin")
    return refused("a change by a session must name its page (Origin); programs use a token");
  return {};
}

}  // namespace aerostat
