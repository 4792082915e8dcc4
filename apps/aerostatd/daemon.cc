#include "daemon.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "api/api_server.h"
#include "api/static_files.h"
#include "api/tokens.h"
#include "base/log.h"
#include "base/text.h"
#include "base/unix_socket.h"
#include "checkup.h"
#include "config/guests_file.h"
#include "control/engine.h"
#include "control/pass_pacer.h"
#include "guest/guest_channel.h"
#include "held_file.h"
#include "history/history.h"
#include "history_feed.h"
#include "host/host_memory.h"
#include "memories_file.h"
#include "pause_file.h"
#include "reactor/timer.h"
#include "service_manager.h"
#include "settings_keeper.h"
#include "starts_file.h"
#include "vmm/libvirt/libvirt_machines.h"
#include "vmm/qemu/qemu_machines.h"
#include "whatif/lab_desk.h"

namespace aerostat {

namespace {

class KernelSensor final : public HostSensor {
 public:
  explicit KernelSensor(const HostFiles& files) : files_(files) {}
  HostMemory memory() const override { return files_.memory(); }
  HostNumber<ProcessMemory> memory_of(pid_t pid) const override { return files_.memory_of(pid); }
  HostNumber<std::uint64_t> started(pid_t pid) const override { return files_.started(pid); }

 private:
  const HostFiles& files_;
};

class ChannelMaker final : public GuestLinkMaker {
 public:
  ChannelMaker(boost::asio::io_context& io, const Clock& clock) : io_(io), clock_(clock) {}
  std::unique_ptr<GuestLink> make(const VmId& vm, const std::string& name, const GuestPort& port,
                                  GuestListener& listener) override {
    return std::make_unique<GuestChannel>(io_, vm, name, port, clock_, listener);
  }

 private:
  boost::asio::io_context& io_;
  const Clock& clock_;
};

EngineOptions engine_options(const Config& config, const Budget& budget, const PauseFile& pause,
                             const StartsFile& starts, const MemoriesFile& memories,
                             const GuestTable* guests) {
  EngineOptions out;
  out.capacity = budget.capacity;
  out.reserve = budget.reserve;
  out.profile = profile(config.profile);
  out.version = AEROSTAT_VERSION;
  out.paused_since = pause.since();
  out.starts = starts.recall();
  out.memories = memories.recall();
  out.guests = guests;
  return out;
}

// What must not outlive the host, and is not worth waiting for a disk.
std::string runtime_directory(const Config& config) {
  return std::filesystem::path(config.api_socket).parent_path().string();
}

ApiOptions api_options(const Config& config) {
  ApiOptions out;
  out.socket = config.api_socket;
  out.mode = config.api_socket_mode;
  out.group = config.api_socket_group;
  if (config.api_listen)
    out.tcp = {config.api_listen->address, config.api_listen->port, config.api_certificate, config.api_key};
  out.names = config.api_names;
  return out;
}

// A damaged file of tokens lets nobody in; whoever uses the socket needs none.
std::optional<Tokens> load_tokens(const Config& config) {
  Result<Tokens> tokens = Tokens::load(config.state_dir + "/tokens.json", std::chrono::system_clock::now);
  if (tokens) return *std::move(tokens);
  log_warn("event=tokens.unusable why={}", log_text(tokens.error().message));
  return std::nullopt;
}

// Beside the program, where it was built or installed. A daemon without the page does all else.
std::optional<StaticFiles> load_page() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path prefix = program.parent_path().parent_path();
  for (const char* const place : {"web", "share/aerostat/web"}) {
    const std::string directory = (prefix / place).string();
    if (error || !std::filesystem::exists(directory, error)) continue;
    Result<StaticFiles> files = StaticFiles::load(directory);
    if (files) return *std::move(files);
    log_warn("event=page.unusable why={}", log_text(files.error().message));
  }
  return std::nullopt;
}

}  // namespace

