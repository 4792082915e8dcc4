#include "api/token_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "api/door.h"
#include "api/tokens.h"
#include "base/text.h"

namespace aerostat {

namespace {

ApiAnswer me(const Principal& who) {
  return ok({{"name", who.name}, {"scope", who.scope >= Scope::Change ? "change" : "read"}});
}

ApiAnswer no_tokens() {
  return error_answer(
      {Error::Kind::Unavailable, "the file of tokens cannot be used; the daemon's log says why"});
}

Json to_json(const Tokens::Token& token) {
  return {{"name", token.name},
          {"role", std::string(role_name(token.scope))},
          {"created", format_time(token.created)}};
}

// The members of an object of texts, all of them and no others.
Result<std::map<std::string, std::string>> texts(const std::string& body,
                                                 std::initializer_list<const char*> names,
                                                 std::string_view example) {
  const Json json = Json::parse(body, nullptr, false);
  std::map<std::string, std::string> out;
  if (json.is_discarded() || !json.is_object())
    return fail(Error::Kind::Invalid,
                fmt::format("the body is not a JSON object; send one like {}", example));
  for (const auto& member : json.items()) {
    const std::string& key = member.key();  // Clang 14 captures no bindings
    const Json& value = member.value();
    const bool known = std::any_of(names.begin(), names.end(), [&](const char* name) { return key == name; });
    if (!known || !value.is_string())
      return wrong(printable(key, 64), fmt::format("{} '{}'; send an object like {}",
                                                   known ? "a text is needed as" : "there is no member",
                                                   printable(key, 64), example));
    out[key] = value.get<std::string>();
  }
  for (const char* name : names) {
    if (!out.contains(name))
      return wrong(name, fmt::format("{} is missing; send an object like {}", name, example));
  }
  return out;
}

std::string cookie(std::string_view value, std::chrono::seconds lasts, bool encrypted) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie, value, lasts.count(),
                     encrypted ? "; Secure" : "");
}

}  // namespace

ApiAnswer get_me(const Call& call) { return me(call.request.principal); }

ApiAnswer get_tokens(const Call& call) {
  if (call.services.tokens == nullptr) return no_tokens();
  Json items = Json::array();
  for (const Tokens::Token& token : call.services.tokens->list()) items.push_back(to_json(token));
  return list(std::move(items));
}

ApiAnswer post_token(const Call& call) {
  if (call.services.tokens == nullptr) return no_tokens();
  const auto body = texts(call.request.body, {"name", "role"}, R"({"name":"grafana","role":"read"})");
  if (!body) return error_answer(body.error());
  const auto scope = parse_role(body->at("role"));
  if (!scope)
    return error_answer(
        wrong("role", fmt::format("role '{}' is neither read nor operator", printable(body->at("role"), 40)))
            .value());
  const Result<std::string> secret = call.services.tokens->create(body->at("name"), *scope);
  if (!secret) return error_answer(secret.error());
  call.services.manager.token_changed(EventCode::TokenCreated, {body->at("name"), body->at("role")},
                                      call.request.principal.name);
  Json out = {{"name", body->at("name")}, {"role", body->at("role")}};
  out["token"] = *secret;
  return ok(out);
}

ApiAnswer delete_token(const Call& call) {
  if (call.services.tokens == nullptr) return no_tokens();
  const Result<void> revoked = call.services.tokens->revoke(call.vm);
  if (!revoked) return error_answer(revoked.error());
  call.services.manager.token_changed(EventCode::TokenRevoked, {call.vm, ""}, call.request.principal.name);
  return ok({{"name", call.vm}});
}

ApiAnswer post_login(const Call& call) {
  if (call.services.tokens == nullptr) return no_tokens();
  const auto body = texts(call.request.body, {"token"}, R"({"token":"aerostat_…"})");
  if (!body) return error_answer(body.error());
  const Result<std::string> session = call.services.tokens->log_in(body->at("token"));
  if (!session) return error_answer(session.error(), session.error().kind == Error::Kind::Denied ? 401 : 503);
  ApiAnswer out = me(*call.services.tokens->who(*session));
  out.headers["Set-Cookie"] = cookie(*session, Tokens::kSessionLasts, call.request.encrypted);
  return out;
}

ApiAnswer post_logout(const Call& call) {
  if (call.services.tokens != nullptr) call.services.tokens->log_out(session_of(call.request.headers));
  ApiAnswer out = ok({{"name", "nobody"}, {"scope", "none"}});
  out.headers["Set-Cookie"] = cookie("", std::chrono::seconds(0), call.request.encrypted);
  return out;
}

}  // namespace aerostat
