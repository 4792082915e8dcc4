#include "api/api_server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/connection.h"
#include "api/event_texts.h"
#include "api/listening_socket.h"
#include "api/live_feed.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "base/log.h"
#include "base/text.h"
#include "reactor/timer.h"

namespace aerostat {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// The likely cause is a lack of descriptors. An immediate retry would only use CPU time.
constexpr std::chrono::milliseconds kAcceptAgain{100};
// Clients that only hear that there is no place, at the same time, and hear it for sure.
constexpr std::size_t kMostRefused = 64;

// Of unix sockets or of TCP ones.
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct Listener {
  Listener(asio::io_context& io, const Clock& clock, bool tcp)
      : acceptor(io), again(io, clock), over_tcp(tcp) {}
  Acceptor acceptor;
  Timer again;
  bool over_tcp;
};

Error no_tcp(const ApiOptions::Tcp& place, const std::string& why) {
  return {Error::Kind::Unavailable,
          fmt::format("{} port {} cannot be listened on: {}; set another place with listen under [api]",
                      place.address, place.port, why)};
}

Error no_tcp(const ApiOptions::Tcp& place, const boost::system::error_code& code) {
  if (code == boost::system::errc::address_family_not_supported)
    return {Error::Kind::Refused,
            "the service aerostatd is confined to unix sockets; let it use TCP as "
            "docs/guide/api-tcp.md says, or remove listen under [api]"};
  return no_tcp(place, code.message());
}

Error no_certificate(const std::string& file, const std::string& why) {
  return {Error::Kind::Invalid,
          fmt::format("{} cannot be used: {}; tls_certificate and tls_key under [api] name "
                      "PEM files that belong together",
                      file, why)};
}

}  // namespace

class ApiServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, const Clock& clock, const Services& services, ApiOptions options)
      : hub_(std::make_shared<Hub>(Hub{io, clock, services, std::move(options)})),
        unix_(io, clock, false),
        tcp_(io, clock, true),
        events_(services.manager),
        live_(std::make_shared<LiveFeed>(io, clock, services.manager, services.history, events_,
                                         hub_->options.wall, [this] { wake_all(); })) {
    hub_->services.live = live_.get();
    hub_->services.events = &events_;
  }

  Result<void> start() {
    const ApiOptions& options = hub_->options;
    Result<ListeningSocket> made = ListeningSocket::open(options.socket, options.mode, options.group);
    if (!made) return fail(std::move(made.error()));
    hub_->rule = {::geteuid(), made->group()};
    boost::system::error_code error;
    unix_.acceptor.assign({AF_UNIX, 0}, made->release(), error);
    if (error) return fail(Error::Kind::Internal, "the API socket cannot be used: " + error.message());
    listening_.emplace(std::move(*made));
    if (options.tcp) {
      if (Result<void> ok = start_tcp(*options.tcp); !ok) return ok;
    }
    if (hub_->services.tokens)
      hub_->services.tokens->when_revoked([this](const std::string& user) { end_all_of(user); });
    accept(unix_);
    if (options.tcp) accept(tcp_);
    return {};
  }

  void stop() {
    hub_->stopped = true;
    if (hub_->services.tokens) hub_->services.tokens->when_revoked([](const std::string&) {});
    live_->stop();
    boost::system::error_code ignored;
    for (Listener* listener : {&unix_, &tcp_}) {
      listener->acceptor.close(ignored);
      listener->again.cancel();
    }
    listening_.reset();
    for (const auto& connection : living()) connection->close();
  }

  // One pass makes many events: readers are woken once for all of them.
  void notify_events() {
    if (hub_->stopped || std::exchange(waking_, true)) return;
    asio::post(hub_->io, [self = shared_from_this()] {
      self->waking_ = false;
      if (!self->hub_->stopped) self->wake_all();
    });
  }

  std::size_t connections() const { return hub_->places(); }
  std::uint16_t tcp_port() const { return tcp_port_; }

 private:
  Result<void> start_tcp(const ApiOptions::Tcp& place) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(place.address, error);
    if (error) return fail(no_tcp(place, "this is not an address"));
    if (place.certificate.empty() && !address.is_loopback())
      return fail(
          Error::Kind::Refused,
          fmt::format(
              "listen {} is not a loopback address, and nothing is encrypted; set tls_certificate and "
              "tls_key under [api], or listen on 127.0.0.1",
              place.address));
    if (!place.certificate.empty()) {
      encryption_.emplace(asio::ssl::context::tls_server);
      SSL_CTX_set_min_proto_version(encryption_->native_handle(), TLS1_2_VERSION);
      encryption_->use_certificate_chain_file(place.certificate, error);
      if (error) return fail(no_certificate(place.certificate, error.message()));
      encryption_->use_private_key_file(place.key, asio::ssl::context::pem, error);
      if (error) return fail(no_certificate(place.key, error.message()));
    }
    tcp::acceptor made(hub_->io);
    const tcp::endpoint endpoint(address, place.port);
    made.open(endpoint.protocol(), error);
    if (!error) made.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) made.bind(endpoint, error);
    if (!error) made.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(no_tcp(place, error));
    tcp_port_ = made.local_endpoint(error).port();
    tcp_.acceptor.assign({endpoint.protocol().family(), 0}, made.release(error), error);
    if (error) return fail(no_tcp(place, error));
    log_info("event=api.listening address={} port={} encrypted={}", log_word(place.address), tcp_port_,
             encryption_ ? "yes" : "no");
    return {};
  }

  // Holds all connections, so that none ends while iterating over them.
  std::vector<std::shared_ptr<Connection>> living() const {
    std::vector<std::shared_ptr<Connection>> out;
    for (const auto& [key, connection] : hub_->connections) {
      if (auto held = connection.lock()) out.push_back(std::move(held));
    }
    return out;
  }

  void wake_all() {
    for (const auto& connection : living()) connection->wake();
  }

  void end_all_of(const std::string& user) {
    for (const auto& connection : living()) {
      if (connection->user() == user) connection->close();
    }
  }

  void accept(Listener& listener) {
    listener.acceptor.async_accept(
        [self = shared_from_this(), &listener](boost::system::error_code error, AnySocket socket) {
          self->on_accept(listener, error, std::move(socket));
        });
  }

  void on_accept(Listener& listener, boost::system::error_code error, AnySocket socket) {
    if (hub_->stopped) return;
    if (error) {
      log_warn("event=api.accept-failed why={}", log_text(error.message()));
      listener.again.expires_after(kAcceptAgain);
      listener.again.async_wait([self = shared_from_this(), &listener](boost::system::error_code cancelled) {
        if (!cancelled && !self->hub_->stopped) self->accept(listener);
      });
      return;
    }
    welcome(std::move(socket), listener.over_tcp);
    accept(listener);
  }

  void welcome(AnySocket socket, bool over_tcp) {
    const ApiOptions& options = hub_->options;
    Caller caller{"tcp", std::nullopt, over_tcp};
    if (over_tcp) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
    } else {
      caller.principal = principal_of(options.peer_of(socket.native_handle()), hub_->rule);
      caller.place = caller.principal->name;
    }
    const bool owner = caller.principal && caller.principal->scope >= Scope::Change;
    const std::size_t kept = owner ? 0 : options.kept_connections;
    caller.welcome = hub_->places() + kept < options.connections && hub_->users.enter(caller.place);
    if (!caller.welcome && hub_->refused >= kMostRefused) return tell_only(socket, over_tcp);
    if (over_tcp && encryption_)
      start_connection(hub_, std::move(socket), std::move(caller), *encryption_);
    else
      start_connection(hub_, std::move(socket), std::move(caller));
  }

  // Fits an empty socket buffer. A client that has sent something may miss it.
  void tell_only(AnySocket& socket, bool over_tcp) const {
    if (over_tcp && encryption_) return;
    const std::string body = error_answer(no_place()).body;
    const std::string text = fmt::format(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
        "Content-Length: {}\r\n\r\n{}",
        body.size(), body);
    [[maybe_unused]] const ssize_t put =
        ::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  std::shared_ptr<Hub> hub_;
  Listener unix_, tcp_;
  std::uint16_t tcp_port_ = 0;
  std::optional<asio::ssl::context> encryption_;
  std::optional<ListeningSocket> listening_;
  EventTexts events_;
  std::shared_ptr<LiveFeed> live_;
  bool waking_ = false;
};

ApiServer::ApiServer(asio::io_context& io, const Clock& clock, const Services& services, ApiOptions options)
    : impl_(std::make_shared<Impl>(io, clock, services, std::move(options))) {}
ApiServer::~ApiServer() { stop(); }
Result<void> ApiServer::start() { return impl_->start(); }
void ApiServer::stop() { impl_->stop(); }
void ApiServer::notify_events() { impl_->notify_events(); }
std::size_t ApiServer::connections() const { return impl_->connections(); }
std::uint16_t ApiServer::tcp_port() const { return impl_->tcp_port(); }

}  // namespace aerostat
