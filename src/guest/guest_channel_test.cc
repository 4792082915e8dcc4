// The channel over real sockets: against a scripted guest, on simulated time, and against the real agent with
// nothing but a relay between.
#include "guest/guest_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <functional>

#include "base/temporary_folder.h"
#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

using namespace aerostat::literals;
using namespace std::chrono_literals;
using boost::asio::local::stream_protocol;
using ::testing::HasSubstr;

const VmId kWeb{"qemu", "web.qmp"};

struct Ear final : GuestListener {
  void guest_spoke(const VmId& vm) override {
    heard.push_back(vm);
    if (then) then();
  }
  std::vector<VmId> heard;
  std::function<void()> then;
};

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() { path = folder + "/port"; }

  bool until(const std::function<bool()>& done, Duration most = 5s) { return clock.until(done, most); }
  void wait(Duration time) { clock.pass(time); }

  void listen_as_vm() {
    ::unlink(path.c_str());
    acceptor.emplace(io, stream_protocol::endpoint(path));
    accept();
  }
  void accept() {
    guest.emplace(io);
    acceptor->async_accept(*guest, [this](boost::system::error_code error) {
      if (error) return;
      ++connections;
      read();
    });
  }
  void read() {
    guest->async_read_some(boost::asio::buffer(buffer),
                           [this](boost::system::error_code error, std::size_t n) {
                             if (error) return;
                             told.append(buffer.data(), n);
                             if (!deaf) read();
                           });
  }
  bool say(const std::string& text) {
    boost::system::error_code error;
    boost::asio::write(*guest, boost::asio::buffer(text), error);
    return !error;
  }

  const TemporaryFolder temporary_;
  const std::string& folder = temporary_.path();
  std::string path;
  boost::asio::io_context io;
  SimulatedClock clock{io};
  Ear ear;
  std::optional<stream_protocol::acceptor> acceptor;
  std::optional<stream_protocol::socket> guest;
  std::array<char, 4096> buffer{};
  std::string told;
  int connections = 0;
  bool deaf = false;
};

const char kHello[] = "{\"t\":\"hello\",\"protocol\":[1,0],\"agent\":\"t\",\"caps\":[\"compact\"]}\n";

TEST_F(ChannelTest, ConnectsAsksWelcomesAndHears) {
  listen_as_vm();
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
  channel.set_low_mark(64_MiB);
  ASSERT_TRUE(until([&] { return told == "{\"t\":\"who\"}\n"; })) << told;
  say(kHello);
  ASSERT_TRUE(until([&] { return channel.state().service == Service::Speaking; }));
  say("{\"t\":\"sample\",\"total_kib\":1000,\"avail_kib\":10}\n");
  ASSERT_TRUE(until([&] { return channel.state().sample.has_value(); }));
  EXPECT_EQ(ear.heard.back(), kWeb);
  EXPECT_TRUE(until([&] { return told.find("ping") != std::string::npos; }));
  EXPECT_THAT(told, HasSubstr("welcome"));
  EXPECT_THAT(told, HasSubstr("65536"));
}

TEST_F(ChannelTest, WaitsForAVmThatIsNotThereYet) {
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
  wait(250ms);
  EXPECT_EQ(channel.state().service, Service::Absent);
  EXPECT_THAT(channel.state().note, HasSubstr("cannot be reached"));
  listen_as_vm();
  EXPECT_TRUE(until([&] { return connections == 1; }));
}

TEST_F(ChannelTest, ComesBackAfterTheVmWasRestarted) {
  listen_as_vm();
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
  until([&] { return connections == 1; });
  say(kHello);
  until([&] { return channel.state().service == Service::Speaking; });
  guest->close();
  ASSERT_TRUE(until([&] { return channel.state().service == Service::Absent; }));
  EXPECT_THAT(channel.state().note, HasSubstr("closed"));
  accept();
  EXPECT_TRUE(until([&] { return connections == 2; }));
}

TEST_F(ChannelTest, RefusesAPathNoSocketCanHave) {
  GuestChannel channel(io, kWeb, "web", {std::string(300, 'x'), ::getpid()}, clock, ear);
  EXPECT_THAT(channel.state().note, HasSubstr("too long"));
}

