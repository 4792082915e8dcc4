#include "api/route.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace aerostat {

namespace {

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (words.substr(0, space) == word) return true;
    words = space == std::string_view::npos ? "" : words.substr(space + 1);
  }
  return false;
}

}  // namespace

ApiAnswer ok(const Json& json) {
  ApiAnswer out;
  out.body = dump(json) + "\n";
  return out;
}

ApiAnswer list(Json items, Json next) { return ok({{"items", std::move(items)}, {"next", std::move(next)}}); }

Json host_json(const Manager& manager, const HistoryReader* history) {
  Json out = to_json(manager.host());
  const HistoryState past = history != nullptr ? history->state() : HistoryState{};
  out["history"] = std::string(history_word(past.kind));
  const std::string note = out.value("note", "");
  if (!past.note.empty()) out["note"] = note.empty() ? past.note : note + "; " + past.note;
  return out;
}

tl::unexpected<Error> wrong(std::string_view parameter, std::string message) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::string(parameter)});
}

Result<std::uint64_t> number(const Call& call, std::string_view name, std::uint64_t otherwise) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end()) return otherwise;
  std::uint64_t value = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto [rest, error] = std::from_chars(found->second.data(), end, value);
  if (error == std::errc{} && rest == end) return value;
  return wrong(name,
               fmt::format("{}={} is not a whole number from 0 up", name, printable(found->second, 40)));
}

Result<bool> flag(const Call& call, std::string_view name) {
  const auto found = call.parameters.find(name);
  if (found == call.parameters.end() || found->second == "0") return false;
  if (found->second == "1") return true;
  return wrong(name, fmt::format("{}={} is neither 0 nor 1", name, printable(found->second, 40)));
}

Result<Parameters> parse_parameters(std::string_view query, std::string_view known) {
  Parameters out;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    if (!has_word(known, name)) {
      return wrong(printable(name, 40),
                   fmt::format("there is no parameter '{}' here{}{}", printable(name, 40),
                               known.empty() ? "" : "; there is: ", known));
    }
    out[std::string(name)] = equals == std::string_view::npos ? "1" : std::string(part.substr(equals + 1));
  }
  return out;
}

}  // namespace aerostat
