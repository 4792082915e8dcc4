#include "vmm/qemu/qmp_client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace aerostat {

namespace {

namespace asio = boost::asio;
using nlohmann::json;

// QMP serves one client a socket: while another client is served, the kernel accepts our connection but
// nobody greets us.
constexpr const char* kNoGreeting =
    "accepted the connection and said nothing for {}; the VM's process is stopped or stuck, or another "
    "program (libvirt, a monitor client) holds this monitor, which serves one at a time";

std::string said(Duration d) { return fmt::format("{:.3g} s", seconds(d)); }

}  // namespace

// Handlers outlive connections and even the client. This one is called only for its own connection.
template <typename F>
auto QmpClient::guarded(F handler) {
  return [this, handler = std::move(handler), alive = std::weak_ptr<int>(alive_),
          mine = connection_](auto&&... args) {
    if (!alive.expired() && mine == connection_) handler(args...);
  };
}

QmpClient::QmpClient(asio::io_context& io, const Clock& clock, std::string path, Handlers handlers,
                     Duration deadline)
    : io_(io),
      clock_(clock),
      path_(std::move(path)),
      handlers_(std::move(handlers)),
      deadline_(deadline),
      socket_(io),
      answer_timer_(io, clock),
      retry_timer_(io, clock),
      read_timer_(io, clock) {}

QmpClient::~QmpClient() = default;

void QmpClient::start() { connect(); }

void QmpClient::retry_now() {
  if (!waiting_to_retry_) return;
  backoff_ = kFirstRetry;
  connect();
}

void QmpClient::connect() {
  waiting_to_retry_ = false;
  ++connection_;
  retry_timer_.cancel();
  place_ = socket_at(path_);
  const UnixConnection made = connect_unix(path_);
  if (made.fd < 0) return connect_failed(made.error);
  boost::system::error_code error;
  socket_.assign(asio::local::stream_protocol(), made.fd, error);
  if (error) {
    ::close(made.fd);
    return connect_failed(error.value());
  }
  process_ = handlers_.peer(made.fd);
  absence_ = Absence::None;
  stage_ = Stage::Greeting;
  lines_ = QmpLines();
  outgoing_.clear();
  watch_deadline();
  read();
}

bool QmpClient::bypassed() const {
  if (!connected() || !place_) return false;
  const auto now = socket_at(path_);
  return now && now != place_;
}

void QmpClient::connect_failed(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return drop(Link::Lost, fmt::format("its monitor socket {} is gone", path_), Absence::NoSocket);
    case ECONNREFUSED:
      return drop(Link::Lost, fmt::format("no process listens on {}", path_), Absence::NobodyListens);
    case EACCES:
    case EPERM:
      return drop(
          Link::Denied,
          fmt::format("no permission to open {}; give the user that runs aerostatd read and write permission "
                      "on it, and search permission on the directories above it",
                      path_),
          Absence::None);
    case EAGAIN:
      return drop(
          Link::Hung,
          fmt::format("the queue of {} is full: other programs wait for this monitor, which serves one at a "
                      "time",
                      path_),
          Absence::None);
    case ENAMETOOLONG:
      return drop(
          Link::Lost,
          fmt::format("{} is longer than the 107 bytes a socket's path may have; use a shorter one", path_),
          Absence::None);
    case EMFILE:
      return drop(Link::Lost,
                  "aerostatd has as many files and sockets open as it may, two for each VM; give it a larger "
                  "LimitNOFILE (or ulimit -n)",
                  Absence::None);
    default:
      return drop(Link::Lost, fmt::format("cannot connect to {}: {}", path_, std::strerror(error)),
                  Absence::None);
  }
}

void QmpClient::read() {
  socket_.async_read_some(asio::buffer(buffer_),
                          guarded([this](const boost::system::error_code& error, std::size_t n) {
                            if (!error) return received(n);
                            drop(Link::Lost, fmt::format("{} closed the connection", path_), Absence::None);
                          }));
}

void QmpClient::received(std::size_t count) {
  const auto mine = connection_;
  Result<std::vector<std::string>> lines = lines_.feed({buffer_.data(), count});
  if (!lines)
    return drop(Link::Lost, fmt::format("{} does not speak QMP: {}", path_, lines.error().message),
                Absence::None);
  for (const std::string& line : *lines) {
    Result<QmpMessage> message = parse_qmp(line);
    const Result<void> done = message ? handle(std::move(*message)) : fail(std::move(message.error()));
    if (mine != connection_) return;
    if (!done)
      return drop(Link::Lost, fmt::format("{} does not speak QMP: {}", path_, done.error().message),
                  Absence::None);
  }
  read_later(budget_.spend(count, clock_.now()));
}

// Faster data waits in the kernel, and its sender with it.
void QmpClient::read_later(Duration wait) {
  if (wait <= Duration::zero()) return read();
  read_timer_.expires_after(wait);
  read_timer_.async_wait(guarded([this](const boost::system::error_code& error) {
    if (!error) read();
  }));
}