// A hypervisor in the hands of its guest names another VM's port, or any socket of root's.
TEST_F(ChannelTest, SpeaksToNobodyButItsVmsOwnProcess) {
  listen_as_vm();
  for (const std::optional<pid_t> server : {std::optional<pid_t>(::getppid()), std::optional<pid_t>()}) {
    GuestChannel channel(io, kWeb, "web", {path, server}, clock, ear);
    ASSERT_TRUE(until([&] { return channel.state().service == Service::Unsupported; }));
    EXPECT_THAT(channel.state().note, HasSubstr("is served by process " + std::to_string(::getpid())));
    EXPECT_THAT(channel.state().note, HasSubstr("nobody is spoken to there"));
    until([&] { return connections > 0; });
    say(kHello);
    until([&] { return !told.empty(); }, 100ms);
    EXPECT_EQ(told, "");
    EXPECT_EQ(channel.state().service, Service::Unsupported);
    accept();
  }
}

TEST_F(ChannelTest, GivesUpOnAGuestThatDoesNotReadInsteadOfGrowing) {
  listen_as_vm();
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
  deaf = true;
  until([&] { return connections == 1; });
  say(kHello);
  until([&] { return channel.state().service == Service::Speaking; });
  for (int i = 0; i < 200'000 && channel.overflows() == 0; ++i) {
    channel.set_low_mark(Bytes::mib(64 + 64 * (i % 2)));
    io.poll();
  }
  EXPECT_EQ(channel.overflows(), 1u);
  EXPECT_EQ(channel.state().service, Service::Absent);
  EXPECT_THAT(channel.state().note, HasSubstr("does not read"));
}

TEST_F(ChannelTest, ReadsLittleFromAGuestThatFloods) {
  listen_as_vm();
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
  until([&] { return connections == 1; });
  say(kHello);
  guest->non_blocking(true);
  const std::string flood(1 << 16, '\n');
  std::size_t taken = 0;
  const auto pour = [&] {
    boost::system::error_code error;
    taken += guest->write_some(boost::asio::buffer(flood), error);
    return false;
  };
  until(pour, 1s);
  EXPECT_EQ(channel.state().service, Service::Faulty);
  taken = 0;
  until(pour, 1s);
  EXPECT_LT(taken, 500'000u);  // what its socket holds and 40 KiB
}

TEST_F(ChannelTest, MayBeDestroyedByItsListener) {
  listen_as_vm();
  auto channel = std::make_unique<GuestChannel>(io, kWeb, "web", GuestPort{path, ::getpid()}, clock, ear);
  ear.then = [&] { channel.reset(); };
  until([&] { return connections == 1; });
  say(kHello);
  EXPECT_TRUE(until([&] { return channel == nullptr; }));
  say("{\"t\":\"sample\"}\n");
  wait(50ms);
  EXPECT_EQ(ear.heard.size(), 1u);
}

TEST_F(ChannelTest, MayBeDestroyedWhileEverythingIsPending) {
  listen_as_vm();
  for (int i = 0; i < 20; ++i) {
    GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, clock, ear);
    if (i % 3 == 1) io.poll();
    if (i % 3 == 2) wait(2ms);
  }
  wait(50ms);
}

