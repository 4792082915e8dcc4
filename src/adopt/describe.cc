#include "adopt/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "adopt/change_tree.h"
#include "adopt/facts.h"
#include "base/text.h"
#include "domain/settings_text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

std::string text_of(const pugi::xml_node& node) { return node ? written(node) : std::string(); }

pugi::xml_node device_of(const pugi::xml_node& domain, const char* kind, std::string_view alias) {
  for (const pugi::xml_node& device : domain.child("devices").children(kind)) {
    if (std::string_view(device.child("alias").attribute("name").value()) == alias) return device;
  }
  return {};
}

std::string size_words(const pugi::xml_node& element) {
  const std::optional<Bytes> size = size_in(element);
  return size ? format_bytes(*size) : "none";
}

std::string settings_words(const pugi::xml_node& domain) {
  std::string out;
  for (const pugi::xml_attribute& attribute :
       local_child(our_metadata(domain), domain_metadata::kSettings).attributes())
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", attribute.name(), attribute.value());
  return out;
}

class Description {
 public:
  Description(const pugi::xml_node& before, const pugi::xml_node& after, const pugi::xml_node& running)
      : before_(before), after_(after), running_(running) {}

  void settings() {
    const std::string was = settings_words(before_), now = settings_words(after_);
    if (was == now) return;
    add(now.empty() ? "no settings: it is static from now on" : "settings: " + printable(now), When::Now);
    const Result<Settings> settings =
        read_settings(local_child(our_metadata(after_), domain_metadata::kSettings));
    const Result<DomainFacts> live = running_ ? facts_of(running_) : fail(Error::Kind::NotFound, "it is off");
    if (!settings || !settings->minimum || !live || !balloon_works(running_)) return;
    if (*settings->minimum < live->base()) {
      add(fmt::format("its balloon moves its memory between {} and {}", format_bytes(*settings->minimum),
                      format_bytes(live->base())),
          When::Now);
    }
  }

  void boot() {
    const Result<DomainFacts> was = facts_of(before_), now = facts_of(after_);
    if (was && now && was->cells_memory() != now->cells_memory()) {
      add(fmt::format("boots with {} instead of {}", format_bytes(now->base()), format_bytes(was->base())));
    }
    const bool had = before_.child("cpu").child("numa"), has = after_.child("cpu").child("numa");
    if (had != has)
      add(has ? "one NUMA cell, which libvirt demands for memory that is added" : "no NUMA cell");
    const pugi::xml_node most = after_.child("maxMemory");
    if (text_of(before_.child("maxMemory")) != text_of(most)) {
      add(fmt::format("maximum memory of its address space (<maxMemory>): {} instead of {}", size_words(most),
                      size_words(before_.child("maxMemory"))));
    }
  }

  void memory() {
    each_alias("memory", [this](const pugi::xml_node& was, const pugi::xml_node& now) {
      const pugi::xml_node target = (now ? now : was).child("target");
      const std::string what =
          fmt::format("memory device (virtio-mem) of {} for NUMA cell {}", size_words(target.child("size")),
                      printable(target.child("node").child_value(), 20));
      if (!now) return add("no " + what);
      if (was) return add(what + " instead of " + size_words(was.child("target").child("size")));
      add(what, room_for(target) ? When::HotPlug : When::NextStart, now);
    });
  }

  void balloon() {
    const pugi::xml_node was = before_.child("devices").child("memballoon");
    const pugi::xml_node now = after_.child("devices").child("memballoon");
    const auto differs = [&](const char* attribute) {
      return std::string_view(was.attribute(attribute).value()) != now.attribute(attribute).value();
    };
    if (differs("model")) add(fmt::format("balloon: {}", now ? now.attribute("model").value() : "none"));
    if (text_of(was.child("stats")) != text_of(now.child("stats"))) {
      const auto period = number_in(now.child("stats").attribute("period").value());
      const bool live = period && running_ && balloon_works(running_);
      add(period ? fmt::format("balloon statistics every {} s", *period)
                 : "balloon statistics as they were before");
      if (live) {
        all_.back().when = When::HotPlug;
        all_.back().stats_period_s = static_cast<int>(*period);
      }
    }
    if (differs("freePageReporting"))
      add(fmt::format("free page reporting: {}",
                      std::string_view(now.attribute("freePageReporting").value()) == "on" ? "on" : "off"));
  }

  void channel() {
    each_alias("channel", [this](const pugi::xml_node& /*was*/, const pugi::xml_node& now) {
      if (!now) return add("no port for the service in the guest");
      const bool can =
          running_.child("devices").find_child_by_attribute("controller", "type", "virtio-serial");
      add(fmt::format("port for the service in the guest ({})", kGuestChannel),
          can ? When::HotPlug : When::NextStart, now);
    });
  }

  std::vector<DomainChange> all() && { return std::move(all_); }

 private:
  static bool balloon_works(const pugi::xml_node& domain) {
    const std::string_view model = domain.child("devices").child("memballoon").attribute("model").value();
    return !model.empty() && model != "none";
  }

  void add(std::string what, When when = When::NextStart, const pugi::xml_node& device = {}) {
    if (when == When::HotPlug) {
      // Its address is of the definition; the running domain may have something else there.
      pugi::xml_document copy;
      copy.append_copy(device).remove_child("address");
      all_.push_back({std::move(what), when, written(copy.first_child())});
      return;
    }
    all_.push_back({std::move(what), when});
  }

  // Devices of ours that are in one definition only, or differ, or that the running domain still lacks.
  template <typename Tell>
  void each_alias(const char* kind, Tell tell) {
    for (const pugi::xml_node& device : before_.child("devices").children(kind)) {
      const std::string_view alias = device.child("alias").attribute("name").value();
      if (alias.starts_with(kOurAlias) && !device_of(after_, kind, alias)) tell(device, pugi::xml_node());
    }
    for (const pugi::xml_node& device : after_.child("devices").children(kind)) {
      const std::string_view alias = device.child("alias").attribute("name").value();
      if (!alias.starts_with(kOurAlias)) continue;
      const pugi::xml_node was = device_of(before_, kind, alias);
      if (text_of(was) != text_of(device))
        tell(was, device);
      else if (running_ && !device_of(running_, kind, alias))
        tell(pugi::xml_node(), device);
    }
  }

  // Whether the running domain was started with room for such a device.
  bool room_for(const pugi::xml_node& target) const {
    if (!running_) return false;
    const Result<DomainFacts> facts = facts_of(running_);
    if (!facts) return false;
    const std::string_view node = target.child("node").child_value();
    const bool cell = std::any_of(facts->cells.begin(), facts->cells.end(),
                                  [&](const DomainFacts::Cell& one) { return one.id == node; });
    return cell && facts->slots > static_cast<std::int64_t>(facts->modules.size()) &&
           facts->memory + size_in(target.child("size")).value_or(Bytes{}) <= facts->max_memory;
  }

  const pugi::xml_node& before_;
  const pugi::xml_node& after_;
  const pugi::xml_node& running_;
  std::vector<DomainChange> all_;
};

}  // namespace

std::vector<DomainChange> describe_changes(const pugi::xml_node& before, const pugi::xml_node& after,
                                           const pugi::xml_node& running) {
  Description out(before, after, running);
  out.settings();
  out.boot();
  out.memory();
  out.balloon();
  out.channel();
  return std::move(out).all();
}

}  // namespace aerostat
