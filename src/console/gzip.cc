#include "console/gzip.h"

#include <zlib.h>

#include <array>

#include "base/check.h"

namespace aerostat {

struct Gzip::State {
  z_stream stream{};
};

Gzip::Gzip() : state_(std::make_unique<State>()) {
  constexpr int kGzipWindow = 15 + 16;  // 16: with gzip's header
  const int made =
      deflateInit2(&state_->stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  AEROSTAT_CHECK(made == Z_OK, "zlib does not start");
}
Gzip::~Gzip() {
  if (state_) deflateEnd(&state_->stream);
}
Gzip::Gzip(Gzip&&) noexcept = default;
Gzip& Gzip::operator=(Gzip&&) noexcept = default;

std::string Gzip::run(std::string_view text, int how) {
  std::string out;
  std::array<char, 4096> part{};
  z_stream& s = state_->stream;
  s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  s.avail_in = static_cast<uInt>(text.size());
  do {
    s.next_out = reinterpret_cast<Bytef*>(part.data());
    s.avail_out = part.size();
    const int done = deflate(&s, how);
    AEROSTAT_CHECK(done != Z_STREAM_ERROR, "zlib's state is broken");
    out.append(part.data(), part.size() - s.avail_out);
  } while (s.avail_out == 0);
  return out;
}

std::string Gzip::add(std::string_view text, bool flush) {
  return run(text, flush ? Z_SYNC_FLUSH : Z_NO_FLUSH);
}
std::string Gzip::finish() { return run({}, Z_FINISH); }

}  // namespace aerostat
