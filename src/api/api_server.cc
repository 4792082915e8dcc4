#include "api/api_server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>
#include <vector>

#include "api/connection.h"
#include "api/listening_socket.h"
#include "api/live_feed.h"
#include "api/routes.h"
#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"

namespace aerostat {

namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

// The likely cause is a lack of descriptors. An immediate retry would only use CPU time.
constexpr std::chrono::milliseconds kAcceptAgain{100};

std::string busy() {
  const ApiAnswer made = error_answer(
      {Error::Kind::Unavailable, "aerostatd has as many connections as it takes; try again in a while"});
  return fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nConnection: close\r\nContent-Length: "
      "{}\r\n\r\n{}",
      made.content_type, made.body.size(), made.body);
}

}  // namespace

class ApiServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, const Clock& clock, const Services& services, ApiOptions options)
      : hub_(std::make_shared<Hub>(Hub{io, clock, services, std::move(options), {}, false, {}})),
        acceptor_(io),
        again_(io, clock),
        live_(std::make_shared<LiveFeed>(io, clock, services.manager, hub_->options.wall,
                                         [this] { notify_events(); })) {
    hub_->services.live = live_.get();
  }

  Result<void> start() {
    Result<ListeningSocket> made =
        ListeningSocket::open(hub_->options.socket, hub_->options.mode, hub_->options.group);
    if (!made) return fail(std::move(made.error()));
    hub_->rule = {::geteuid(), made->group()};
    boost::system::error_code error;
    acceptor_.assign(stream_protocol(), made->release(), error);
    if (error) return fail(Error::Kind::Internal, "the API socket cannot be used: " + error.message());
    listening_.emplace(std::move(*made));
    accept();
    return {};
  }

  void stop() {
    hub_->stopped = true;
    live_->stop();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    again_.cancel();
    listening_.reset();
    for (const auto& connection : living()) connection->close();
  }

  void notify_events() {
    for (const auto& connection : living()) connection->wake();
  }

  std::size_t connections() const { return hub_->connections.size(); }

 private:
  // Holds all connections, so that none ends while iterating over them.
  std::vector<std::shared_ptr<Connection>> living() const {
    std::vector<std::shared_ptr<Connection>> out;
    for (const auto& [key, connection] : hub_->connections) {
      if (auto held = connection.lock()) out.push_back(std::move(held));
    }
    return out;
  }

  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](boost::system::error_code error, stream_protocol::socket socket) {
          self->on_accept(error, std::move(socket));
        });
  }

  void on_accept(boost::system::error_code error, stream_protocol::socket socket) {
    if (hub_->stopped) return;
    if (error) {
      log_warn("event=api.accept-failed why={}", log_text(error.message()));
      again_.expires_after(kAcceptAgain);
      again_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
        if (!cancelled && !self->hub_->stopped) self->accept();
      });
      return;
    }
    const ApiOptions& options = hub_->options;
    Principal principal = principal_of(options.peer_of(socket.native_handle()), hub_->rule);
    const std::size_t kept = principal.scope >= Scope::Change ? 0 : options.kept_connections;
    if (hub_->connections.size() + kept < options.connections) {
      start_connection(hub_, AnySocket(std::move(socket)), std::move(principal));
    } else {
      // Fits an empty socket buffer; if it does not, the client has to do without the reason.
      const std::string why = busy();
      [[maybe_unused]] const ssize_t put =
          ::send(socket.native_handle(), why.data(), why.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    accept();
  }

  std::shared_ptr<Hub> hub_;
  stream_protocol::acceptor acceptor_;
  Timer again_;
  std::optional<ListeningSocket> listening_;
  std::shared_ptr<LiveFeed> live_;
};

ApiServer::ApiServer(asio::io_context& io, const Clock& clock, const Services& services, ApiOptions options)
    : impl_(std::make_shared<Impl>(io, clock, services, std::move(options))) {}
ApiServer::~ApiServer() { stop(); }
Result<void> ApiServer::start() { return impl_->start(); }
void ApiServer::stop() { impl_->stop(); }
void ApiServer::notify_events() { impl_->notify_events(); }
std::size_t ApiServer::connections() const { return impl_->connections(); }

}  // namespace aerostat
