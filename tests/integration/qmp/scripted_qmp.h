// ScriptedQmp: a QEMU monitor that follows a test's script, in the test's own process. It greets, negotiates,
// serves one client at a time, and emulates a balloon and a virtio-mem device that move step by step. The
// script makes it slow, partial, stuck, silent, invalid or gone. It records its orders.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

struct QmpScript {
  // The VM.
  Bytes base = Bytes::mib(384);
  bool balloon = true;
  Bytes balloon_actual = Bytes::mib(384);
  Bytes balloon_target = Bytes::mib(384);
  // Its balloon is hv-balloon: `balloon_target` is all the VM shall have, its guest's device is quiet at
  // first, no event tells of its size, and a target above base + this is cut silently.
  std::optional<Bytes> hyperv;
  bool hyperv_quiet = false;             // keeps orders, carries none out
  Bytes hyperv_granule = Bytes::mib(2);  // what is added is cut to multiples of this
  std::optional<Bytes> hyperv_stops_at;  // takes in no more than this; then adds nothing until a reset
  bool hyperv_reports = true;            // status-report=on
  bool deflates_on_oom = false;          // and what its balloon holds is in its guest's total
  bool plug = true;
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum = Bytes::mib(2048);
  Bytes plugged;
  Bytes plug_requested;
  int slots = 0;  // for DIMMs
  Bytes maximum;  // of -m
  std::map<std::string, Bytes> dimms;
  std::map<std::string, Bytes> objects;                                         // memory of DIMMs
  std::string boot_memory = "memory-backend-ram";                               // what its memory at boot is
  std::string agent_filename = "disconnected:unix:/run/vm/db.agent,server=on";  // empty: no port
  std::string status = "running";
  std::string migration;            // the answer of query-migrate; empty: nothing
  std::int64_t stats_interval = 0;  // of its balloon's statistics, as it was set
  std::uint64_t stats_updated = 0;  // last-update; the numbers are derived from the rest

  // How its guest obeys: at every step each device moves by at most this, within these bounds.
  std::chrono::milliseconds step{2};
  Bytes per_step = Bytes::mib(128);
  std::optional<Bytes> balloon_stops_at;  // will not go below
  std::optional<Bytes> plug_stops_at;     // will not go above
  std::optional<Bytes> unplug_stops_at;   // will not go below
  bool tells_changes = true;              // sends events

  // How its monitor behaves.
  bool greets = true;
  bool answers = true;                      // false: reads and is silent, until set to true: then answers all
  std::optional<std::size_t> answers_left;  // then it falls silent, in the middle of an answer
  std::string garbage;                      // sent instead of every answer
  std::string refuses;                      // a command, or a property of qom-set, that it answers with an
                                            // error
  std::string refusal = "the script refuses this";
  std::size_t refusals = SIZE_MAX;    // this many times
  std::string swallows;               // a command that it never answers, once
  bool floods = false;                // sends events as fast as they are read
  std::optional<Bytes> dimm_instead;  // the size of what it adds when it is asked for a DIMM; zero: nothing
  bool hides_plug = false;            // its virtio-mem device is not in the object tree
  std::int64_t claims = 0;            // this many additional memory devices of 1 PiB each
};

class ScriptedQmp {
 public:
  // Listens when it returns. Aborts the test program if it cannot.
  ScriptedQmp(boost::asio::io_context& io, const Clock& clock, const std::string& path,
              QmpScript script = {});
  ~ScriptedQmp();  // closes and removes its socket

  QmpScript script;
  // "balloon 268435456", "requested-size 2097152", "pc-dimm 134217728", "object-del aerostat-dimm0", in
  // order.
  const std::vector<std::string>& orders() const;
  std::size_t commands() const;     // all it has read
  std::size_t connections() const;  // accepted so far
  std::size_t sent() const;         // bytes that were read from it

  void send_event(const std::string& name, const nlohmann::json& data);
  void drop_client();     // closes the connection, continues to listen
  void stop_listening();  // like a QEMU that was killed: the socket file stays, nobody is behind it
  void reboot_guest();    // as QEMU 7.2 does it; see the definition
  void answer_now();      // after `answers` was set to true

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat
