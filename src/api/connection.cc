#include "api/connection.h"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "api/door.h"
#include "api/routes.h"
#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"

namespace aerostat {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Code = beast::error_code;

// A change of settings has less than 300 bytes; a request line with headers less than 1,000.
constexpr std::uint64_t kMostBody = 65'536;
constexpr std::uint32_t kMostHeader = 8'192;
// A user who would have to wait longer is told so.
constexpr std::chrono::seconds kMostPause{5};
// A refused client has as long, and as much, to read why.
constexpr std::chrono::seconds kMostDrain{2};
constexpr std::size_t kMostDrained = 1u << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// The most that waits in memory for one reader.
constexpr std::size_t kMostWaiting = 65'536;

// `Stream`: a socket, or a layer of encryption over one.
template <typename Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(std::shared_ptr<Hub> hub, Stream stream, Caller caller)
      : hub_(std::move(hub)),
        stream_(std::move(stream)),
        caller_(std::move(caller)),
        timer_(hub_->io, hub_->clock) {
    if (caller_.principal) principal_ = *caller_.principal;
  }
  ~HttpConnection() override {
    hub_->connections.erase(this);
    if (caller_.welcome)
      hub_->users.leave(caller_.place);
    else
      --hub_->refused;
  }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Its place is taken already.
  void start() {
    hub_->connections.emplace(this, this->weak_from_this());
    if (!caller_.welcome) ++hub_->refused;
    if constexpr (kEncrypted) {
      end_later();
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Code error) {
        if (!self->over(error)) self->begin();
      });
    } else {
      begin();
    }
  }

  void close() override {
    closed_ = true;
    timer_.cancel();
    Code ignored;
    lowest().shutdown(asio::socket_base::shutdown_both, ignored);
    lowest().close(ignored);
  }

  void wake() override {
    if (body_) send_more();
  }

  const std::string& user() const override { return principal_.name; }

 private:
  static constexpr bool kEncrypted = !std::is_same_v<Stream, AnySocket>;

  void begin() {
    if (caller_.welcome) return read();
    refuse(503, no_place());
  }

  auto& lowest() { return beast::get_lowest_layer(stream_); }

  bool over(const Code& error) {
    if (error && !closed_) close();
    return closed_ || hub_->stopped;
  }

  template <typename Method>
  auto then(Method method) {
    return beast::bind_front_handler(method, this->shared_from_this());
  }

  // Whatever comes next ends the wait. A timer that was moved after it had fired still calls: check again.
  void wait(Duration most, void (HttpConnection::*overdue)()) {
    timer_.expires_after(most);
    timer_.async_wait([self = this->shared_from_this(), overdue](const Code& error) {
      if (error || self->closed_ || self->hub_->stopped) return;
      if (self->timer_.expiry() <= self->hub_->clock.now()) (self.get()->*overdue)();
    });
  }
  void end_later() { wait(hub_->options.patience, &HttpConnection::close); }

  void read() {
    head_only_ = false;
    parser_.emplace();
    parser_->header_limit(kMostHeader);
    parser_->body_limit(kMostBody);
    end_later();
    http::async_read_header(stream_, buffer_, *parser_, then(&HttpConnection::on_header));
  }

  // A client may wait for a word before it sends a body.
  void on_header(Code error, std::size_t sent) {
    if (error) return on_read(error, sent);
    if (closed_ || hub_->stopped) return;
    const auto expected = parser_->get()[http::field::expect];
    if (expected.empty() || parser_->is_done()) return read_body();
    if (!beast::iequals(expected, "100-continue"))
      return refuse(417, invalid("only 100-continue can be expected; leave the header Expect out"));
    asio::async_write(stream_, asio::buffer(kContinue),
                      [self = this->shared_from_this()](Code failed, std::size_t) {
                        if (!self->over(failed)) self->read_body();
                      });
  }

  void read_body() { http::async_read(stream_, buffer_, *parser_, then(&HttpConnection::on_read)); }

  void on_read(Code error, std::size_t) {
    if (closed_ || hub_->stopped) return;
    if (error == http::error::body_limit) return refuse(413, invalid("the body is larger than 64 KiB"));
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return refuse(431, invalid("the header is larger than 8 KiB"));
    }
    const bool malformed = error && error != http::error::end_of_stream &&
                           error != http::error::partial_message &&
                           error.category() == http::make_error_code(http::error::bad_method).category();
    if (malformed) return refuse(400, invalid("this is not HTTP/1.1: " + printable(error.message())));
    if (over(error)) return;
    take(parser_->release());
  }

  void take(http::request<http::string_body> message) {
    ApiRequest& request = request_;
    request = {};
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& header : message)
      request.headers[std::string(header.name_string())] = std::string(header.value());
    if (!caller_.principal) principal_ = principal_of_request(request.headers, hub_->services.tokens);
    request.principal = principal_;
    request.over_tcp = caller_.over_tcp;
    request.encrypted = kEncrypted;
    request.body = std::move(message.body());
    head_only_ = message.method() == http::verb::head;
    keep_alive_ = message.keep_alive();
    if (Result<void> ok = check_site(request, hub_->options.names); !ok)
      return respond(error_answer(ok.error()), keep_alive_);
    const Duration pause = hub_->users.wait(principal_, hub_->clock.now());
    if (pause > kMostPause)
      return respond(error_answer({Error::Kind::Unavailable,
                                   "you ask more than one user may; ask less often, or "
                                   "follow /v1/live"},
                                  429),
                     keep_alive_);
    pause > Duration{} ? wait(pause, &HttpConnection::ask) : ask();
  }

  void ask() {
    const ApiRequest request = std::exchange(request_, {});
    const std::uint64_t turn = ++turn_;
    awaited_ = turn;
    // Most answers are there at once. One that waits for a disk may never come.
    wait(hub_->options.patience, &HttpConnection::answer_overdue);
    const Reply reply = [self = this->shared_from_this(), turn,
                         log = reads_only(request) ? std::string() : what_of(request)](ApiAnswer made) {
      if (!log.empty()) log_info("event=api.change {} status={}", log, made.status);
      self->on_answer(turn, std::move(made));
    };
    try {
      answer(hub_->services, request, reply);
    } catch (const std::exception& fault) {
      log_error("event=api.fault target={} what={}", log_text(request.target), log_text(fault.what()));
      reply(error_answer({Error::Kind::Internal, "aerostatd could not answer this; its log says why"}));
    }
  }

  void answer_overdue() {
    on_answer(awaited_,
              error_answer({Error::Kind::Timeout,
                            "this takes too long; it may still be done: look at what came of it later"}));
  }

  void on_answer(std::uint64_t turn, ApiAnswer made) {
    if (awaited_ != turn || closed_ || hub_->stopped) return;
    awaited_ = 0;
    hub_->users.charge(principal_, made.body.size(), hub_->clock.now());
    if (made.stream && !head_only_) return stream(made);
    respond(made, keep_alive_);
  }

  static Error invalid(std::string why) { return {Error::Kind::Invalid, std::move(why)}; }

  // Who did what, for the log.
  static std::string what_of(const ApiRequest& request) {
    return fmt::format("by={} method={} target={}", log_text(request.principal.name),
                       log_word(request.method), log_text(request.target));
  }

  // The client may still be sending what nobody reads. A close would take the answer from it.
  void refuse(int status, const Error& why) {
    drain_ = true;
    respond(error_answer(why, status), false);
  }

  void drain() {
    Code ignored;
    lowest().shutdown(asio::socket_base::shutdown_send, ignored);
    wait(kMostDrain, &HttpConnection::close);
    read_away();
  }

  void read_away() {
    lowest().async_read_some(asio::buffer(unwanted_),
                             [self = this->shared_from_this()](Code error, std::size_t got) {
                               if (self->over(error)) return;
                               self->drained_ += got;
                               self->drained_ > kMostDrained ? self->close() : self->read_away();
                             });
  }

  void respond(const ApiAnswer& made, bool keep_alive) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(made.status));
    response_.set(http::field::server, "aerostatd");
    response_.set(http::field::content_type, made.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : made.headers) response_.set(name, value);
    response_.keep_alive(keep_alive);
    if (!made.stream) response_.content_length(made.body.size());
    if (!head_only_) response_.body() = made.body;
    end_later();
    http::async_write(stream_, response_, then(&HttpConnection::on_responded));
  }

  void on_responded(Code error, std::size_t) {
    if (over(error)) return;
    if (response_.keep_alive()) return read();
    drain_ ? drain() : close();
  }

  // From here on the body goes on, until either side ends it.
  void stream(const ApiAnswer& made) {
    body_ = made.stream;
    stream_.async_read_some(asio::buffer(unwanted_), then(&HttpConnection::on_unwanted));
    writing_ = true;
    std::string head = fmt::format(
        "HTTP/1.1 {} OK\r\nServer: aerostatd\r\nContent-Type: {}\r\nCache-Control: no-store\r\n"
        "Connection: close\r\n",
        made.status, made.content_type);
    for (const auto& [name, value] : made.headers) head += fmt::format("{}: {}\r\n", name, value);
    waiting_ = std::make_shared<const std::string>(head + "\r\n");
    write();
  }

  // A client that follows a stream sends nothing more. Data from it, or its end, ends the stream.
  void on_unwanted(Code, std::size_t) {
    if (!closed_) close();
  }

  // One write at a time, of at most kMostWaiting or one piece. The stream keeps the rest, and what many
  // readers get exists once, so a slow reader costs little memory. A reader that takes nothing within the
  // patience is dropped.
  void send_more() {
    if (closed_ || writing_ || hub_->stopped) return;
    waiting_ = body_->next(kMostWaiting);
    if (!waiting_) {
      // Somebody else's news must not put the sign of life off.
      if (!std::exchange(silent_, true)) wait(hub_->options.ping, &HttpConnection::ping);
      return;
    }
    writing_ = true;
    write();
  }

  void write() {
    silent_ = false;
    end_later();
    asio::async_write(stream_, asio::buffer(*waiting_), then(&HttpConnection::on_written));
  }

  void on_written(Code error, std::size_t) {
    writing_ = false;
    if (!over(error)) send_more();
  }

  void ping() {
    writing_ = true;
    waiting_ = std::make_shared<const std::string>(body_->sign_of_life());
    write();
  }

  std::shared_ptr<Hub> hub_;
  Stream stream_;
  Caller caller_;
  Principal principal_{"nobody", Scope::None, {}};  // of the newest request
  ApiRequest request_;                              // that waits for its user's turn
  Timer timer_;                                     // a connection waits for one thing at a time
  beast::flat_buffer buffer_{std::size_t{2} * kMostHeader};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  bool keep_alive_ = false;
  bool head_only_ = false;     // the newest request wants no body
  std::uint64_t turn_ = 0;     // of the newest request
  std::uint64_t awaited_ = 0;  // whose answer has not come; 0: none
  bool closed_ = false;

  std::shared_ptr<BodyStream> body_;
  SharedText waiting_;  // being written
  bool writing_ = false;
  bool silent_ = false;  // nothing to send, until a ping
  bool drain_ = false;
  std::size_t drained_ = 0;
  char unwanted_[4096] = {};
};

}  // namespace

Error no_place() {
  return {Error::Kind::Unavailable,
          "aerostatd has as many connections as it takes, or as one user may have; try again in a while"};
}

void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Caller caller) {
  std::make_shared<HttpConnection<AnySocket>>(std::move(hub), std::move(socket), std::move(caller))->start();
}

void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Caller caller,
                      asio::ssl::context& context) {
  using Encrypted = asio::ssl::stream<AnySocket>;
  std::make_shared<HttpConnection<Encrypted>>(std::move(hub), Encrypted(std::move(socket), context),
                                              std::move(caller))
      ->start();
}

}  // namespace aerostat
