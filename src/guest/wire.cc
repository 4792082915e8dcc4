#include "guest/wire.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "guest/line_reader.h"
#include "model/guest_fields.h"

namespace aerostat::wire {

namespace {

using nlohmann::json;

constexpr int kDepthMost = 4;  // docs/design/protocol.md: nothing in it nests deeper than 2
constexpr std::int64_t kKibMost = std::int64_t{1} << 40;  // 1 PiB
constexpr std::size_t kTextMost = 100;
constexpr std::int64_t kServicePackMost = 99;

Error broken(std::string why) { return {Error::Kind::Invalid, std::move(why)}; }

// Checked before parsing, because the parser would build what it reads.
bool nests_too_deep(std::string_view line) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if ((c == '{' || c == '[') && ++depth > kDepthMost) return true;
    if (c == '}' || c == ']') --depth;
  }
  return false;
}

// Reads the members of one message. The first mistake is kept in `wrong`; reading goes on harmlessly.
class Members {
 public:
  explicit Members(const json& object) : object_(object) {}

  std::optional<std::int64_t> whole(std::string_view name, std::int64_t most = INT64_MAX) {
    const auto at = object_.find(name);
    if (at == object_.end()) return {};
    const bool fits =
        at->is_number_unsigned() && at->get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
    if (fits) return static_cast<std::int64_t>(at->get<std::uint64_t>());
    complain(fmt::format("{} is not a whole number from 0 to {}", name, most));
    return {};
  }

  std::int64_t needed(const char* name) {
    const auto value = whole(name);
    if (!value) complain(fmt::format("{} is missing", name));
    return value.value_or(0);
  }

  std::optional<std::uint64_t> counter(const char* name) {
    const auto value = whole(name);
    if (!value) return {};
    return static_cast<std::uint64_t>(*value);
  }

  std::optional<GuestTime> time(const char* name) {
    const auto value = whole(name);
    if (!value) return {};
    return GuestTime(*value);
  }

  std::string text(const char* name, std::size_t most = kTextMost) {
    const auto at = object_.find(name);
    if (at == object_.end()) return {};
    if (const auto* value = at->get_ptr<const std::string*>()) return printable(*value, most);
    complain(fmt::format("{} is not text", name));
    return {};
  }

  void complain(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }
  const std::string& wrong() const { return wrong_; }

 private:
  const json& object_;
  std::string wrong_;
};

Hello read_hello(const json& object, Members& in) {
  Hello hello;
  const auto version = object.find("protocol");
  const auto part = [&](std::size_t i) {
    const bool good = version != object.end() && version->is_array() && version->size() > i &&
                      (*version)[i].is_number_unsigned() && (*version)[i].get<std::uint64_t>() <= 65535;
    if (!good) in.complain("protocol is not [major, minor]");
    return good ? (*version)[i].get<int>() : 0;
  };
  hello.version = {part(0), part(1)};
  hello.agent = in.text("agent");
  hello.system.os = in.text("os", 40);
  hello.system.release = in.text("release");
  hello.system.name = in.text("name", 60);
  hello.system.version = in.text("version", 40);
  hello.system.edition = in.text("edition", 60);
  hello.system.arch = in.text("arch", 20);
  hello.system.suite = in.text("suite", 80);
  if (const auto pack = in.whole("service_pack", kServicePackMost))
    hello.system.service_pack = static_cast<int>(*pack);
  hello.boot_id = in.text("boot_id");
  const auto caps = object.find("caps");
  if (caps == object.end()) return hello;
  if (!caps->is_array()) in.complain("caps is not a list");
  for (const json& cap : *caps) {
    const auto* name = cap.get_ptr<const std::string*>();
    if (name == nullptr) continue;
    if (*name == "compact") hello.can_compact = true;
    if (*name == "hooks") hello.asks_programs = true;
    if (*name == "online") hello.can_online = true;
    if (*name == "overcommit") hello.relaxes_overcommit = true;
    if (*name == "balloon_in_total") hello.balloon_in_total = true;
  }
  return hello;
}

SampleCause read_cause(const std::string& why) {
  if (why == "low") return SampleCause::Low;
  if (why == "change") return SampleCause::Change;
  if (why == "online") return SampleCause::Online;
  return SampleCause::Keepalive;  // and whatever a later minor version may add
}

Sample read_sample(Members& in) {
  Sample sample;
  sample.sequence = in.counter("seq").value_or(0);
  sample.at = in.time("ns");
  sample.cause = read_cause(in.text("why"));
  sample.low_since = in.time("low_since_ns");
  for (const GuestField& field : guest_fields()) {
    if (field.wire.empty()) continue;
    const bool memory = field.unit == Unit::Bytes;
    const bool small = std::holds_alternative<std::optional<int> GuestSample::*>(field.member);
    if (const auto value = in.whole(field.wire, memory ? kKibMost : small ? INT32_MAX : INT64_MAX))
      field.put(sample.numbers, memory ? *value * 1024 : *value);
  }
  return sample;
}

Message read_message(const std::string& type, const json& object, Members& in) {
  if (type == "sample") return read_sample(in);
  if (type == "hello") return read_hello(object, in);
  if (type == "pong") {
    const std::int64_t id = in.needed("id");
    return Pong{id, GuestTime(in.needed("ns"))};
  }
  if (type == "prepared") {
    const std::int64_t id = in.needed("id");
    return Prepared{id, in.text("refuses")};
  }
  if (type == "notice") {
    std::string what = in.text("what", 40);
    return Notice{std::move(what), in.text("text", 200)};
  }
  return Unknown{};
}

}  // namespace

Result<Message> parse(std::string_view line) {
  if (line.size() + 1 > kLineMost) return fail(broken(fmt::format("a line longer than {} bytes", kLineMost)));
  if (nests_too_deep(line)) return fail(broken(fmt::format("JSON nested deeper than {}", kDepthMost)));
  const json object = json::parse(line.begin(), line.end(), nullptr, false);
  if (object.is_discarded()) return fail(broken("a line that is not JSON"));
  if (!object.is_object()) return fail(broken("JSON that is not an object"));
  Members in(object);
  const std::string type = in.text("t");
  if (type.empty()) in.complain("t is missing");
  Message message = read_message(type, object, in);
  if (!in.wrong().empty()) return fail(broken(in.wrong()));
  return message;
}

std::string welcome(Version chosen, Duration keepalive, Duration sample) {
  return fmt::format("{{\"t\":\"welcome\",\"protocol\":[{},{}],\"keepalive_ms\":{},\"sample_ms\":{}}}\n",
                     chosen.major, chosen.minor,
                     std::chrono::duration_cast<std::chrono::milliseconds>(keepalive).count(),
                     std::chrono::duration_cast<std::chrono::milliseconds>(sample).count());
}

std::string reject(std::string_view reason) {
  const json line = {{"t", "reject"}, {"reason", printable(reason)}};
  return line.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

std::string who() { return "{\"t\":\"who\"}\n"; }

std::string low(Bytes available) {
  return fmt::format("{{\"t\":\"low\",\"avail_kib\":{}}}\n", available.count() / 1024);
}

std::string expect(Bytes total) {
  return fmt::format("{{\"t\":\"expect\",\"total_kib\":{}}}\n", total.count() / 1024);
}

std::string prepare(std::int64_t id, Bytes amount) {
  return fmt::format("{{\"t\":\"prepare\",\"id\":{},\"amount_kib\":{}}}\n", id, amount.count() / 1024);
}

std::string ping(std::int64_t id) { return fmt::format("{{\"t\":\"ping\",\"id\":{}}}\n", id); }

}  // namespace aerostat::wire
