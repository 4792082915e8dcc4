#include "scripted_qmp.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "reactor/timer.h"

namespace aerostat {

namespace {

namespace asio = boost::asio;
using nlohmann::json;
using Local = asio::local::stream_protocol;

Bytes towards(Bytes from, Bytes to, Bytes step) {
  return to > from ? std::min(to, from + step) : std::max(to, from - step);
}

json child(const char* name, const char* type) {
  return {{"name", name}, {"type", fmt::format("child<{}>", type)}};
}

}  // namespace

class ScriptedQmp::Impl {
 public:
  Impl(asio::io_context& io, const Clock& clock, const std::string& path, QmpScript& script)
      : script_(script), path_(path), acceptor_(io), client_(io), timer_(io, clock) {
    ::unlink(path.c_str());
    boost::system::error_code error;
    acceptor_.open(Local(), error);
    if (!error) acceptor_.bind(Local::endpoint(path), error);
    if (!error) acceptor_.listen(1, error);
    AEROSTAT_CHECK(!error, "a scripted monitor can listen");
    accept();
    step();
  }

  ~Impl() {
    if (acceptor_.is_open()) ::unlink(path_.c_str());
  }

  std::vector<std::string> orders;
  std::size_t commands = 0;
  std::size_t connections = 0;
  std::size_t sent = 0;

  void send(const json& message) { send_text(message.dump() + "\r\n"); }

  void send_event(const std::string& name, const json& data) {
    if (client_.is_open() && script_.answers)
      send({{"event", name}, {"data", data}, {"timestamp", {{"seconds", 0}, {"microseconds", 0}}}});
  }

  void drop_client() {
    boost::system::error_code ignored;
    client_.close(ignored);
    input_.clear();
    waiting_.clear();
    output_.clear();
    ++connection_;
    if (acceptor_.is_open()) accept();
  }

  void stop_listening() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    drop_client();
  }

  void answer_waiting() {
    while (script_.answers && !waiting_.empty()) {
      const std::string line = std::move(waiting_.front());
      waiting_.pop_front();
      answer(line);
    }
  }

 private:
  template <typename F>
  auto guarded(F handler) {
    return [this, handler, alive = std::weak_ptr<int>(alive_), mine = connection_](auto&&... args) {
      if (!alive.expired() && mine == connection_) handler(args...);
    };
  }

  void accept() {
    acceptor_.async_accept(
        client_, [this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
          if (error || alive.expired()) return;
          ++connections;
          if (script_.greets) {
            send({{"QMP",
                   {{"version", {{"qemu", {{"major", 7}, {"minor", 2}, {"micro", 22}}}, {"package", ""}}},
                    {"capabilities", json::array({"oob"})}}}});
          }
          read();
        });
  }

