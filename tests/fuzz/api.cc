// The API's socket: a connection that says anything, and is then closed. The manager behind it answers from
// memory.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <memory>
#include <string>

#include "api/api_server.h"
#include "api/fake_manager.h"
#include "base/check.h"
#include "base/log.h"
#include "base/temporary_folder.h"
#include "fuzz.h"
#include "reactor/simulated_clock.h"

namespace {

using namespace aerostat;

// One server for all inputs, as in life.
class Server {
 public:
  Server() {
    set_log_level(LogLevel::Error);
    manager_.add_vm("web");
    manager_.add_event("it began");
    ApiOptions options;
    options.socket = directory_ + "/api.sock";
    path_ = options.socket;
    server_ = std::make_unique<ApiServer>(io_, clock_, Services{manager_}, options);
    AEROSTAT_CHECK(server_->start().has_value(), "the API can listen");
  }
  ~Server() { server_.reset(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void hears(std::string_view text) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    AEROSTAT_CHECK(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
                   "the API takes connections");
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(fd, SHUT_WR);
    run(fd);
    ::close(fd);
    run(-1);
    manager_.changes.clear();
  }

 private:
  // Until nothing is left to do, without waiting for anything; takes what is answered.
  void run(int fd) {
    std::array<char, 65536> answer;
    for (int turns = 0; turns < 100; ++turns) {
      io_.restart();
      const std::size_t done = io_.poll();
      const ssize_t got = fd < 0 ? -1 : ::recv(fd, answer.data(), answer.size(), 0);
      if (got == 0 || (done == 0 && got < 0)) return;
    }
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  std::string path_;
  boost::asio::io_context io_;
  SimulatedClock clock_{io_};
  FakeManager manager_;
  std::unique_ptr<ApiServer> server_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  server.hears(fuzz::text(data, size));
  return 0;
}
