// Frame: the numbers of the host and of all VMs at one time. FrameCoder writes frames as bytes and reads them
// again. A frame holds only what differs from the one before it; every 60th is whole, so that reading can
// begin there. A resting VM takes two bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/columns.h"

namespace aerostat::history {

// VMs by number; 0 is the host.
using VmNumber = std::uint32_t;
inline constexpr VmNumber kHost = 0;
inline constexpr VmNumber kMostVms = 1u << 16;

struct Point {
  VmNumber vm = kHost;
  Values values{};
  friend bool operator==(const Point&, const Point&) = default;
};

struct Frame {
  std::int64_t time = 0;      // seconds since 1970
  std::vector<Point> points;  // by number, each once
  friend bool operator==(const Frame&, const Frame&) = default;
};

class FrameCoder {
 public:
  static constexpr int kWholeEvery = 60;

  // `peaks`: the frames are of more than a moment. Otherwise a peak is what the level is.
  explicit FrameCoder(bool peaks) : width_(peaks ? kValues : kLevels) {}

  // The frame as bytes, and whether it is whole. The first one is.
  std::pair<std::string, bool> write(const Frame& frame);
  // The next frame is whole.
  void restart() { before_.reset(); }

  // Frames must come in order. Missing: it cannot be read without one that is not there, or it is damaged;
  // reading goes on with the next whole one.
  const Frame* read(std::int64_t time, std::string_view bytes);

 private:
  using Codes = std::array<std::uint64_t, kValues>;
  Codes& codes_of(VmNumber vm);
  void forget();

  std::size_t width_;
  std::optional<std::int64_t> before_;  // time of the last frame
  int since_whole_ = 0;
  std::uint64_t count_ = 1;
  std::vector<Codes> codes_;         // of the last frame that had the VM …
  std::vector<std::uint64_t> when_;  // … which was this one
  Frame frame_;
};

}  // namespace aerostat::history
