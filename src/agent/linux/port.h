// Port: the agent's end of the virtio-serial port (or, in tests, of a unix socket). Never blocks, never sends
// part of a line, and holds at most kHeldMost bytes that the host has not read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aerostat::agent {

class Port {
 public:
  // `path` empty: search for the port named org.aerostat.guest.0.
  Port(std::string_view root, std::string_view path) : root_(root), path_(path) {}
  ~Port() { shut(); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // 0 or errno. ENOENT: this machine has no such port (yet). ENODEV: it is no port, but a file.
  int open();
  void shut();
  bool opened() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool is_socket() const { return socket_; }

  // Queues a whole line and writes what can be written. False: no room, the line was not queued.
  bool send(std::string_view line);
  // Writes the queue. False: the port is broken and should be closed.
  bool flush();
  bool unsent() const { return held_ > 0; }
  // Drops the queue: there is a new host at the other end.
  void forget() { held_ = 0; }
  // Reads the available bytes. Empty: none now. `gone` means that the port is broken.
  std::string_view receive(bool& gone);

 private:
  bool find(char* out, std::size_t room) const;

  static constexpr std::size_t kHeldMost = std::size_t{16} * 1024;
  std::string_view root_, path_;
  int fd_ = -1;
  bool socket_ = false;
  std::array<char, kHeldMost> queue_{};
  std::size_t held_ = 0;
  std::array<char, 4096> in_{};
};

}  // namespace aerostat::agent
