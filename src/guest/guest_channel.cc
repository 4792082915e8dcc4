#include "guest/guest_channel.h"

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/unix_socket.h"
#include "guest/guest_session.h"
#include "reactor/timer.h"

namespace aerostat {

namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

constexpr Duration kRetryFirst = std::chrono::milliseconds(100);  // a VM that just starts is there soon
constexpr Duration kRetryMost = std::chrono::seconds(2);          // one that is off costs almost nothing
// A guest whose port belongs to another process is checked again this often: it may have been repaired.
constexpr Duration kRetryStranger = std::chrono::seconds(10);
// The peer does not read: hundreds of our messages are waiting behind the socket's own buffer.
constexpr std::size_t kUnsentMost = std::size_t{16} * 1024;
// From a faulty guest one buffer is read in this time, 40 KiB a second. The rest waits in the guest.
constexpr Duration kFaultyPause = std::chrono::milliseconds(100);
constexpr Bytes kNoBound = Bytes::of(std::int64_t{1} << 50);

const char* name_of(Service service) {
  switch (service) {
    case Service::Absent: return "absent";
    case Service::Speaking: return "speaking";
    case Service::Silent: return "silent";
    case Service::Unsupported: return "unsupported";
    case Service::Faulty: return "faulty";
  }
  return "?";
}

}  // namespace

