#include "vmm/qemu/qemu_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "vmm/device_ledger.h"

namespace aerostat {

namespace {

using nlohmann::json;

// Each is queried. A real machine has no more.
constexpr std::size_t kMostCandidates = 1024;

constexpr const char* kFolders[] = {"/machine/peripheral", "/machine/peripheral-anon"};

class Probe : public std::enable_shared_from_this<Probe> {
 public:
  Probe(QmpClient& client, std::function<void(Result<QemuDevices>)> done)
      : client_(client), done_(std::move(done)) {}

  void run() {
    ask("query-memory-size-summary", json(nullptr), [this](const json& r) {
      boot_ = bytes_in(r, "base-memory");
      if (!boot_) wrong_ = "what its QEMU says cannot be: the memory it booted with";
    });
    ask("query-memory-devices", json(nullptr), [this](const json& r) {
      Result<MemoryDevices> found = memory_devices_of(r);
      if (!found) wrong_ = found.error().message;
      if (found) memory_ = std::move(*found);
    });
    // Since QEMU 7.1. Without an answer no DIMM is added.
    ask(
        "qom-get", property("/machine", "memory"),
        [this](const json& r) { configured_ = machine_memory_of(r); }, false);
    ask("qom-list", {{"path", "/objects"}}, [this](const json& r) { objects_ = children_of(r); }, false);
    ask("query-chardev", json(nullptr), [this](const json& r) { chardevs_ = r; });
    for (const char* folder : kFolders) {
      ask("qom-list", {{"path", folder}}, [this, folder](const json& r) { found(folder, r); });
    }
  }

 private:
  struct Candidate {
    std::string path;
    std::optional<std::string> key;      // virtio-mem: its memdev; a port: its name
    std::optional<std::string> chardev;  // of a port
  };

  // Errors of single questions mean that it does not have that, or cannot tell now. Only a broken link ends
  // the probe.
  void ask(const char* command, const json& arguments, std::function<void(const json&)> use,
           bool must_know = true) {
    ++open_;
    const auto self = shared_from_this();
    const bool sent =
        client_.execute(command, arguments, [self, must_know, use = std::move(use)](const Result<json>& r) {
          if (r) use(*r);
          if (!r && must_know && r.error().kind == Error::Kind::Refused) self->out_.doubtful = true;
          if (!r && r.error().kind != Error::Kind::NotFound && r.error().kind != Error::Kind::Refused)
            self->broken_ = r.error();
          if (--self->open_ == 0) self->next();
        });
    if (!sent) --open_;
  }

  json property(const std::string& path, const char* name) { return {{"path", path}, {"property", name}}; }

  void found(const char* folder, const json& answer) {
    for (const auto& [name, type] : children_of(answer)) {
      if (plugs_.size() + ports_.size() >= kMostCandidates) {
        wrong_ = fmt::format("what its QEMU says cannot be: more than {} devices", kMostCandidates);
        return;
      }
      const std::string path = fmt::format("{}/{}", folder, name);
      if (type.starts_with("virtio-balloon") && !out_.balloon) out_.balloon = path;
      if (type == "hv-balloon" && !out_.balloon) {
        out_.balloon = path;
        out_.hyperv = true;
      }
      if (type.starts_with("virtio-mem-")) plugs_.push_back({path, {}, {}});
      if (type == "virtserialport" || type == "virtconsole") ports_.push_back({path, {}, {}});
    }
  }

  void next() {
    if (broken_) return finish(fail(std::move(*broken_)));
    if (!wrong_.empty()) return finish(fail(Error::Kind::Invalid, wrong_));
    if (!boot_)
      return finish(fail(Error::Kind::Refused,
                         "its QEMU does not tell how much memory it has; 2.10 is the oldest that does"));
    if (!asked_details_) {
      asked_details_ = true;
      ask_details();
      if (open_ > 0) return;
    }
    out_.boot_memory = *boot_;
    choose_plug();
    choose_port();
    if (!out_.balloon)
      note(fmt::format("no virtio-balloon device: it cannot shrink below {}", format_bytes(*boot_)));
    finish(std::move(out_));
  }

  void ask_details() {
    // By index: the vectors do not change any more.
    for (std::size_t i = 0; i < plugs_.size(); ++i) {
      ask("qom-get", property(plugs_[i].path, "memdev"),
          [this, i](const json& r) { plugs_[i].key = text(r); });
    }
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      ask("qom-get", property(ports_[i].path, "name"), [this, i](const json& r) { ports_[i].key = text(r); });
      ask("qom-get", property(ports_[i].path, "chardev"),
          [this, i](const json& r) { ports_[i].chardev = text(r); });
    }
    if (!out_.balloon) return;
    if (out_.hyperv) {
      ask("qom-get", property(*out_.balloon, "status-report"), [this](const json& r) {
        if (r != json(true))
          note(
              "its hv-balloon does not report (status-report=on is missing), so only a service in the guest "
              "can");
      });
      return;
    }
    ask(
        "qom-get", property(*out_.balloon, "deflate-on-oom"),
        [this](const json& r) {
          out_.deflates_on_oom = r == json(true);
          if (out_.deflates_on_oom) note(std::string(kDeflatesOnOom));
        },
        false);
    ask("query-cpus-fast", json(nullptr), [this](const json& r) {
      if (r.is_array() && !r.empty()) out_.processors = static_cast<int>(r.size());
    });
  }

