#include "history/frame.h"

namespace aerostat::history {

namespace {

constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};

// Unknown is 0, so that it costs nothing where it stays so.
std::uint64_t code_of(std::int64_t value) {
  if (value == kUnknown) return 0;
  return ((static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? kAllOnes : 0)) + 1;
}
std::int64_t value_of(std::uint64_t code) {
  if (code == 0) return kUnknown;
  --code;
  return static_cast<std::int64_t>(code >> 1) ^ -static_cast<std::int64_t>(code & 1);
}
// A small difference in either direction is a small number.
std::uint64_t folded(std::uint64_t difference) {
  const auto d = static_cast<std::int64_t>(difference);
  return (difference << 1) ^ (d < 0 ? kAllOnes : 0);
}
std::uint64_t unfolded(std::uint64_t code) { return (code >> 1) ^ (0 - (code & 1)); }

void put(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

class Bytestream {
 public:
  explicit Bytestream(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      out |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return out;
    }
    wrong_ = true;
    return 0;
  }
  bool wrong() const { return wrong_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool wrong_ = false;
};

}  // namespace

FrameCoder::Codes& FrameCoder::codes_of(VmNumber vm) {
  if (vm >= codes_.size()) {
    codes_.resize(vm + 1);
    when_.resize(vm + 1);
  }
  if (when_[vm] + 1 != count_) codes_[vm] = {};
  when_[vm] = count_;
  return codes_[vm];
}

void FrameCoder::forget() {
  before_.reset();
  since_whole_ = 0;
  ++count_;  // no VM is in the frame before the next one
}

std::pair<std::string, bool> FrameCoder::write(const Frame& frame) {
  const bool whole = !before_ || frame.time <= *before_ || since_whole_ + 1 >= kWholeEvery;
  if (whole) forget();
  ++count_;
  std::string out;
  put(out, whole ? 0 : static_cast<std::uint64_t>(frame.time - *before_));
  put(out, frame.points.size());
  VmNumber last = 0;
  for (const Point& point : frame.points) {
    put(out, point.vm - last);
    last = point.vm;
    Codes& codes = codes_of(point.vm);
    std::uint64_t changed = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      if (code_of(point.values[i]) != codes[i]) changed |= std::uint64_t{1} << i;
    }
    put(out, changed);
    for (std::size_t i = 0; i < width_; ++i) {
      if ((changed >> i & 1) == 0) continue;
      const std::uint64_t code = code_of(point.values[i]);
      put(out, folded(code - codes[i]));
      codes[i] = code;
    }
  }
  since_whole_ = whole ? 0 : since_whole_ + 1;
  before_ = frame.time;
  return {std::move(out), whole};
}

const Frame* FrameCoder::read(std::int64_t time, std::string_view bytes) {
  Bytestream in(bytes);
  const std::uint64_t back = in.number();
  if (back == 0) {
    forget();
  } else if (!before_ || static_cast<std::uint64_t>(time - *before_) != back) {
    return nullptr;
  }
  ++count_;
  frame_.time = time;
  frame_.points.clear();
  std::uint64_t vm = 0;
  for (std::uint64_t left = in.number(); left > 0 && !in.wrong(); --left) {
    vm += in.number();
    const std::uint64_t changed = in.number();
    if (vm >= kMostVms || changed >> width_ != 0) {
      forget();
      return nullptr;
    }
    Codes& codes = codes_of(static_cast<VmNumber>(vm));
    Point& point = frame_.points.emplace_back();
    point.vm = static_cast<VmNumber>(vm);
    for (std::size_t i = 0; i < width_; ++i) {
      if (changed >> i & 1) codes[i] += unfolded(in.number());
      point.values[i] = value_of(codes[i]);
    }
    if (width_ == kLevels) {
      for (std::size_t i = 0; i < kPeaks; ++i) point.values[kLevels + i] = point.values[kPeakOf[i]];
    }
  }
  if (in.wrong() || in.left() > 0) {
    forget();
    return nullptr;
  }
  before_ = time;
  return &frame_;
}

}  // namespace aerostat::history
