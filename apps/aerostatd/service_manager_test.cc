// What systemd hears of the daemon, over a real datagram socket and on a clock that stands still.
#include "service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

// The service manager's end.
class Listener {
 public:
  Listener() {
    path = directory_ + "/notify";
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // A datagram is there as soon as it was sent.
  std::vector<std::string> heard() const {
    std::vector<std::string> out;
    char text[256];
    ssize_t got = 0;
    while ((got = ::recv(fd_, text, sizeof text, 0)) > 0)
      out.emplace_back(text, static_cast<std::size_t>(got));
    return out;
  }

  std::string path;

 private:
  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  int fd_ = -1;
};

using Words = std::vector<std::string>;

TEST(ServiceManager, HearsOfReadinessReloadAndTheEnd) {
  const Listener systemd;
  const ServiceManager manager(systemd.path, std::nullopt);
  manager.ready();
  manager.reloading(TimePoint(1500us));
  manager.ready();
  manager.stopping();
  EXPECT_EQ(systemd.heard(), (Words{"READY=1", "RELOADING=1\nMONOTONIC_USEC=1500", "READY=1", "STOPPING=1"}));
}

TEST(ServiceManager, HearsOfLifeThreeTimesInTheWatchdogsTime) {
  const Listener systemd;
  ServiceManager manager(systemd.path, 3s);
  FakeClock clock;
  for (int passes = 0; passes < 24; ++passes) {
    manager.alive(clock.now());
    clock.advance(250ms);
  }
  EXPECT_EQ(systemd.heard(), Words(6, "WATCHDOG=1"));
}

TEST(ServiceManager, HearsOfNoLifeWithoutAWatchdog) {
  const Listener systemd;
  ServiceManager manager(systemd.path, std::nullopt);
  manager.alive(TimePoint{});
  EXPECT_EQ(systemd.heard(), Words{});
}

TEST(ServiceManager, NeverHoldsTheDaemonUp) {
  const Listener systemd;
  ServiceManager manager(systemd.path, 1ms);
  FakeClock clock;
  // Nobody reads: far more than a socket holds.
  for (int i = 0; i < 100'000; ++i) {
    manager.alive(clock.now());
    clock.advance(1s);
  }
  EXPECT_LT(systemd.heard().size(), 10'000u);
}

TEST(ServiceManager, IsNotThereWhereNobodyNamesIt) {
  for (const char* socket : {"", "relative/path", "@"}) ServiceManager(socket, 1s).ready();
  ServiceManager(std::string(300, '/'), 1s).ready();
  ServiceManager("/nobody/listens/here", 1s).ready();
}

TEST(ServiceManager, IsNamedByTheEnvironmentWhichIsThenClean) {
  const Listener systemd;
  ::setenv("NOTIFY_SOCKET", systemd.path.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "2000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  ServiceManager manager = ServiceManager::from_environment();
  manager.ready();
  manager.alive(TimePoint{});
  EXPECT_EQ(systemd.heard(), (Words{"READY=1", "WATCHDOG=1"}));
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    EXPECT_EQ(std::getenv(name), nullptr);
}

TEST(ServiceManager, WatchesOnlyTheProcessThatWasMeant) {
  const Listener systemd;
  ::setenv("NOTIFY_SOCKET", systemd.path.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "2000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  ServiceManager manager = ServiceManager::from_environment();
  manager.alive(TimePoint{});
  EXPECT_EQ(systemd.heard(), Words{});
}

}  // namespace
}  // namespace aerostat
