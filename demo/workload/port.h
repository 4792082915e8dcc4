// Port: lines in and out over a virtio-serial port, or over standard input and output for manual use. Never
// blocks. Lines that cannot be written are kept; beyond 64 KiB the oldest are dropped. Lines that are too
// long for commands are dropped.
#pragma once

#include <string>
#include <vector>

namespace workload {

class Port {
 public:
  // "-" means standard input and output.
  explicit Port(std::string path) : path_(std::move(path)) {}
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  ~Port() { shut(); }

  // Tries to open a port that is not there yet.
  bool open();
  int descriptor() const { return in_; }
  bool has_unsent() const { return !unsent_.empty(); }

  // True if the other end is gone. poll then returns at once every time, and the caller must wait by itself.
  bool receive(std::vector<std::string>& lines);
  void send(const std::string& line);
  void flush();

 private:
  void shut();

  std::string path_;
  std::string unsent_;
  std::string received_;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace workload
