// ScriptedQmp: a QEMU monitor that does what a test tells it to, in the test's own process. It greets,
// negotiates, serves one client at a time, and emulates a balloon and a virtio-mem device that move a step at
// a time; the script makes it slow, partial, stuck, silent, rude or gone. It writes down its orders.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

struct QmpScript {
  // The VM.
  Bytes base = Bytes::mib(384);
  bool balloon = true;
  Bytes balloon_actual = Bytes::mib(384);
  Bytes balloon_target = Bytes::mib(384);
  bool plug = true;
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum = Bytes::mib(2048);
  Bytes plugged;
  Bytes plug_requested;
  std::string agent_filename = "disconnected:unix:/run/vm/db.agent,server=on";  // empty: no port
  std::string status = "running";
  std::string migration;            // what query-migrate tells; empty: nothing
  std::int64_t stats_interval = 0;  // of its balloon's statistics, as it was set
  std::uint64_t stats_updated = 0;  // last-update; the numbers are made up from the rest

  // How its guest obeys: every step each device moves by at most this, within these bounds.
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
  std::string refuses;                      // a command, or a property of qom-set, it answers with an error
  std::string refusal = "the script refuses this";
  std::size_t refusals = SIZE_MAX;  // so many times
  std::string swallows;             // a command that it never answers, once
  bool floods = false;              // sends events as fast as they are read
  bool hides_plug = false;          // its virtio-mem device is not in the object tree
  std::int64_t claims = 0;          // so many memory devices more, of 1 PiB each
};

class ScriptedQmp {
 public:
  // Listens when it returns. Aborts the test program if it cannot.
  ScriptedQmp(boost::asio::io_context& io, const std::string& path, QmpScript script = {});
  ~ScriptedQmp();  // closes and removes its socket

  QmpScript script;
  // "balloon 268435456", "requested-size 2097152", in order.
  const std::vector<std::string>& orders() const;
  std::size_t commands() const;     // all it has read
  std::size_t connections() const;  // accepted so far
  std::size_t sent() const;         // bytes that were taken from it

  void send_event(const std::string& name, const nlohmann::json& data);
  void drop_client();     // closes the connection, goes on listening
  void stop_listening();  // as a QEMU that was killed: the socket file stays, nobody is behind it
  void reboot_guest();    // as QEMU 7.2 does it; see the definition
  void answer_now();      // after `answers` was set to true

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat
