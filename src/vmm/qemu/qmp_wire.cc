#include "vmm/qemu/qmp_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aerostat {

namespace {

using nlohmann::json;

tl::unexpected<Error> not_qmp(std::string_view why, std::string_view line) {
  return fail(Error::Kind::Invalid, fmt::format("{}: '{}'", why, printable(line, 60)));
}

// Brackets outside strings, counted before the parser builds anything.
bool too_deep(std::string_view line) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepestQmpLine) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string version_of(const json& greeting) {
  static const json kNothing = json::object();
  const auto at = [](const json& object, const char* key) -> const json& {
    return object.is_object() && object.contains(key) ? object[key] : kNothing;
  };
  const json& qemu = at(at(greeting, "version"), "qemu");
  const auto number = [&](const char* key) {
    const json& n = at(qemu, key);
    return n.is_number_unsigned() ? n.get<std::uint64_t>() : 0;
  };
  return fmt::format("{}.{}.{}", number("major"), number("minor"), number("micro"));
}

Error error_of(const json& error) {
  const std::string what = string_in(error, "class").value_or("GenericError");
  const auto kind =
      what == "CommandNotFound" || what == "DeviceNotFound" ? Error::Kind::NotFound : Error::Kind::Refused;
  return {kind, printable(string_in(error, "desc").value_or("an error without a description"))};
}

}  // namespace

Result<std::vector<std::string>> QmpLines::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > longest_) {
      return fail(Error::Kind::Invalid, fmt::format("a line longer than {} bytes", longest_));
    }
    rest_ += piece;
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    if (!rest_.empty() && rest_.back() == '\r') rest_.pop_back();
    if (!rest_.empty()) lines.push_back(std::move(rest_));
    rest_.clear();
  }
  return lines;
}

Result<QmpMessage> parse_qmp(std::string_view line) {
  if (too_deep(line)) return not_qmp("too deeply nested", line);
  json message = json::parse(line, nullptr, false);
  if (message.is_discarded()) return not_qmp("not JSON", line);
  if (!message.is_object()) return not_qmp("not an object", line);

  if (const auto greeting = message.find("QMP"); greeting != message.end())
    return QmpGreeting{version_of(*greeting)};
  if (auto name = string_in(message, "event")) {
    QmpEvent event{std::move(*name), json::object()};
    if (const auto data = message.find("data"); data != message.end() && data->is_object())
      event.data = std::move(*data);
    return event;
  }
  const auto value = message.find("return");
  const auto error = message.find("error");
  if (value == message.end() && error == message.end())
    return not_qmp("neither greeting, answer nor event", line);
  const auto id = message.find("id");
  if (id == message.end() || !id->is_number_unsigned()) return not_qmp("an answer to nothing we asked", line);
  if (error != message.end()) return QmpReply{id->get<std::uint64_t>(), fail(error_of(*error))};
  return QmpReply{id->get<std::uint64_t>(), std::move(*value)};
}

std::string qmp_command(std::string_view command, const json& arguments, std::uint64_t id) {
  json message = json::object();
  message["execute"] = command;
  if (!arguments.is_null()) message["arguments"] = arguments;
  message["id"] = id;
  return message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<Bytes> bytes_in(const json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto n = found->get<std::int64_t>();  // 2^64-1, QEMU's "missing", becomes negative
  if (n < 0 || n > kMostQmpBytes) return std::nullopt;
  return Bytes::of(n);
}

std::optional<std::string> string_in(const json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace aerostat
