#include "client/client.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <vector>

namespace aerostat {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::local::stream_protocol;
using Code = beast::error_code;

// Some hundred VMs make 1 MB. This only stops what cannot be an answer.
constexpr std::uint64_t kMostReply = 64u << 20;

// A member of the group root may do far more than this.
std::string remedy(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || about.st_gid == 0)
    return "use sudo, or let aerostatd give its socket a group ([api] group in aerostat.toml) and join that";
  std::vector<char> room(16384);
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(about.st_gid, &entry, room.data(), room.size(), &found);
  return fmt::format(
      "use sudo, or join the group {} and log in again",
      found != nullptr ? fmt::format("'{}'", found->gr_name) : fmt::format("{}", about.st_gid));
}

Error not_reached(const std::string& socket, const Code& code) {
  if (code == boost::system::errc::permission_denied) {
    return {Error::Kind::Denied, fmt::format("no permission to connect to {}; {}", socket, remedy(socket))};
  }
  if (code == boost::system::errc::no_such_file_or_directory ||
      code == boost::system::errc::not_a_directory) {
    return {Error::Kind::Unavailable, fmt::format("aerostatd cannot be reached: there is no socket {}; start "
                                                  "aerostatd, or name its socket with --socket",
                                                  socket)};
  }
  if (code == boost::system::errc::connection_refused) {
    return {Error::Kind::Unavailable, fmt::format("aerostatd cannot be reached: nobody answers on {}; start "
                                                  "aerostatd, or name its socket with --socket",
                                                  socket)};
  }
  return {Error::Kind::Unavailable,
          fmt::format("aerostatd cannot be reached on {}: {}", socket, code.message())};
}

Error broken(const std::string& socket, const Code& code) {
  if (code == beast::error::timeout) {
    return {Error::Kind::Unavailable,
            fmt::format(
                "aerostatd does not answer on {} in time; look into its log, or restart it: the VMs run on",
                socket)};
  }
  return {Error::Kind::Unavailable,
          fmt::format("aerostatd ended the connection on {}: {}", socket, code.message())};
}

// One connection. Beast's timeouts work for asynchronous operations only, so each operation runs to its end
// here.
class Wire {
 public:
  explicit Wire(const std::string& socket) : socket_(socket), stream_(io_) {}

  Result<void> send(const std::string& method, const std::string& target, const std::string& body,
                    std::chrono::milliseconds patience) {
    if (socket_.empty() || socket_.size() >= sizeof(sockaddr_un{}.sun_path)) {
      return fail(Error::Kind::Unavailable,
                  fmt::format("'{}' is not a valid socket path; name another with --socket", socket_));
    }
    stream_.expires_after(patience);
    Code code;
    stream_.async_connect(stream_protocol::endpoint(socket_), [&code](Code done) { code = done; });
    run();
    if (code == beast::error::timeout) return fail(broken(socket_, code));
    if (code) return fail(not_reached(socket_, code));
    http::request<http::string_body> request;
    request.version(11);
    request.method_string(method);
    request.target(target);
    request.set(http::field::host, "aerostatd");
    request.keep_alive(false);
    request.body() = body;
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.prepare_payload();
    http::async_write(stream_, request, [&code](Code done, std::size_t) { code = done; });
    run();
    // A daemon that refuses early has answered although it did not read everything: read that answer.
    if (code && code != boost::system::errc::broken_pipe) return fail(broken(socket_, code));
    return {};
  }

  template <typename Parser>
  Result<void> read_header(Parser& parser) {
    Code code;
    http::async_read_header(stream_, buffer_, parser, [&code](Code done, std::size_t) { code = done; });
    run();
    if (code) return fail(broken(socket_, code));
    return {};
  }
  template <typename Parser>
  Result<void> read(Parser& parser) {
    Code code;
    http::async_read(stream_, buffer_, parser, [&code](Code done, std::size_t) { code = done; });
    run();
    if (code) return fail(broken(socket_, code));
    return {};
  }
  template <typename Parser>
  Result<void> read_some(Parser& parser, std::chrono::milliseconds patience) {
    Code code;
    stream_.expires_after(patience);
    http::async_read_some(stream_, buffer_, parser, [&code](Code done, std::size_t) { code = done; });
    run();
    if (code) return fail(broken(socket_, code));
    return {};
  }
  // Also on another thread: what waits, or would, ends.
  void end() {
    asio::post(io_, [this] { stream_.close(); });
  }

 private:
  void run() {
    io_.restart();
    io_.run();
  }

  std::string socket_;
  asio::io_context io_{1};
  beast::basic_stream<stream_protocol> stream_;
  beast::flat_buffer buffer_{1u << 20};
};

}  // namespace

Result<Reply> Client::request(const std::string& method, const std::string& target,
                              const std::string& body) const {
  Wire wire(socket_);
  if (Result<void> sent = wire.send(method, target, body, patience_); !sent)
    return fail(std::move(sent.error()));
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMostReply);
  if (Result<void> got = wire.read(parser); !got) return fail(std::move(got.error()));
  return Reply{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

Result<Reply> Client::follow(const std::string& target, const TakeEvent& event,
                             std::chrono::milliseconds silence, const std::stop_token& stop) const {
  Wire wire(socket_);
  const std::stop_callback ends(stop, [&wire] { wire.end(); });
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  Result<void> begun = wire.send("GET", target, {}, patience_);
  if (begun) begun = wire.read_header(parser);
  if (stop.stop_requested()) return Reply{200, {}};
  if (!begun) return fail(std::move(begun.error()));
  Reply reply{static_cast<int>(parser.get().result_int()), {}};
  EventStream events;
  while (true) {
    if (!parser.is_done()) {
      Result<void> got = wire.read_some(parser, silence);
      if (stop.stop_requested()) return reply;
      if (!got) return fail(std::move(got.error()));
    }
    const std::string part = std::exchange(parser.get().body(), {});
    if (reply.status == 200) {
      if (!events.take(part, event)) return reply;
    } else {
      reply.body += part;
    }
    if (events.waiting() + reply.body.size() > kMostReply)
      return fail(Error::Kind::Unavailable, "aerostatd sent an event longer than 64 MiB");
    if (parser.is_done()) break;
  }
  if (reply.status == 200)
    return fail(Error::Kind::Unavailable,
                "aerostatd ended the stream of events; start it again, or try again");
  return reply;
}

}  // namespace aerostat
