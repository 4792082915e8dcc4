// EventJournal: tells Windows' event log, source aerostat-guest. A host that comes and goes fills no log: the
// same kind of news is told once a minute at most.
#pragma once

#include <windows.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/windows/agent.h"

namespace aerostat::agent {

inline constexpr const wchar_t* kServiceName = L"aerostat-guest";

class EventJournal final : public Journal {
 public:
  EventJournal() : log_(RegisterEventSourceW(nullptr, kServiceName)) {}
  ~EventJournal() {
    if (log_ != nullptr) DeregisterEventSource(log_);
  }
  EventJournal(const EventJournal&) = delete;
  EventJournal& operator=(const EventJournal&) = delete;

  void host_came() override;
  void host_went(DWORD error) override;
  void rejected(std::string_view reason) override;
  void no_port(DWORD error) override;

 private:
  // `kind` is a message of events.mc, too.
  void tell(DWORD kind, WORD severity, std::string_view text);
  void tell(DWORD kind, WORD severity, DWORD error);

  HANDLE log_;
  std::array<std::int64_t, 5> told_{};  // when, for each kind
};

}  // namespace aerostat::agent
