// Bytes: an amount of memory. Signed, so a difference is also a Bytes.
// Construct with 512_MiB or Bytes::of(n); print with format_bytes(); read with parse_size().
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aerostat {

class Bytes {
 public:
  constexpr Bytes() = default;
  static constexpr Bytes of(std::int64_t n) { return Bytes(n); }
  static constexpr Bytes kib(std::int64_t n) { return Bytes(n * 1024); }
  static constexpr Bytes mib(std::int64_t n) { return Bytes(n * 1024 * 1024); }

  // Rounded to the nearest byte, below 4 PiB. A larger amount saturates. NaN is not allowed.
  static constexpr Bytes nearest(double bytes) {
    constexpr double kMost = 9.2e18;  // just inside int64
    if (bytes >= kMost) return Bytes(std::numeric_limits<std::int64_t>::max());
    if (bytes <= -kMost) return Bytes(std::numeric_limits<std::int64_t>::min());
    return Bytes(static_cast<std::int64_t>(bytes + (bytes < 0 ? -0.5 : 0.5)));
  }
  static constexpr Bytes of_mib(double amount_mib) { return nearest(amount_mib * (1024.0 * 1024.0)); }

  constexpr std::int64_t count() const { return n_; }
  constexpr double to_mib() const { return static_cast<double>(n_) / (1024.0 * 1024.0); }
  // Whole MiB, rounded towards zero.
  constexpr std::int64_t whole_mib() const { return n_ / (std::int64_t{1024} * 1024); }

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes(a.n_ + b.n_); }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes(a.n_ - b.n_); }
  friend constexpr Bytes operator-(Bytes a) { return Bytes(-a.n_); }
  constexpr Bytes& operator+=(Bytes b) {
    n_ += b.n_;
    return *this;
  }
  constexpr Bytes& operator-=(Bytes b) {
    n_ -= b.n_;
    return *this;
  }

  // Times a ratio, rounded to the nearest byte. The ratio must be finite. A larger result saturates.
  constexpr Bytes scaled(double ratio) const { return nearest(static_cast<double>(n_) * ratio); }
  // The multiple of `block` (> 0) at or below, at or above this non-negative amount.
  constexpr Bytes round_down(Bytes block) const { return Bytes(n_ - n_ % block.n_); }
  constexpr Bytes round_up(Bytes block) const { return Bytes(n_ + block.n_ - 1).round_down(block); }

 private:
  explicit constexpr Bytes(std::int64_t n) : n_(n) {}
  std::int64_t n_ = 0;
};

namespace literals {
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes::kib(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes::mib(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_GiB(unsigned long long n) {
  return Bytes::mib(static_cast<std::int64_t>(n) * 1024);
}
}  // namespace literals

// "384 MiB", "1.37 GiB", "12 KiB", "-64 MiB": rounded, for people. Machines use count().
std::string format_bytes(Bytes amount);

// "512M", "2G", "1.5GiB", "384 MiB", "65536K", "1T": powers of 1024. A number without a unit is refused,
// because both MiB and bytes would be plausible. Negative amounts and amounts above 1 PiB are refused.
Result<Bytes> parse_size(std::string_view text);

}  // namespace aerostat
