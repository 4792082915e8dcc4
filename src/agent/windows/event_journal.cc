#include "agent/windows/event_journal.h"

#include "model/recording.h"

namespace aerostat::agent {

namespace {

constexpr std::int64_t kTellAgain = 60'000 * kMs;
constexpr DWORD kCame = 1, kWent = 2, kRejected = 3, kNoPort = 4;

}  // namespace

void EventJournal::host_came() { tell(kCame, EVENTLOG_INFORMATION_TYPE, ""); }

void EventJournal::host_went(DWORD error) { tell(kWent, EVENTLOG_INFORMATION_TYPE, error); }

void EventJournal::no_port(DWORD error) { tell(kNoPort, EVENTLOG_WARNING_TYPE, error); }

void EventJournal::rejected(std::string_view reason) { tell(kRejected, EVENTLOG_WARNING_TYPE, reason); }

void EventJournal::tell(DWORD kind, WORD severity, DWORD error) {
  std::array<char, 40> room{};
  recording::LineText text(std::span(room.data(), room.size() - 1));
  text.put(std::int64_t{error});
  tell(kind, severity, text.text());
}

void EventJournal::tell(DWORD kind, WORD severity, std::string_view text) {
  const std::int64_t now = now_ns();
  if (log_ == nullptr || (told_[kind] != 0 && now - told_[kind] < kTellAgain)) return;
  told_[kind] = now;
  // The host's text is shown by a viewer: printable ASCII only.
  std::array<wchar_t, 201> wide{};
  for (std::size_t i = 0; i < text.size() && i + 1 < wide.size(); ++i)
    wide[i] = text[i] >= ' ' && text[i] <= '~' ? static_cast<wchar_t>(text[i]) : L'?';
  const wchar_t* strings[] = {wide.data()};
  ReportEventW(log_, severity, 0, kind, nullptr, 1, 0, strings, nullptr);
}

}  // namespace aerostat::agent