// The VM: a listening socket for each side, and a relay between them, as QEMU's virtio-serial is.
class AgentTest : public ChannelTest {
 protected:
  ~AgentTest() override {
    if (agent_pid <= 0) return;
    ::kill(agent_pid, SIGTERM);
    int status = 0;
    ::waitpid(agent_pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }

  // Runs the reactor, in real time, until `done`. The limit only ends a test that fails.
  bool really(const std::function<bool()>& done) {
    const TimePoint end = real.now() + 60s;
    io.restart();
    while (!done() && real.now() < end) io.run_one_for(20ms);
    return done();
  }

  void start_agent() {
    const std::string guest_side = folder + "/guest";
    inner.emplace(io, stream_protocol::endpoint(guest_side));
    inner->async_accept(agent_socket, [this](boost::system::error_code error) {
      if (!error) relay(agent_socket, *guest, to_host);
      if (!error) relay(*guest, agent_socket, to_guest);
    });
    const std::string root = folder + "/root";
    std::filesystem::create_directories(root + "/proc/pressure");
    std::filesystem::create_directories(root + "/proc/sys/vm");
    std::filesystem::create_directories(root + "/proc/sys/kernel/random");
    set_levels(512, 300);
    write("/proc/sys/vm/compact_memory", "");
    write("/proc/sys/kernel/random/boot_id", "b00t\n");
    agent_pid = ::fork();
    if (agent_pid != 0) return;
    ::execl(AGENT_BINARY, "aerostat-guest", "--port", guest_side.c_str(), "--root", root.c_str(), nullptr);
    ::_exit(127);
  }
  void write(const std::string& file, const std::string& text) {
    FILE* out = std::fopen((folder + "/root" + file).c_str(), "w");
    std::fputs(text.c_str(), out);
    std::fclose(out);
  }
  // In place and of one length: the agent reads it at any moment.
  void set_levels(int total_mib, int available_mib) {
    char text[128];
    std::snprintf(text, sizeof text, "MemTotal:       %8d kB\nMemAvailable:   %8d kB\n", total_mib * 1024,
                  available_mib * 1024);
    FILE* out = std::fopen((folder + "/root/proc/meminfo").c_str(), "r+");
    if (out == nullptr) out = std::fopen((folder + "/root/proc/meminfo").c_str(), "w");
    std::fputs(text, out);
    std::fclose(out);
  }
  void relay(stream_protocol::socket& from, stream_protocol::socket& to, std::array<char, 4096>& bytes) {
    from.async_read_some(boost::asio::buffer(bytes), [&](boost::system::error_code error, std::size_t n) {
      if (error) return;
      boost::asio::write(to, boost::asio::buffer(bytes, n), error);
      if (!error) relay(from, to, bytes);
    });
  }

  RealClock real;
  std::optional<stream_protocol::acceptor> inner;
  stream_protocol::socket agent_socket{io};
  std::array<char, 4096> to_host{}, to_guest{};
  pid_t agent_pid = 0;
};

TEST_F(AgentTest, TheRealAgentAndTheHostUnderstandEachOther) {
  acceptor.emplace(io, stream_protocol::endpoint(path));
  guest.emplace(io);
  acceptor->async_accept(*guest, [this](boost::system::error_code) { ++connections; });
  GuestChannel channel(io, kWeb, "web", {path, ::getpid()}, real, ear);
  channel.set_low_mark(64_MiB);
  ASSERT_TRUE(really([&] { return connections == 1; }));
  const TimePoint began = real.now();
  start_agent();
  const GuestState& state = channel.state();
  ASSERT_TRUE(really([&] { return state.sample.has_value(); }));
  EXPECT_EQ(state.sample->total, 512_MiB);
  EXPECT_TRUE(state.can_compact);
  EXPECT_THAT(state.os, HasSubstr("linux "));

  // Memory runs short: told with the moment it began, as soon as a ping has compared the clocks.
  for (int tries = 0; tries < 100 && !state.low_since; ++tries) {
    set_levels(512, 300);
    ASSERT_TRUE(really([&] { return state.cause != SampleCause::Low; }));
    set_levels(512, 10);
    ASSERT_TRUE(really([&] { return state.cause == SampleCause::Low; }));
  }
  ASSERT_TRUE(state.low_since);
  EXPECT_GT(*state.low_since, began);
  EXPECT_LT(*state.low_since, state.received_at);

  // Memory arrives.
  channel.expect_growth(768_MiB);
  set_levels(768, 266);
  ASSERT_TRUE(really([&] { return state.cause == SampleCause::Online; }));

  channel.prepare_shrink(128_MiB);
  EXPECT_TRUE(really([&] { return state.prepared; }));
  EXPECT_TRUE(really([&] { return state.cause == SampleCause::Keepalive; }));
  EXPECT_EQ(state.service, Service::Speaking);
  EXPECT_EQ(state.rejected, 0u);
}

}  // namespace
}  // namespace aerostat