// Lives as long as one of its handlers is pending; close() disables it at once.
class GuestChannel::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& io, VmId vm, std::string name, GuestPort port, const Clock& clock,
             GuestListener& listener)
      : vm_(std::move(vm)),
        name_(std::move(name)),
        port_(std::move(port)),
        clock_(clock),
        listener_(listener),
        socket_(io),
        retry_(io, clock),
        tick_(io, clock),
        pause_(io, clock),
        session_(kNoBound) {}

  void connect() {
    const UnixConnection made = connect_unix(port_.path);
    if (made.error == ENAMETOOLONG) return session_.disconnected("the socket's path is empty or too long");
    if (made.error != 0)
      return lost(fmt::format("its port cannot be reached: {}", std::strerror(made.error)));
    const auto server = peer_process(made.fd);
    if (!server || server->pid != port_.server) {
      ::close(made.fd);
      return stay_away(server);
    }
    error_code error;
    if (error = socket_.assign(stream_protocol(), made.fd, error); error) {
      ::close(made.fd);
      return lost(fmt::format("its port cannot be reached: {}", error.message()));
    }
    connected_ = true;
    session_.connected(clock_.now());
    read();
    after_session(false);
  }

  void close() {
    closed_ = true;
    error_code ignored;
    ignored = socket_.close(ignored);
    retry_.cancel();
    tick_.cancel();
    pause_.cancel();
  }

  // Call after any use of the session: sends, sets the timer, tells the listener.
  void after_session(bool news) {
    const Service service = session_.state().service;
    if (service != was_) {
      log_info("event=guest.{} vm={} note={}", name_of(service), log_word(name_),
               log_text(session_.state().note));
      was_ = service;
      news = true;
    }
    if (service == Service::Speaking) retry_after_ = kRetryFirst;
    if (connected_) flush();
    arm_tick();
    if (news) tell();
  }

  GuestSession& session() { return session_; }
  TimePoint now() const { return clock_.now(); }
  std::uint64_t overflows() const { return overflows_; }

 private:
  void read() {
    const std::uint64_t turn = turn_;
    socket_.async_read_some(
        boost::asio::buffer(in_), [self = shared_from_this(), turn](error_code error, std::size_t n) {
          if (self->closed_ || turn != self->turn_) return;
          if (error) return self->lost(fmt::format("its port was closed: {}", error.message()));
          const bool news = self->session_.receive({self->in_.data(), n}, self->clock_.now());
          self->read_on();
          self->after_session(news);
        });
  }

  void read_on() {
    if (!session_.faulty()) return read();
    const std::uint64_t turn = turn_;
    pause_.expires_after(kFaultyPause);
    pause_.async_wait([self = shared_from_this(), turn](error_code error) {
      if (!error && !self->closed_ && turn == self->turn_) self->read();
    });
  }

  void flush() {
    unsent_ += session_.take_output();
    if (unsent_.size() > kUnsentMost) {
      ++overflows_;
      return lost("it does not read what it is sent");
    }
    if (writing_ || unsent_.empty()) return;
    writing_ = true;
    in_flight_ = std::exchange(unsent_, {});
    const std::uint64_t turn = turn_;
    boost::asio::async_write(socket_, boost::asio::buffer(in_flight_),
                             [self = shared_from_this(), turn](error_code error, std::size_t) {
                               if (self->closed_ || turn != self->turn_) return;
                               self->writing_ = false;
                               if (error)
                                 return self->lost(fmt::format("its port was closed: {}", error.message()));
                               self->flush();
                             });
  }

  // From a handler of its own: the listener may call or destroy us. Many messages in one read are one call.
  void tell() {
    if (closed_ || std::exchange(telling_, true)) return;
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->telling_ = false;
      if (!self->closed_) self->listener_.guest_spoke(self->vm_);
    });
  }

  // Not a byte was sent or read.
  void stay_away(const std::optional<ProcessId>& server) {
    const auto named = [](const std::optional<pid_t>& pid) {
      return pid ? fmt::format("process {}", *pid) : std::string("a process that is not known");
    };
    const auto other = server ? std::optional(server->pid) : std::nullopt;
    const std::string why =
        fmt::format("its port {} is served by {} and not by its own, {}: nobody is spoken to there",
                    printable(port_.path, 120), named(other), named(port_.server));
    drop();
    session_.port_refused(why);
    retry_after_ = kRetryStranger;
    connect_later();
    after_session(true);
  }

  // The connection is over. Another one follows after a while.
  void lost(const std::string& why) {
    drop();
    session_.disconnected(why);
    connect_later();
    after_session(false);
  }

  void drop() {
    ++turn_;  // pending handlers belong to the past
    connected_ = false;
    writing_ = false;
    unsent_.clear();
    error_code ignored;
    ignored = socket_.close(ignored);
    tick_.cancel();
    tick_at_.reset();
    pause_.cancel();
  }

  void connect_later() {
    retry_.expires_after(retry_after_);
    retry_after_ = std::min(retry_after_ * 2, kRetryMost);
    retry_.async_wait([self = shared_from_this()](error_code error) {
      if (!error && !self->closed_) self->connect();
    });
  }

  void arm_tick() {
    if (closed_ || !connected_) return;
    const auto due = session_.next_tick();
    if (due == tick_at_) return;
    tick_at_ = due;
    tick_.cancel();
    if (!due) return;
    tick_.expires_at(*due);
    tick_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->closed_ || !self->connected_) return;
      self->tick_at_.reset();
      self->after_session(self->session_.tick(self->clock_.now()));
    });
  }

  const VmId vm_;
  const std::string name_;
  const GuestPort port_;
  const Clock& clock_;
  GuestListener& listener_;
  stream_protocol::socket socket_;
  Timer retry_, tick_, pause_;
  GuestSession session_;
  std::array<char, kLineMost> in_{};
  std::string unsent_, in_flight_;
  bool writing_ = false, connected_ = false, closed_ = false, telling_ = false;
  std::uint64_t turn_ = 0;  // one number for each connection
  std::uint64_t overflows_ = 0;
  Duration retry_after_ = kRetryFirst;
  std::optional<TimePoint> tick_at_;
  Service was_ = Service::Absent;
};

GuestChannel::GuestChannel(boost::asio::io_context& io, VmId vm, std::string name, GuestPort port,
                           const Clock& clock, GuestListener& listener)
    : connection_(std::make_shared<Connection>(io, std::move(vm), std::move(name), std::move(port), clock,
                                               listener)) {
  connection_->connect();
}

GuestChannel::~GuestChannel() { connection_->close(); }

const GuestState& GuestChannel::state() const { return connection_->session().state(); }

void GuestChannel::set_low_mark(Bytes available) {
  connection_->session().set_low_mark(available, connection_->now());
  connection_->after_session(false);
}

void GuestChannel::expect_growth(Bytes target) {
  connection_->session().expect_growth(target, connection_->now());
  connection_->after_session(false);
}

void GuestChannel::prepare_shrink(Bytes amount) {
  connection_->session().prepare_shrink(amount, connection_->now());
  connection_->after_session(false);
}

void GuestChannel::guest_reset() {
  connection_->session().guest_reset();
  connection_->after_session(false);
}

void GuestChannel::set_most_visible(Bytes most) { connection_->session().set_most_visible(most); }

std::uint64_t GuestChannel::overflows() const { return connection_->overflows(); }

}  // namespace aerostat
