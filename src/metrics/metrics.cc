#include "metrics/metrics.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "model/fields.h"

namespace aerostat {

namespace {

constexpr std::size_t kMostText = 120;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text, kMostText)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

struct Label {
  std::string_view name;
  std::string value;
};

// One metric with all its samples; nothing is written of a metric without one.
class Family {
 public:
  Family(std::string name, std::string_view help, bool counter)
      : name_(std::move(name)), help_(help), type_(counter ? "counter" : "gauge") {}

  void add(double value, const std::vector<Label>& labels = {}) {
    std::string inside;
    for (const Label& label : labels)
      inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", label.name, escaped(label.value));
    samples_ += name_ + (inside.empty() ? "" : "{" + inside + "}") + fmt::format(" {}\n", value);
  }
  std::string text() const {
    if (samples_.empty()) return "";
    return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, escaped(help_), name_, type_) + samples_;
  }

 private:
  std::string name_;
  std::string_view help_, type_;
  std::string samples_;
};

std::optional<double> number(const FieldValue& value, Unit unit) {
  struct Read {
    std::optional<double> operator()(std::monostate) const { return {}; }
    std::optional<double> operator()(Bytes b) const { return static_cast<double>(b.count()); }
    std::optional<double> operator()(std::uint64_t n) const { return static_cast<double>(n); }
    std::optional<double> operator()(double d) const { return d; }
    std::optional<double> operator()(const std::string&) const { return {}; }
  };
  const std::optional<double> out = std::visit(Read{}, value);
  return out && unit == Unit::Percent ? std::optional(*out / 100) : out;
}

template <typename Report>
Family family(std::string_view prefix, const Field<Report>& field) {
  return {metric_name(prefix, field.id, field.unit, field.nature), field.help,
          field.nature == Nature::Counter};
}

std::string host_text(const HostReport& host, std::optional<bool> history_paused) {
  std::string out;
  Family history("aerostat_history_paused", "1: the history cannot be written now", false);
  if (history_paused) history.add(*history_paused ? 1 : 0);
  out += history.text();
  Family build("aerostat_build_info", "the daemon's version", false);
  build.add(1, {{"version", host.version}});
  out += build.text();
  Family paused("aerostat_host_paused", "1: no VM's memory is moved until it is resumed", false);
  paused.add(host.paused ? 1 : 0);
  out += paused.text();
  for (const Field<HostReport>& field : host_fields()) {
    const FieldValue value = field.get(host);
    Family each = family(field.id.starts_with("host_") ? "aerostat_" : "aerostat_host_", field);
    if (const auto known = number(value, field.unit)) each.add(*known);
    out += each.text();
  }
  return out;
}

std::string vms_text(const std::vector<VmReport>& vms) {
  Family info("aerostat_vm_info", "what the VM is", false);
  Family status("aerostat_vm_status", "1: the VM has this status now", false);
  for (const VmReport& vm : vms) {
    info.add(1, {{"vm", vm.name},
                 {"mode", std::string(mode_name(vm.limits.mode))},
                 {"integration", vm.integration},
                 {"os", vm.os}});
    status.add(1, {{"vm", vm.name}, {"status", std::string(status_code(vm.status))}});
  }
  std::string out = info.text() + status.text();
  for (const Field<VmReport>& field : vm_fields()) {
    Family each = family("aerostat_vm_", field);
    for (const VmReport& vm : vms) {
      if (const auto known = number(field.get(vm), field.unit)) each.add(*known, {{"vm", vm.name}});
    }
    out += each.text();
  }
  return out;
}

}  // namespace

std::string metric_name(std::string_view prefix, std::string_view id, Unit unit, Nature nature) {
  std::string out = std::string(prefix) + std::string(id);
  const auto end_in = [&](std::string_view ending) {
    out.resize(out.size() - unit_ending(unit).size());
    out += ending;
  };
  if (unit == Unit::Percent) end_in("_ratio");
  if (unit == Unit::Seconds) end_in("_seconds");
  if (unit == Unit::Microseconds) end_in("_microseconds");
  if (nature == Nature::Counter) out += "_total";
  return out;
}

std::string metrics_text(const HostReport& host, const std::vector<VmReport>& vms,
                         std::optional<bool> history_paused) {
  return host_text(host, history_paused) + vms_text(vms);
}

}  // namespace aerostat
