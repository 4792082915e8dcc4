#include "agent/windows/port.h"

#include <cstring>

namespace aerostat::agent {

namespace {

// The driver vioserial gives every port a link of this form.
constexpr const char* kNamedPort = R"(\\.\Global\org.aerostat.guest.0)";

}  // namespace

Port::Port(const char* path) : path_(path != nullptr ? path : kNamedPort) {
  read_.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  write_.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
}

Port::~Port() {
  shut();
  CloseHandle(read_.hEvent);
  CloseHandle(write_.hEvent);
}

bool Port::open() {
  shut();
  // Whoever made a pipe of that name must not act as us.
  handle_ = CreateFileA(path_, GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr);
  if (handle_ == INVALID_HANDLE_VALUE) {
    error_ = open_error_ = GetLastError();
    return false;
  }
  // What is said to the host would be written into a file of that name.
  if (GetFileType(handle_) == FILE_TYPE_DISK) {
    CloseHandle(handle_);
    handle_ = INVALID_HANDLE_VALUE;
    error_ = open_error_ = ERROR_BAD_DEV_TYPE;
    return false;
  }
  open_error_ = 0;
  // A serial port waits until a read is full, so its bytes are read one by one: the host says little. Others
  // give what arrived.
  COMMTIMEOUTS none{};
  room_ = GetFileType(handle_) == FILE_TYPE_CHAR && SetCommTimeouts(handle_, &none) != 0 ? 1 : in_.size();
  if (read_on()) return true;
  shut();
  return false;
}

// The driver must not write into our buffers any more.
void Port::stop_waiting(OVERLAPPED& one) {
  CancelIo(handle_);
  DWORD ignored = 0;
  GetOverlappedResult(handle_, &one, &ignored, TRUE);
}

void Port::shut() {
  if (!opened()) return;
  if (reading_) stop_waiting(read_);
  if (writing_ > 0) stop_waiting(write_);
  CloseHandle(handle_);
  handle_ = INVALID_HANDLE_VALUE;
  reading_ = false;
  writing_ = held_ = 0;
  ResetEvent(read_.hEvent);
  ResetEvent(write_.hEvent);
}

bool Port::read_on() {
  const DWORD room = static_cast<DWORD>(room_);
  // With a result at once the event is set too, and receive() takes it.
  reading_ = ReadFile(handle_, in_.data(), room, nullptr, &read_) != 0 || GetLastError() == ERROR_IO_PENDING;
  if (!reading_) error_ = GetLastError();
  return reading_;
}

std::string_view Port::receive(bool& gone) {
  gone = false;
  DWORD got = 0;
  if (GetOverlappedResult(handle_, &read_, &got, FALSE) == 0) {
    error_ = GetLastError();
    if (error_ == ERROR_IO_INCOMPLETE) return {};
    reading_ = false;
    gone = error_ != ERROR_MORE_DATA;
  }
  reading_ = false;
  gone = gone || got == 0;
  return gone ? std::string_view{} : std::string_view(in_.data(), got);
}

bool Port::send(std::string_view line) {
  if (!opened() || line.empty() || held_ + line.size() > queue_.size()) return false;
  std::memcpy(queue_.data() + held_, line.data(), line.size());
  held_ += line.size();
  // If it fails, the line is held, and written() tells.
  start_write();
  return true;
}

bool Port::start_write() {
  if (writing_ > 0 || held_ == 0) return true;
  std::memcpy(out_.data(), queue_.data(), held_);
  const BOOL done = WriteFile(handle_, out_.data(), static_cast<DWORD>(held_), nullptr, &write_);
  if (done == 0 && GetLastError() != ERROR_IO_PENDING) {
    error_ = GetLastError();
    return false;
  }
  writing_ = held_;
  held_ = 0;
  return true;
}

bool Port::written() {
  if (writing_ == 0) return start_write();
  DWORD put = 0;
  if (GetOverlappedResult(handle_, &write_, &put, FALSE) == 0) {
    error_ = GetLastError();
    if (error_ == ERROR_IO_INCOMPLETE) return true;
    writing_ = 0;
    return false;
  }
  // What was not taken goes in front of what waits. Without room for both, a line would be cut: start anew.
  const std::size_t rest = writing_ - put;
  writing_ = 0;
  if (rest + held_ > queue_.size()) return false;
  std::memmove(queue_.data() + rest, queue_.data(), held_);
  std::memcpy(queue_.data(), out_.data() + put, rest);
  held_ += rest;
  ResetEvent(write_.hEvent);
  return start_write();
}

}  // namespace aerostat::agent