class Daemon::Impl {
 public:
  Impl(const Config& config, std::string config_path, Budget budget)
      : config_path_(std::move(config_path)),
        settings_(config, SettingsStore(config.state_dir),
                  [this](std::function<void()> told) { boost::asio::post(io_, std::move(told)); }),
        guests_(io_, clock_),
        held_(runtime_directory(config)),
        pause_(config.state_dir),
        starts_(runtime_directory(config)),
        memories_(runtime_directory(config)),
        history_(make_history(config)),
        engine_(
            engine_options(config, budget, pause_, starts_, memories_, table_ ? &*table_ : nullptr), clock_,
            sensor_, settings_, guests_, held_,
            {[this] { want_pass(); }, [this] { want_notice(); },
             [] { return std::chrono::system_clock::now(); },
             [this](bool paused) { return pause_.keep(paused); },
             [this](const std::vector<StartReport>& starts) { starts_.remember(starts); },
             [this](const StartRequest& request) { begin_start(request); }, [this] { return may_begin(); },
             [this](const std::vector<VmMemory>& all) { memories_.remember(all); }}),
        machines_(io_, clock_, engine_),
        tokens_(load_tokens(config)),
        api_(io_, clock_,
             {.manager = engine_,
              .page = page_ ? &*page_ : nullptr,
              .tokens = tokens_ ? &*tokens_ : nullptr,
              .history = history_.get(),
              .what_if = &what_if_,
              .doctor = [this] { return checkup_.findings(libvirt_, history_.get()); }},
             api_options(config)),
        signals_(io_, SIGTERM, SIGINT, SIGHUP),
        ticker_(io_, clock_) {
    if (history_) feed_.emplace(io_, clock_, engine_, *history_);
  }

  Result<void> run() {
    const std::uint64_t descriptors = raise_descriptor_limit();
    if (Result<void> ok = start(); !ok) return ok;
    log_info("event=daemon.started version={} capacity={} descriptors={}", AEROSTAT_VERSION,
             log_text(format_bytes(engine_.host().capacity)), descriptors);
    service_manager_.ready();
    await_pass();
    await_signal();
    io_.run();
    service_manager_.stopping();
    api_.stop();
    if (feed_) feed_->take();
    log_info("event=daemon.stopped vms={} note=\"they run on as they are\"", engine_.host().vms);
    return {};
  }

 private:
  std::unique_ptr<history::History> make_history(const Config& config) {
    if (!config.history.enabled) return nullptr;
    history::HistoryOptions options;
    options.path = config.state_dir + "/history.db";
    options.limit = config.history.limit;
    for (std::size_t tier = 0; tier < history::kTiers; ++tier)
      options.kept.at(tier) = config.history.reach.at(tier).count() / history::kSteps.at(tier);
    return std::make_unique<history::History>(
        options, [this](std::function<void()> told) { boost::asio::post(io_, std::move(told)); });
  }

  whatif::Facts facts() const {
    const HostReport host = engine_.host();
    whatif::Facts out{host.capacity, host.reserve, profile(settings_.config().profile), {}, {}, {}};
    for (const auto& reports : {engine_.vms(), engine_.vms_off()}) {
      for (const VmReport& vm : reports) out.vms.push_back({vm.name, vm.limits, vm.settings});
    }
    return out;
  }

  Result<void> start() {
    if (!table_) return fail(table_.error());
    if (Result<void> ok = settings_.load(); !ok) return ok;
    const Config& config = settings_.config();
    // The API comes first: a second daemon must fail before it talks to any VM.
    if (Result<void> ok = api_.start(); !ok) return ok;
    if (history_) history_->start();
    if (feed_) feed_->start();
    for (const std::string& directory : config.qmp_directories) {
      if (Result<void> ok = machines_.watch(directory); !ok) return ok;
    }
    for (const auto& [name, vm] : config.vms) {
      if (!vm.socket) continue;
      if (Result<void> ok = machines_.add(name, *vm.socket); !ok) return ok;
    }
    return start_libvirt(config);
  }

  // A host without libvirt has none to manage. That is an error only where somebody wants it.
  Result<void> start_libvirt(const Config& config) {
    if (config.libvirt == LibvirtUse::No) return {};
    Result<std::unique_ptr<LibvirtMachines>> domains =
        LibvirtMachines::start(io_, clock_, engine_, config.libvirt_uris);
    if (domains) {
      domains_ = *std::move(domains);
      libvirt_.used = true;
      domains_->when_settings_change([this](const VmId& id) { engine_.settings_changed(id); });
      settings_.leave_to({"libvirt", [this]() -> const auto& { return domains_->resting(); },
                          [this](const VmId& id) { return domains_->settings(id); },
                          [this](const VmId& id, const Settings& settings, SettingsKeeper::Kept kept) {
                            domains_->keep_settings(id, settings, std::move(kept));
                          }});
    } else if (config.libvirt == LibvirtUse::Yes) {
      domains.error().message += "; or write enabled = \"auto\" in [libvirt]";
      return fail(std::move(domains.error()));
    } else {
      libvirt_.absent = domains.error().message;
      log_info("event=libvirt.absent note={}", log_text(libvirt_.absent));
    }
    return {};
  }

  Result<void> may_begin() const {
    if (domains_) return {};
    return fail(Error::Kind::Refused,
                fmt::format("aerostatd cannot start a domain: {}; leave out domain, and start it yourself",
                            libvirt_.absent.empty() ? "[libvirt] enabled = \"false\" in its configuration"
                                                    : libvirt_.absent));
  }

