// Port: the service's end of the virtio-serial port; in tests a serial port or a named pipe. One read waits
// in the driver at all times, one write at most. Never blocks, never sends part of a line, and holds at most
// kHeldMost bytes that the host has not read. The driver lets one program open the port, and fails reads
// while the host is away.
#pragma once

#include <windows.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace aerostat::agent {

class Port {
 public:
  // `path` null: the port named org.aerostat.guest.0.
  explicit Port(const char* path);
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // Opens it and starts to read. False: it is not there, or the host is away; last_error() says why.
  bool open();
  void shut();
  bool opened() const { return handle_ != INVALID_HANDLE_VALUE; }
  DWORD last_error() const { return error_; }
  // Why there is no such port; 0: there is. ERROR_BAD_DEV_TYPE: it is no port, but a file.
  DWORD open_error() const { return open_error_; }

  // Signalled when bytes arrived, or the host is gone; when what was sent is written.
  HANDLE read_event() const { return read_.hEvent; }
  HANDLE write_event() const { return write_.hEvent; }

  // Takes the bytes that arrived. Empty: none now. They are valid until read_on(), which must follow. `gone`:
  // the host is away, or the port is broken; it should be shut.
  std::string_view receive(bool& gone);
  // False: as `gone`.
  bool read_on();

  // Queues a whole line and starts to write. False: no room, the line was not queued.
  bool send(std::string_view line);
  // After write_event(), and from time to time: a write that could not start signals nothing. False: as
  // `gone`.
  bool written();
  bool unsent() const { return writing_ > 0 || held_ > 0; }

 private:
  bool start_write();
  void stop_waiting(OVERLAPPED& one);

  static constexpr std::size_t kHeldMost = std::size_t{16} * 1024;
  const char* path_;
  HANDLE handle_ = INVALID_HANDLE_VALUE;
  DWORD error_ = 0, open_error_ = 0;
  OVERLAPPED read_{}, write_{};
  bool reading_ = false;
  std::size_t writing_ = 0;  // bytes that the driver has
  std::size_t held_ = 0;     // bytes that wait behind them
  std::size_t room_ = 0;     // of a read
  std::array<char, 4096> in_{};
  std::array<char, kHeldMost> out_{}, queue_{};
};

}  // namespace aerostat::agent
