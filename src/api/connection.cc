#include "api/connection.h"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>

#include "api/routes.h"
#include "base/log.h"
#include "base/text.h"

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

class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<Hub> hub, asio::local::stream_protocol::socket socket,
                 std::optional<Peer> peer)
      : hub_(std::move(hub)),
        stream_(std::move(socket)),
        peer_(std::move(peer)),
        ping_(stream_.get_executor()) {}
  ~HttpConnection() override { hub_->connections.erase(this); }

  void start() {
    hub_->connections.emplace(this, weak_from_this());
    read();
  }

  void close() override {
    closed_ = true;
    ping_.cancel();
    Code ignored;
    stream_.socket().shutdown(asio::local::stream_protocol::socket::shutdown_both, ignored);
    stream_.close();
  }

  void wake() override {
    if (cursor_) send_events();
  }

 private:
  bool over(const Code& error) {
    if (error && !closed_) close();
    return closed_ || hub_->stopped;
  }

  template <typename Method>
  auto then(Method method) {
    return beast::bind_front_handler(method, shared_from_this());
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(kMostHeader);
    parser_->body_limit(kMostBody);
    stream_.expires_after(hub_->options.patience);
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

    const http::request<http::string_body> request = parser_->release();
    const ApiAnswer made = ask(request);
    if (made.follow_after) return follow(*made.follow_after);
    respond(made, request.keep_alive());
  }

  ApiAnswer ask(const http::request<http::string_body>& request) {
    const auto allowed = [this] { return may_change(peer_, hub_->rule); };
    try {
      return answer(hub_->manager,
                    {std::string(request.method_string()), std::string(request.target()), request.body()},
                    allowed);
    } catch (const std::exception& fault) {
      log_error("event=api.fault target={} what={}", log_text(request.target()), log_text(fault.what()));
      return error_answer({Error::Kind::Internal, "aerostatd could not answer this; its log says why"});
    }
  }

  void refuse(int status, const std::string& why) {
    ApiAnswer made = error_answer({Error::Kind::Invalid, why});
    made.status = status;
    respond(made, false);
  }

  void respond(const ApiAnswer& made, bool keep_alive) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(made.status));
    response_.set(http::field::server, "aerostatd");
    response_.set(http::field::content_type, "application/json");
    response_.set(http::field::cache_control, "no-store");
    if (!made.allow.empty()) response_.set(http::field::allow, made.allow);
    response_.keep_alive(keep_alive);
    response_.body() = made.body;
    response_.prepare_payload();
    stream_.expires_after(hub_->options.patience);
    http::async_write(stream_, response_, then(&HttpConnection::on_responded));
  }

  void on_responded(Code error, std::size_t) {
    if (over(error)) return;
    if (response_.keep_alive()) return read();
    close();
  }

  // From here on the connection streams, until either side ends it.
  void follow(std::uint64_t after) {
    cursor_ = after;
    stream_.expires_never();
    stream_.async_read_some(asio::buffer(unwanted_), then(&HttpConnection::on_unwanted));
    writing_ = true;
    waiting_ =
        "HTTP/1.1 200 OK\r\nServer: aerostatd\r\nContent-Type: text/event-stream\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    write();
  }

  // A follower has nothing more to send. Data or its end both end the connection.
  void on_unwanted(Code, std::size_t) {
    if (!closed_) close();
  }

  // One write at a time, of at most kMostWaiting (or one event). The rest stays with the Manager, which
  // bounds it. So a slow reader costs no memory. A reader that takes nothing for `patience` is disconnected.
  void send_events() {
    if (closed_ || writing_ || hub_->stopped) return;
    waiting_.clear();
    for (const EventRecord& event : hub_->manager.events(*cursor_)) {
      std::string text = event_text(event);
      if (!waiting_.empty() && waiting_.size() + text.size() > kMostWaiting) break;
      waiting_ += text;
      cursor_ = event.seq;
    }
    if (waiting_.empty()) return wait_for_ping();
    writing_ = true;
    write();
  }

  void write() {
    stream_.expires_after(hub_->options.patience);  // only for the write: the read is under way
    asio::async_write(stream_, asio::buffer(waiting_), then(&HttpConnection::on_written));
  }

  void on_written(Code error, std::size_t) {
    writing_ = false;
    if (!over(error)) send_events();
  }

  void wait_for_ping() {
    ping_.expires_after(hub_->options.ping);
    ping_.async_wait(then(&HttpConnection::on_ping));
  }

  void on_ping(Code error) {
    if (error || closed_ || writing_ || hub_->stopped) return;
    writing_ = true;
    waiting_ = ": ping\n\n";
    write();
  }

  std::shared_ptr<Hub> hub_;
  beast::basic_stream<asio::local::stream_protocol> stream_;
  std::optional<Peer> peer_;
  beast::flat_buffer buffer_{std::size_t{2} * kMostHeader};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  bool closed_ = false;

  std::optional<std::uint64_t> cursor_;  // following: the last event sent
  asio::steady_timer ping_;
  std::string waiting_;
  bool writing_ = false;
  char unwanted_[256] = {};
};

}  // namespace

void start_connection(std::shared_ptr<Hub> hub, asio::local::stream_protocol::socket socket,
                      std::optional<Peer> peer) {
  std::make_shared<HttpConnection>(std::move(hub), std::move(socket), std::move(peer))->start();
}

}  // namespace aerostat
