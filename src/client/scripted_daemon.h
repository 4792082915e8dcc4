// ScriptedDaemon: for tests of the command. A unix socket that answers each connection with the next text of
// a script, whatever the request, and records the requests. By design the command has no part of the daemon
// to test with.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/temporary_folder.h"

namespace aerostat {

inline std::string http_reply(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ScriptedDaemon {
 public:
  // An empty reply: sends nothing and keeps the connection until the client gives up.
  explicit ScriptedDaemon(std::vector<std::string> replies) : replies_(std::move(replies)) {
    socket = directory_ + "/api.sock";
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), socket.size());
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    if (::listen(listener_, 8) != 0) std::abort();
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedDaemon() {
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    ::close(listener_);
  }
  ScriptedDaemon(const ScriptedDaemon&) = delete;

  // The requests. Read them after the command has returned.
  std::vector<std::string> requests;
  std::string socket;

 private:
  void serve() {
    for (const std::string& reply : replies_) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      requests.push_back(read_request(client));
      if (reply.empty()) {
        char end;
        while (::recv(client, &end, 1, 0) > 0) {
        }
      }
      ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }
  // Up to the end of the header and the body that it announces.
  static std::string read_request(int client) {
    std::string out;
    char part[4096];
    while (true) {
      const std::size_t head = out.find("\r\n\r\n");
      const std::size_t length = out.find("Content-Length: ");
      if (head != std::string::npos) {
        const std::size_t body = length < head ? std::stoul(out.substr(length + 16)) : 0;
        if (out.size() >= head + 4 + body) return out;
      }
      const ssize_t got = ::recv(client, part, sizeof part, 0);
      if (got <= 0) return out;
      out.append(part, static_cast<std::size_t>(got));
    }
  }

  std::vector<std::string> replies_;
  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace aerostat
