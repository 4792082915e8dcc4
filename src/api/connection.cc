#include "api/connection.h"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <utility>

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
// The most that waits in memory for one reader.
constexpr std::size_t kMostWaiting = 65'536;

// `Stream`: a socket, or a layer of encryption over one.
template <typename Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(std::shared_ptr<Hub> hub, Stream stream, Principal principal)
      : hub_(std::move(hub)),
        stream_(std::move(stream)),
        principal_(std::move(principal)),
        timer_(hub_->io, hub_->clock) {}
  ~HttpConnection() override { hub_->connections.erase(this); }

  void start() {
    hub_->connections.emplace(this, this->weak_from_this());
    read();
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

 private:
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
    parser_.emplace();
    parser_->header_limit(kMostHeader);
    parser_->body_limit(kMostBody);
    end_later();
    http::async_read(stream_, buffer_, *parser_, then(&HttpConnection::on_read));
  }

  void on_read(Code error, std::size_t) {
    if (closed_ || hub_->stopped) return;
    if (error == http::error::body_limit) return refuse(413, "the body is larger than 64 KiB");
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return refuse(431, "the header is larger than 8 KiB");
    }
    const bool malformed = error && error != http::error::end_of_stream &&
                           error != http::error::partial_message &&
                           error.category() == http::make_error_code(http::error::bad_method).category();
    if (malformed) return refuse(400, "this is not HTTP/1.1: " + printable(error.message()));
    if (over(error)) return;
    ask(parser_->release());
  }

  void ask(http::request<http::string_body> message) {
    ApiRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& header : message)
      request.headers[std::string(header.name_string())] = std::string(header.value());
    request.principal = principal_;
    request.body = std::move(message.body());
    keep_alive_ = message.keep_alive();
    const std::uint64_t turn = ++turn_;
    awaited_ = turn;
    // Most answers are there at once. One that waits for a disk may never come.
    wait(hub_->options.patience, &HttpConnection::answer_overdue);
    const Reply reply = [self = this->shared_from_this(), turn](ApiAnswer made) {
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
    if (made.stream) return stream(made);
    respond(made, keep_alive_);
  }

  void refuse(int status, const std::string& why) {
    respond(error_answer({Error::Kind::Invalid, why}, status), false);
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
    response_.body() = made.body;
    response_.prepare_payload();
    end_later();
    http::async_write(stream_, response_, then(&HttpConnection::on_responded));
  }

  void on_responded(Code error, std::size_t) {
    if (over(error)) return;
    if (response_.keep_alive()) return read();
    close();
  }

  // From here on the body goes on, until either side ends it.
  void stream(const ApiAnswer& made) {
    body_ = made.stream;
    stream_.async_read_some(asio::buffer(unwanted_), then(&HttpConnection::on_unwanted));
    writing_ = true;
    waiting_ = fmt::format(
        "HTTP/1.1 {} OK\r\nServer: aerostatd\r\nContent-Type: {}\r\nCache-Control: no-store\r\n"
        "Connection: close\r\n",
        made.status, made.content_type);
    for (const auto& [name, value] : made.headers) waiting_ += fmt::format("{}: {}\r\n", name, value);
    waiting_ += "\r\n";
    write();
  }

  // A client that follows a stream sends nothing more. Data from it, or its end, ends the stream.
  void on_unwanted(Code, std::size_t) {
    if (!closed_) close();
  }

  // One write at a time, of at most kMostWaiting or one piece. The stream keeps the rest, so a slow reader
  // costs no memory. A reader that takes nothing within the patience is dropped.
  void send_more() {
    if (closed_ || writing_ || hub_->stopped) return;
    waiting_ = body_->next(kMostWaiting);
    if (waiting_.empty()) {
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
    asio::async_write(stream_, asio::buffer(waiting_), then(&HttpConnection::on_written));
  }

  void on_written(Code error, std::size_t) {
    writing_ = false;
    if (!over(error)) send_more();
  }

  void ping() {
    writing_ = true;
    waiting_ = body_->sign_of_life();
    write();
  }

  std::shared_ptr<Hub> hub_;
  Stream stream_;
  Principal principal_;
  Timer timer_;  // a connection waits for one thing at a time
  beast::flat_buffer buffer_{std::size_t{2} * kMostHeader};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  bool keep_alive_ = false;
  std::uint64_t turn_ = 0;     // of the newest request
  std::uint64_t awaited_ = 0;  // whose answer has not come; 0: none
  bool closed_ = false;

  std::shared_ptr<BodyStream> body_;
  std::string waiting_;
  bool writing_ = false;
  bool silent_ = false;  // nothing to send, until a ping
  char unwanted_[256] = {};
};

}  // namespace

void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Principal principal) {
  std::make_shared<HttpConnection<AnySocket>>(std::move(hub), std::move(socket), std::move(principal))
      ->start();
}

}  // namespace aerostat