  static std::optional<std::string> text(const json& value) {
    if (!value.is_string()) return std::nullopt;
    return value.get<std::string>();
  }

  void choose_plug() {
    bool lost = false;
    for (const PlugDevice& device : memory_.plugs) {
      const auto same = std::find_if(plugs_.begin(), plugs_.end(),
                                     [&](const Candidate& c) { return c.key == device.memdev; });
      // One device gives and takes: hv-balloon, where there is one.
      if (same != plugs_.end() && !out_.plug && !out_.hyperv) {
        out_.plug = same->path;
        out_.plug_memdev = device.memdev;
        continue;
      }
      if (same == plugs_.end()) lost = true;
      out_.unmanaged += std::max(device.size, device.requested);
      out_.others.insert(device.memdev);
    }
    if (lost) {
      out_.doubtful = true;
      note(
          "a virtio-mem device is not found among QEMU's devices: it counts as it is and is not managed; it "
          "is "
          "looked for again");
    } else if (out_.hyperv) {
      if (!memory_.hyperv)
        note(fmt::format("its hv-balloon has no memory to add (memdev=): it cannot grow beyond {}",
                         format_bytes(*boot_ + memory_.dimms)));
      if (!memory_.plugs.empty())
        note("hv-balloon moves its memory: its virtio-mem devices count as they are and are not managed");
    } else if (!out_.plug) {
      choose_dimms();
    } else if (memory_.plugs.size() > 1) {
      note(fmt::format("{} virtio-mem devices: only the first, {}, is managed; the others count as they are",
                       memory_.plugs.size(), printable(*out_.plug, 80)));
    }
  }

  void choose_dimms() {
    if (!configured_ || configured_->slots == 0) {
      return note(fmt::format("no virtio-mem device: it cannot grow beyond {}; see aerostat qemu-args",
                              format_bytes(*boot_ + memory_.dimms)));
    }
    // A device in another process sees memory only in files; and huge pages were asked for with a reason.
    const auto special = std::ranges::find_if(objects_, [](const auto& object) {
      return object.second.starts_with("memory-backend-") && object.second != "memory-backend-ram";
    });
    if (special != objects_.end()) {
      return note(
          fmt::format("no virtio-mem device, and its memory is not plain ({}): no DIMM is added, and "
                      "it cannot grow beyond {}",
                      printable(special->second, 40), format_bytes(*boot_ + memory_.dimms)));
    }
    out_.slots = configured_;
    for (const auto& [name, type] : objects_) {
      const auto number = our_dimm_number(name);
      const bool used =
          std::ranges::any_of(memory_.ours, [&](const OurDimm& d) { return d.number == number; });
      if (number && !used) out_.left_behind.push_back(name);
    }
  }

  void choose_port() {
    const auto port =
        std::find_if(ports_.begin(), ports_.end(), [](const Candidate& c) { return c.key == kAgentPort; });
    if (port == ports_.end())
      return note(fmt::format("no port {}: its guest service cannot be reached", kAgentPort));
    const auto filename = chardev_filename(chardevs_, port->chardev.value_or(""));
    const auto path = filename ? served_socket(*filename) : std::nullopt;
    if (!path) {
      return note(fmt::format(
          "port {} is not a unix socket served by QEMU (it is '{}'): its guest service cannot be reached; "
          "use -chardev socket,path=...,server=on,wait=off",
          kAgentPort, printable(filename.value_or("nothing"), 80)));
    }
    out_.agent_socket = path;
  }

  void note(const std::string& text) {
    if (!out_.note.empty()) out_.note += "; ";
    out_.note += text;
  }

  void finish(Result<QemuDevices> result) {
    const auto done = std::exchange(done_, nullptr);
    if (done) done(std::move(result));
  }

  QmpClient& client_;
  std::function<void(Result<QemuDevices>)> done_;
  int open_ = 0;
  bool asked_details_ = false;
  std::optional<Error> broken_;
  std::string wrong_;
  std::optional<Bytes> boot_;
  MemoryDevices memory_;
  std::optional<MachineMemory> configured_;
  std::vector<std::pair<std::string, std::string>> objects_;
  json chardevs_;
  std::vector<Candidate> plugs_;
  std::vector<Candidate> ports_;
  QemuDevices out_;
};

}  // namespace

void probe_qemu(QmpClient& client, std::function<void(Result<QemuDevices>)> done) {
  std::make_shared<Probe>(client, std::move(done))->run();
}

}  // namespace aerostat