Result<void> QmpClient::handle(QmpMessage message) {
  if (auto* event = std::get_if<QmpEvent>(&message)) {
    if (stage_ == Stage::Ready && handlers_.event) handlers_.event(*event);
    return {};
  }
  if (auto* reply = std::get_if<QmpReply>(&message)) return answered(std::move(*reply));
  if (stage_ != Stage::Greeting) return fail(Error::Kind::Invalid, "a second greeting");
  stage_ = Stage::Negotiating;
  send("qmp_capabilities", json(nullptr), nullptr);
  return {};
}

Result<void> QmpClient::answered(QmpReply reply) {
  const auto asked =
      std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.id == reply.id; });
  if (asked == pending_.end()) return fail(Error::Kind::Invalid, "an answer to nothing we asked");
  const Callback callback = std::move(asked->callback);
  pending_.erase(asked);
  const bool negotiating = stage_ == Stage::Negotiating;
  if (negotiating && !reply.result) return fail(Error::Kind::Invalid, "it refused qmp_capabilities");
  if (negotiating) {
    stage_ = Stage::Ready;
    ready_since_ = clock_.now();
  }
  watch_deadline();
  if (callback) callback(reply.result);
  // Everything overdue has been answered: the changes meanwhile can be read now.
  if (stage_ == Stage::Ready && link_ != Link::Up && pending_.empty()) change(Link::Up, "");
  return {};
}

bool QmpClient::execute(const char* command, const json& arguments, Callback callback) {
  if (link_ != Link::Up) return false;
  send(command, arguments, std::move(callback));
  return true;
}

void QmpClient::send(const char* command, const json& arguments, Callback callback) {
  const std::uint64_t id = next_id_++;
  pending_.push_back({id, command, clock_.now() + deadline_, std::move(callback)});
  outgoing_ += qmp_command(command, arguments, id);
  if (pending_.size() == 1) watch_deadline();
  write();
}

void QmpClient::write() {
  if (!writing_.empty() || outgoing_.empty()) return;
  writing_.swap(outgoing_);
  asio::async_write(socket_, asio::buffer(writing_),
                    guarded([this](const boost::system::error_code& error, std::size_t) {
                      writing_.clear();
                      if (error) return;  // the read ends too, and reports why
                      write();
                    }));
}

// If nobody greets us, others may be served first. Keep the place in the queue.
void QmpClient::connect_anew_later() {
  if (stage_ == Stage::Greeting) return;
  answer_timer_.expires_after(kConnectAnew * deadline_);
  answer_timer_.async_wait(guarded([this](const boost::system::error_code& error) {
    if (!error && link_ == Link::Hung && answer_timer_.expiry() <= clock_.now())
      drop(Link::Hung, note_, Absence::None);
  }));
}

// One timer for the oldest command: answers come in order.
void QmpClient::watch_deadline() {
  if (link_ == Link::Hung) return connect_anew_later();
  if (stage_ == Stage::Ready && pending_.empty()) {
    answer_timer_.cancel();
    return;
  }
  answer_timer_.expires_at(pending_.empty() ? clock_.now() + deadline_ : pending_.front().deadline);
  answer_timer_.async_wait(guarded([this](const boost::system::error_code& error) {
    // A timer that was moved after it had fired still calls: check again.
    if (error || answer_timer_.expiry() > clock_.now()) return;
    // The connection stays open: if the monitor wakes up it answers on this one, in order.
    if (stage_ == Stage::Greeting)
      return change(Link::Hung, fmt::format(fmt::runtime(kNoGreeting), said(deadline_)));
    if (pending_.empty()) return;
    change(Link::Hung, fmt::format("no answer to {} after {}", pending_.front().command, said(deadline_)));
    connect_anew_later();
  }));
}

void QmpClient::drop(Link link, const std::string& note, Absence absence) {
  ++connection_;
  boost::system::error_code ignored;
  socket_.close(ignored);
  answer_timer_.cancel();
  read_timer_.cancel();
  writing_.clear();
  outgoing_.clear();
  // Only a connection that worked for a while earns a quick retry. Otherwise garbage would cause a busy loop.
  if (stage_ == Stage::Ready && clock_.now() - ready_since_ > kLastRetry) backoff_ = kFirstRetry;
  stage_ = Stage::Closed;
  absence_ = absence;
  waiting_to_retry_ = true;
  retry_timer_.expires_after(backoff_);
  retry_timer_.async_wait(guarded([this](const boost::system::error_code& error) {
    if (!error) connect();
  }));
  backoff_ = std::min(backoff_ * 2, kLastRetry);
  change(link, note);
  pending_.clear();
}

void QmpClient::change(Link link, const std::string& note) {
  const bool same = link == link_ && note == note_;
  link_ = link;
  note_ = note;
  if (link == Link::Up && !same) ++times_up_;
  if (link != Link::Up) fail_pending(link == Link::Hung ? Error::Kind::Timeout : Error::Kind::Unavailable);
  if (same || !handlers_.link_changed) return;
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) handlers_.link_changed();
  });
}

// Their entries stay until answered or dropped, so that late answers are recognised.
void QmpClient::fail_pending(Error::Kind kind) {
  std::vector<Callback> callbacks;
  for (Pending& p : pending_) {
    if (p.callback) callbacks.push_back(std::move(p.callback));
    p.callback = nullptr;
  }
  const Result<json> failed = fail(kind, note_);
  for (const Callback& callback : callbacks) callback(failed);
}

}  // namespace aerostat
