// HistoryReader: what others may ask of the history, and its answers as plain values. Asked on the reactor's
// thread; nothing blocks, and every answer comes later on that thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/parts.h"

namespace aerostat {

struct HistoryState {
  enum class Kind {
    Off,     // not wanted, or a file that must be left alone
    On,      // what happens is kept
    Paused,  // it cannot be kept now; tried again by itself
  };
  Kind kind = Kind::Off;
  std::string note;  // why it is off or paused, or what was lost; one sentence, empty when all is well
  std::string path;
  Bytes used;
  Bytes limit;
  std::optional<std::int64_t> oldest;  // seconds since 1970 of the oldest sample
};
constexpr std::string_view history_word(HistoryState::Kind kind) {
  switch (kind) {
    case HistoryState::Kind::Off: return "off";
    case HistoryState::Kind::On: return "on";
    case HistoryState::Kind::Paused: return "paused";
  }
  return "off";
}

// Times are in seconds since 1970, UTC.
struct HistoryQuery {
  enum class Of { Host, Vm, Each };
  Of of = Of::Host;
  std::string what;  // the VM's name; of Each: the column
  std::int64_t since = 0, until = 0;
  std::size_t points = 300;  // at most as many rows
};

struct HistoryTable {
  std::string of;
  std::int64_t since = 0, until = 0;
  std::int64_t step = 1;             // seconds that a row stands for
  std::vector<std::string> columns;  // the first is "time"
  struct Row {
    std::int64_t time = 0;
    std::vector<std::optional<double>> values;  // missing: not known
  };
  std::vector<Row> rows;
};

// What happened, or was decided, in the words that people read.
struct PastEvent {
  std::int64_t at_ms = 0;  // since 1970
  std::string code, vm, text;
  std::string by;  // who asked for it; empty: nobody did, or it is not known
};
struct PastDecision {
  std::int64_t at_ms = 0;
  std::string vm, rule;
  Bytes from, to, desired;
  std::string why;
  std::optional<Bytes> assigned, demand, wanted, host_free;
  std::uint64_t repeated = 1;
  std::string result;
  std::optional<Parts>
      wanted_parts;  // what was wanted, by its reasons; missing: an older daemon did not keep it
};

struct PastQuery {
  std::string vm;  // empty: all, and the host
  std::int64_t since_ms = 0, until_ms = 0;
  std::size_t most = 1000;  // the newest
};

class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  virtual HistoryState state() const = 0;
  // Kind NotFound: history is off, or there is no such VM. Unavailable: it cannot be read now. Invalid: there
  // is no such column.
  using Answer = std::function<void(Result<HistoryTable>)>;
  virtual void ask(const HistoryQuery& query, Answer answer) const = 0;
  // Of this daemon and of earlier ones, oldest first.
  using Events = std::function<void(Result<std::vector<PastEvent>>)>;
  virtual void events(const PastQuery& query, Events answer) const = 0;
  using Decisions = std::function<void(Result<std::vector<PastDecision>>)>;
  virtual void decisions(const PastQuery& query, Decisions answer) const = 0;
};

}  // namespace aerostat
