// QmpClient: one connection to one QEMU monitor socket, kept up permanently. Everything is asynchronous,
// commands are pipelined in order, and a missing answer makes the link Hung. It never waits and never repeats
// a command: an unanswered command may or may not have been executed. Read the state when Up again.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/unix_socket.h"
#include "reactor/timer.h"
#include "vmm/machine.h"
#include "vmm/qemu/qmp_wire.h"
#include "vmm/qemu/read_budget.h"
#include "vmm/qemu/socket_directory.h"

namespace aerostat {

// A healthy monitor answers in a millisecond, on a loaded host in tens. Two seconds count as no answer.
inline constexpr Duration kQmpDeadline = std::chrono::seconds(2);
// Reconnecting: soon at first, because a starting QEMU listens within this; then rarely, because it costs.
inline constexpr Duration kFirstRetry = std::chrono::milliseconds(100);
inline constexpr Duration kLastRetry = std::chrono::seconds(2);
// A monitor that owes answers and gives none for this many further deadlines is reconnected: an answer may be
// lost for good. A monitor that wakes up still reads what was sent to it before.
inline constexpr int kConnectAnew = 4;

class QmpClient {
 public:
  // Why there is no peer; decides whether the VM exists at all.
  enum class Absence { None, NoSocket, NobodyListens };
  using Callback = std::function<void(const Result<nlohmann::json>&)>;
  // The process behind a connected socket.
  using PeerOf = std::function<std::optional<ProcessId>(int)>;
  // Called from the reactor, never from inside execute() or start(). They must not destroy the client.
  struct Handlers {
    std::function<void()> link_changed;
    std::function<void(const QmpEvent&)> event;
    PeerOf peer = peer_process;
  };

  QmpClient(boost::asio::io_context& io, const Clock& clock, std::string path, Handlers handlers,
            Duration deadline = kQmpDeadline);
  ~QmpClient();
  QmpClient(const QmpClient&) = delete;
  QmpClient& operator=(const QmpClient&) = delete;

  // Makes the first attempt to connect before it returns: link() and absence() are then known.
  void start();
  // Connects now if it is waiting to try again: the socket has just appeared, or its permissions changed.
  void retry_now();

  // False, and the callback is dropped, unless the link is Up. Otherwise it is called exactly once: with the
  // answer, or with an error when the link ceases to be Up first. Null arguments: none.
  bool execute(const char* command, const nlohmann::json& arguments, Callback callback);

  Link link() const { return link_; }
  const std::string& note() const { return note_; }  // why it is not Up, one sentence
  // The listening process, from the kernel; of the last connection.
  const std::optional<ProcessId>& process() const { return process_; }
  // Grows each time the link comes Up: earlier readings may be out of date.
  std::uint64_t times_up() const { return times_up_; }
  Absence absence() const { return absence_; }
  bool connected() const { return stage_ != Stage::Closed; }  // to something, which may never have answered
  // Another socket has replaced the connected one at its path.
  bool bypassed() const;
  const std::string& path() const { return path_; }

 private:
  enum class Stage { Closed, Greeting, Negotiating, Ready };
  struct Pending {
    std::uint64_t id;
    const char* command;
    TimePoint deadline;
    Callback callback;  // empty: given up, a late answer is dropped
  };

  template <typename F>
  auto guarded(F handler);
  void connect();
  void connect_failed(int error);
  void read();
  void read_later(Duration wait);
  void received(std::size_t count);
  Result<void> handle(QmpMessage message);
  Result<void> answered(QmpReply reply);
  void send(const char* command, const nlohmann::json& arguments, Callback callback);
  void write();
  void watch_deadline();
  void connect_anew_later();
  void drop(Link link, const std::string& note, Absence absence);
  void change(Link link, const std::string& note);
  void fail_pending(Error::Kind kind);

  boost::asio::io_context& io_;
  const Clock& clock_;
  std::string path_;
  Handlers handlers_;
  Duration deadline_;
  boost::asio::local::stream_protocol::socket socket_;
  Timer answer_timer_;
  Timer retry_timer_;
  Timer read_timer_;

  Link link_ = Link::Connecting;
  std::string note_ = "not yet connected";
  std::optional<ProcessId> process_;
  std::optional<FileId> place_;  // of the socket, at the time of the connection
  Absence absence_ = Absence::None;
  std::uint64_t times_up_ = 0;
  Stage stage_ = Stage::Closed;
  Duration backoff_ = kFirstRetry;
  TimePoint ready_since_{};
  bool waiting_to_retry_ = false;

  std::uint64_t next_id_ = 1;
  std::deque<Pending> pending_;
  std::string outgoing_;  // not yet handed to the kernel
  std::string writing_;   // being handed to it
  QmpLines lines_;
  ReadBudget budget_;
  std::array<char, 16'384> buffer_{};

  std::uint64_t connection_ = 0;  // counts connections, so that a handler of an old one knows it
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace aerostat