  // Never from inside the engine's call.
  void begin_start(const StartRequest& request) {
    const auto failed = [this, vm = request.vm](const std::string& why) { engine_.start_failed(vm, why); };
    if (domains_) return domains_->start_domain(request.domain, failed);
    boost::asio::post(io_, [failed] { failed("aerostatd has no libvirt to start it with"); });
  }

  void run_pass() {
    if (pacer_.begin(clock_.now())) engine_.count_late_tick();
    engine_.pass();
    // After the pass: only a daemon whose loop stands still should be restarted.
    service_manager_.alive(clock_.now());
    await_pass();
  }

  // A timer that is set again forgets its earlier time, but not a handler that is already on its way.
  void await_pass() {
    ticker_.expires_at(pacer_.due());
    ticker_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      clock_.now() < pacer_.due() ? await_pass() : run_pass();
    });
  }

  // Never from inside the call that requests it: the engine is in the middle of its work.
  void want_pass() {
    if (pacer_.want(clock_.now())) await_pass();
  }

  // Several events of one pass cause one notification.
  void want_notice() {
    if (std::exchange(notice_posted_, true)) return;
    boost::asio::post(io_, [this] {
      notice_posted_ = false;
      api_.notify_events();
    });
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGHUP) {
        io_.stop();
        return;
      }
      service_manager_.reloading(clock_.now());
      reload();
      service_manager_.ready();
      await_signal();
    });
  }

  void reload() {
    if (config_path_.empty()) {
      log_warn("event=config.reload note=\"there is no configuration file to read again\"");
      return;
    }
    Result<Config> config = load_config(config_path_);
    const Result<Budget> budget = config ? budget_of(*config, sensor_.memory().total) : fail(config.error());
    if (!budget) {
      log_error("event=config.reload result=refused note=\"nothing is changed\" why={}",
                log_text(budget.error().message));
      return;
    }
    const Config& old = settings_.config();
    if (config->api_socket != old.api_socket || config->api_listen != old.api_listen ||
        config->state_dir != old.state_dir || config->qmp_directories != old.qmp_directories ||
        config->libvirt != old.libvirt || config->libvirt_uris != old.libvirt_uris ||
        config->history != old.history) {
      log_warn(
          "event=config.reload note=\"sockets, directories, libvirt and history change at the next start\"");
    }
    apply_sockets(old, *config);
    set_log_level(config->log_level);
    settings_.reconfigure(*std::move(config));
    engine_.reconfigure(budget->capacity, budget->reserve, profile(settings_.config().profile));
  }

  void apply_sockets(const Config& old, const Config& config) {
    const auto socket_in = [](const Config& c, const std::string& name) -> std::optional<std::string> {
      const auto found = c.vms.find(name);
      return found == c.vms.end() ? std::nullopt : found->second.socket;
    };
    for (const auto& [name, vm] : old.vms) {
      if (vm.socket && socket_in(config, name) != vm.socket) machines_.remove(name);
    }
    for (const auto& [name, vm] : config.vms) {
      if (!vm.socket || socket_in(old, name) == vm.socket) continue;
      if (Result<void> ok = machines_.add(name, *vm.socket); !ok)
        log_error("event=config.reload why={}", log_text(ok.error().message));
    }
  }

  RealClock clock_;
  ServiceManager service_manager_ = ServiceManager::from_environment();
  HostFiles files_;
  KernelSensor sensor_{files_};
  std::string config_path_;
  boost::asio::io_context io_{1};
  StoredSettings settings_;
  ChannelMaker guests_;
  HeldFile held_;
  PauseFile pause_;
  StartsFile starts_;
  MemoriesFile memories_;
  const Result<GuestTable> table_ = compiled_in_guests();  // of guests
  std::unique_ptr<history::History> history_;              // null: none is kept
  Engine engine_;
  QemuMachines machines_;
  std::unique_ptr<LibvirtMachines> domains_;  // null: there is no libvirt
  const std::optional<StaticFiles> page_ = load_page();
  LibvirtUsed libvirt_;
  Checkup checkup_{engine_, clock_};
  whatif::LabDesk what_if_{history_.get(), [this] { return facts(); },
                           [this](std::function<void()> told) { boost::asio::post(io_, std::move(told)); }};
  std::optional<Tokens> tokens_;
  ApiServer api_;
  boost::asio::signal_set signals_;
  Timer ticker_;
  std::optional<HistoryFeed> feed_;
  PassPacer pacer_{clock_.now()};
  bool notice_posted_ = false;
};

Daemon::Daemon(const Config& config, std::string config_path, Budget budget)
    : impl_(std::make_unique<Impl>(config, std::move(config_path), budget)) {}

Daemon::~Daemon() = default;

Result<void> Daemon::run() { return impl_->run(); }

}  // namespace aerostat