  void read() {
    client_.async_read_some(
        asio::buffer(buffer_), guarded([this](const boost::system::error_code& error, std::size_t n) {
          if (error) return drop_client();
          input_.append(buffer_.data(), n);
          const auto mine = connection_;
          for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            waiting_.push_back(input_.substr(0, end));
            input_.erase(0, end + 1);
            ++commands;
          }
          answer_waiting();
          if (mine == connection_) read();
        }));
  }

  void answer(const std::string& line) {
    if (!script_.garbage.empty()) return send_text(script_.garbage);
    const json message = json::parse(line, nullptr, false);
    const std::string command = message.value("execute", "");
    const json arguments = message.value("arguments", json::object());
    if (!command.empty() && command == script_.swallows) {
      script_.swallows.clear();
      return;
    }
    json reply = execute(command, arguments);
    reply["id"] = message["id"];
    if (script_.answers_left && (*script_.answers_left)-- == 0) {
      script_.answers_left.reset();
      script_.answers = false;
      return send_text(reply.dump().substr(0, 10));
    }
    send(reply);
  }

  json execute(const std::string& command, const json& arguments) {
    const std::string path = arguments.value("path", "");
    const std::string property = arguments.value("property", "");
    if (!script_.refuses.empty() && script_.refusals > 0 &&
        (script_.refuses == command || (command == "qom-set" && script_.refuses == property))) {
      --script_.refusals;
      return error("GenericError", script_.refusal);
    }
    if (command == "qmp_capabilities") return value(json::object());
    if (command == "query-status")
      return value({{"status", script_.status}, {"running", script_.status == "running"}});
    if (command == "query-migrate")
      return value(script_.migration.empty() ? json::object() : json({{"status", script_.migration}}));
    if (command == "query-memory-size-summary") {
      return value({{"base-memory", script_.base.count()}, {"plugged-memory", script_.plugged.count()}});
    }
    if (command == "query-balloon") {
      if (!script_.balloon) return error("DeviceNotActive", "No balloon device has been activated");
      return value({{"actual", script_.balloon_actual.count()}});
    }
    if (command == "balloon") {
      script_.balloon_target = Bytes::of(arguments.value("value", std::int64_t{0}));
      orders.push_back(fmt::format("balloon {}", script_.balloon_target.count()));
      return value(json::object());
    }
    if (command == "query-memory-devices") return value(memory_devices());
    if (command == "object-add" || command == "object-del" || command == "device_add")
      return dimm_command(command, arguments);
    if (command == "query-chardev") {
      return value(json::array(
          {{{"label", "agent0"}, {"filename", script_.agent_filename}, {"frontend-open", false}}}));
    }
    if (command == "qom-list") return value(children(path));
    if (command == "qom-get") return get(path, property);
    if (command == "qom-set") {
      if (property == "requested-size") {
        script_.plug_requested = Bytes::of(arguments.value("value", std::int64_t{0}));
        orders.push_back(fmt::format("requested-size {}", script_.plug_requested.count()));
      }
      if (property == "guest-stats-polling-interval") script_.stats_interval = arguments.value("value", 0);
      return value(json::object());
    }
    return error("CommandNotFound", "The command " + command + " has not been found");
  }

  json dimm_command(const std::string& command, const json& arguments) {
    const std::string id = arguments.value("id", "");
    if (command == "object-add") {
      const Bytes size = Bytes::of(arguments.value("size", std::int64_t{0}));
      const bool fresh = script_.objects.try_emplace(id, size).second;
      return fresh ? value(json::object()) : error("GenericError", "attempt to add duplicate property");
    }
    if (command == "object-del") {
      orders.push_back("object-del " + id);
      if (script_.dimms.contains(id)) return error("GenericError", "object is in use, can not be deleted");
      return script_.objects.erase(id) > 0 ? value(json::object()) : error("GenericError", "not found");
    }
    const auto memory = script_.objects.find(arguments.value("memdev", ""));
    if (memory == script_.objects.end()) return error("DeviceNotFound", "Device not found");
    orders.push_back(fmt::format("pc-dimm {}", memory->second.count()));
    const Bytes size = script_.dimm_instead.value_or(memory->second);
    if (size == Bytes{}) return value(json::object());
    script_.dimms[id] = size;
    script_.balloon_actual += size;  // what its balloon holds stays the same
    script_.balloon_target += size;
    return value(json::object());
  }

  static json value(json v) { return {{"return", std::move(v)}}; }
  static json error(const char* what, const std::string& text) {
    return {{"error", {{"class", what}, {"desc", text}}}};
  }

  json memory_devices() const {
    json dimms = json::array();
    for (const auto& [id, size] : script_.dimms)
      dimms.push_back(
          {{"type", "dimm"}, {"data", {{"id", id}, {"memdev", "/objects/" + id}, {"size", size.count()}}}});
    if (script_.hyperv) {
      dimms.push_back({{"type", "hv-balloon"},
                       {"data",
                        {{"id", "hvb"},
                         {"memaddr", 137438953472},
                         {"max-size", script_.hyperv->count()},
                         {"memdev", "/objects/mem1"}}}});
    }
    if (!script_.plug) return dimms;
    json out = script_.hyperv ? dimms : json::array();
    out.push_back({{"type", "virtio-mem"},
                   {"data",
                    {{"id", "vm0"},
                     {"memdev", "/objects/vmem0"},
                     {"memaddr", 4294967296},
                     {"node", 0},
                     {"block-size", script_.plug_block.count()},
                     {"max-size", script_.plug_maximum.count()},
                     {"size", script_.plugged.count()},
                     {"requested-size", script_.plug_requested.count()}}}});
    for (std::int64_t i = 0; i < script_.claims; ++i)
      out.push_back({{"type", "dimm"}, {"data", {{"size", std::int64_t{1} << 50}}}});
    return out;
  }

  json children(const std::string& path) const {
    json out = json::array({{{"name", "type"}, {"type", "string"}}});
    if (path == "/objects") {
      out.push_back(child("pc.ram", script_.boot_memory.c_str()));
      for (const auto& [id, size] : script_.objects) out.push_back(child(id.c_str(), "memory-backend-ram"));
    } else if (path == "/machine/peripheral") {
      if (script_.plug && !script_.hides_plug) out.push_back(child("vm0", "virtio-mem-pci"));
      if (script_.balloon) out.push_back(child("bal0", script_.hyperv ? "hv-balloon" : "virtio-balloon-pci"));
    } else if (!script_.agent_filename.empty()) {
      out.push_back(child("device[0]", "virtio-serial-pci"));
      out.push_back(child("device[1]", "virtserialport"));
    }
    return out;
  }

  json get(const std::string& path, const std::string& property) const {
    if (property == "memory")
      return value({{"size", script_.base.count()},
                    {"max-size", std::max(script_.base, script_.maximum).count()},
                    {"slots", script_.slots}});
    if (property == "status-report" && script_.hyperv) return value(script_.hyperv_reports);
    if (property == "deflate-on-oom") return value(script_.deflates_on_oom);
    if (property == "memdev") return value("/objects/vmem0");
    if (property == "name") return value("org.aerostat.guest.0");
    if (property == "chardev") return value("agent0");
    if (property != "guest-stats")
      return error("GenericError", "Property '" + path + "." + property + "' not found");
    const Bytes shown = script_.deflates_on_oom ? script_.base : script_.balloon_actual;
    const auto total = (shown + script_.plugged).count();
    constexpr std::uint64_t kMissing = ~std::uint64_t{0};
    return value({{"last-update", script_.stats_updated},
                  {"stats",
                   {{"stat-total-memory", total},
                    {"stat-available-memory", total / 2},
                    {"stat-free-memory", total / 4},
                    {"stat-disk-caches", total / 8},
                    {"stat-swap-in", 8192},
                    {"stat-swap-out", 4096},
                    {"stat-major-faults", 7},
                    {"stat-htlb-pgalloc", kMissing}}}});
  }

  // The guest: at each step its devices move towards their requested sizes, as far as the script lets them.
  void step() {
    timer_.expires_after(script_.step);
    timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& failed) {
      if (failed || alive.expired()) return;
      script_.hyperv ? move_hyperv() : move_balloon();
      move_plug();
      if (script_.floods && output_.empty())
        send_event("RTC_CHANGE", {{"qom-path", std::string(100'000, 'x')}});
      step();
    });
  }

  void move_balloon() {
    const Bytes before = script_.balloon_actual;
    Bytes to = towards(before, script_.balloon_target, script_.per_step);
    if (to < before && script_.balloon_stops_at)
      to = std::max(to, std::min(before, *script_.balloon_stops_at));
    if (to == before) return;
    script_.balloon_actual = to;
    if (script_.tells_changes) send_event("BALLOON_CHANGE", {{"actual", to.count()}});
  }

  void move_hyperv() {
    if (script_.hyperv_quiet) return;
    const Bytes before = script_.balloon_actual;
    const Bytes most = script_.base + *script_.hyperv;
    Bytes to = towards(before, std::min(script_.balloon_target, most), script_.per_step);
    if (to > script_.base)
      to = std::max(std::min(before, to),
                    script_.base + (to - script_.base).round_down(script_.hyperv_granule));
    if (to > before && script_.hyperv_stops_at) to = std::min(to, std::max(before, *script_.hyperv_stops_at));
    if (to < before && script_.balloon_stops_at)
      to = std::max(to, std::min(before, *script_.balloon_stops_at));
    script_.balloon_actual = to;
  }

  void move_plug() {
    const Bytes before = script_.plugged;
    Bytes to = towards(before, script_.plug_requested, script_.per_step.round_down(script_.plug_block));
    if (to > before && script_.plug_stops_at) to = std::min(to, std::max(before, *script_.plug_stops_at));
    if (to < before && script_.unplug_stops_at) to = std::max(to, std::min(before, *script_.unplug_stops_at));
    if (to == before) return;
    script_.plugged = to;
    if (!script_.tells_changes) return;
    send_event("MEMORY_DEVICE_SIZE_CHANGE",
               {{"id", "vm0"}, {"size", to.count()}, {"qom-path", "/machine/peripheral/vm0/virtio-backend"}});
  }

  void send_text(const std::string& text) {
    output_.push_back(text);
    if (output_.size() == 1) write();
  }

  void write() {
    asio::async_write(client_, asio::buffer(output_.front()),
                      guarded([this](const boost::system::error_code& error, std::size_t n) {
                        if (error) return;
                        sent += n;
                        output_.pop_front();
                        if (!output_.empty()) write();
                      }));
  }

  QmpScript& script_;
  std::string path_;
  Local::acceptor acceptor_;
  Local::socket client_;
  Timer timer_;
  std::array<char, 8192> buffer_{};
  std::string input_;
  std::deque<std::string> waiting_;
  std::deque<std::string> output_;
  std::uint64_t connection_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

ScriptedQmp::ScriptedQmp(boost::asio::io_context& io, const Clock& clock, const std::string& path,
                         QmpScript what)
    : script(std::move(what)), impl_(std::make_unique<Impl>(io, clock, path, script)) {}
ScriptedQmp::~ScriptedQmp() = default;

const std::vector<std::string>& ScriptedQmp::orders() const { return impl_->orders; }
std::size_t ScriptedQmp::commands() const { return impl_->commands; }
std::size_t ScriptedQmp::connections() const { return impl_->connections; }
std::size_t ScriptedQmp::sent() const { return impl_->sent; }
void ScriptedQmp::send_event(const std::string& name, const nlohmann::json& data) {
  impl_->send_event(name, data);
}
void ScriptedQmp::drop_client() { impl_->drop_client(); }
void ScriptedQmp::stop_listening() { impl_->stop_listening(); }
void ScriptedQmp::answer_now() { impl_->answer_waiting(); }

// Measured on QEMU 7.2: all plugged memory is unplugged; requested-size and the balloon's target stay; and
// query-balloon continues to show the number of before the reset until the guest's driver sets another one.
void ScriptedQmp::reboot_guest() {
  script.plugged = Bytes();
  // A reset of hv-balloon drops what was added, and the order too.
  if (script.hyperv) script.balloon_actual = script.balloon_target = script.base;
  send_event("RESET", {{"guest", true}, {"reason", "guest-reset"}});
}

}  // namespace aerostat
