#include "model/event.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"

namespace aerostat {

namespace {

// In the order of EventCode. The text is for events that tell nothing more.
struct Meaning {
  std::string_view code, text;
};
constexpr std::array<Meaning, kEventCodes> kMeanings = {{
    {"vm.appeared", "found"},
    {"vm.vanished", "it has gone"},
    {"vm.renamed", "it has another name"},
    {"vm.orphaned", "its process runs on without a monitor"},
    {"vm.ended", "its process has ended"},
    {"vm.ignored", "it is not looked after"},
    {"vm.status", "its status has changed"},
    {"vm.grow", "it grows"},
    {"vm.shrink", "it shrinks"},
    {"vm.refused", "the host has no more to give"},
    {"vm.stalled", "it does not give what it was asked for"},
    {"vm.growth-stalled", "it does not take in what it was given"},
    {"vm.rebooted", "the guest was reset"},
    {"vm.oom", "the guest's kernel killed a program for want of memory"},
    {"vm.reserved", "memory is kept for it"},
    {"vm.released", "nothing is kept for it any more"},
    {"vm.start-waits", "its start waits for memory"},
    {"vm.start-ready", "its memory is free: it may start"},
    {"vm.start-refused", "there was not enough memory for its start"},
    {"vm.meddled", "something else manages its memory too"},
    {"vm.settings", "its settings have changed"},
    {"vm.resized", "its owner asked for another size"},
    {"vm.more", "more events like the last were left out"},
    {"host.over-committed", "VMs hold or were promised more than may be"},
    {"host.recovered", "what VMs hold is within the capacity again"},
    {"host.unreadable", "what the host's kernel has left cannot be read: no VM is grown until it can"},
    {"host.readable", "what the host's kernel has left can be read again"},
    {"manager.plan", "the policy plans for a VM that is not there"},
    {"manager.paused", "no VM is asked to change until it is resumed; what was asked before goes on"},
    {"manager.resumed", "VMs are managed again"},
    {"manager.reconfigured", "the configuration was read again"},
    {"token.created", "a token for the API was made"},
    {"token.revoked", "a token for the API counts no more"},
}};

struct Sentence {
  EventCode code;

  std::string operator()(std::monostate) const {
    return std::string(kMeanings[static_cast<std::size_t>(code)].text);
  }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(Bytes kept) const { return format_bytes(kept) + " are kept for it until it starts"; }
  std::string operator()(const Decision& made) const {
    if (code == EventCode::VmRefused) return reason(made);
    return fmt::format("{} -> {} by {}: {}", format_bytes(made.from()), format_bytes(made.to()),
                       rule_name(made.rule()), reason(made));
  }
  std::string operator()(const SettingsChange& change) const { return describe(change); }
  std::string operator()(const tells::StatusChange& change) const {
    return fmt::format("{} -> {}{}{}", status_name(change.from), status_name(change.to),
                       change.note.empty() ? "" : ": ", change.note);
  }
  std::string operator()(const tells::RunsOn& orphan) const {
    return fmt::format("process {} runs on without a monitor: {} stay counted until it ends", orphan.pid,
                       format_bytes(orphan.committed));
  }
  std::string operator()(const tells::StaysAt& stalled) const {
    return fmt::format("asked for {}, stays at {}: the request is withdrawn", format_bytes(stalled.asked),
                       format_bytes(stalled.has));
  }
  std::string operator()(const tells::Resized& resized) const {
    return fmt::format("its owner asked for {}; it has {}", format_bytes(resized.to),
                       format_bytes(resized.from));
  }
  std::string operator()(const tells::Beyond& over) const {
    return fmt::format("VMs hold or were promised {}, {} more than may be", format_bytes(over.committed),
                       format_bytes(over.above));
  }
  std::string operator()(const tells::Budget& budget) const {
    return fmt::format("capacity {}, reserve {}", format_bytes(budget.capacity),
                       format_bytes(budget.reserve));
  }
  std::string operator()(const tells::Ignored& monitor) const {
    return fmt::format("{} is not looked after: {}", printable(monitor.place), printable(monitor.why, 400));
  }
  std::string operator()(const tells::LeftOut& left_out) const {
    return fmt::format("{} more {} {} left out", left_out.count, event_code(left_out.code),
                       left_out.count == 1 ? "was" : "were");
  }
  std::string operator()(const tells::OfToken& token) const {
    if (code == EventCode::TokenRevoked) return fmt::format("the token '{}' counts no more", token.name);
    return fmt::format("the token '{}' was made; its role is {}", token.name, token.role);
  }
};

}  // namespace

std::string_view event_code(EventCode code) { return kMeanings[static_cast<std::size_t>(code)].code; }

std::string event_text(const EventRecord& event) { return std::visit(Sentence{event.code}, event.detail); }

std::string describe(const SettingsChange& change) {
  std::string text;
  const auto add = [&](std::string_view name, Setting setting, const std::optional<std::string>& value) {
    const bool back = change.back.contains(setting);
    if (!value && !back) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value ? *value : "as if not set");
  };
  const auto size = [](const std::optional<Bytes>& amount) {
    return amount ? std::optional(format_bytes(*amount)) : std::nullopt;
  };
  const auto number = [](const std::optional<int>& n) {
    return n ? std::optional(std::to_string(*n)) : std::nullopt;
  };
  const Settings& to = change.to;
  add("mode", Setting::Mode, to.mode ? std::optional(std::string(mode_name(*to.mode))) : std::nullopt);
  add("startup", Setting::Startup, size(to.startup));
  add("minimum", Setting::Minimum, size(to.minimum));
  add("maximum", Setting::Maximum, size(to.maximum));
  add("buffer %", Setting::Buffer, number(to.buffer_percent));
  add("weight", Setting::Weight, number(to.weight));
  return text.empty() ? "nothing" : text;
}

}  // namespace aerostat
