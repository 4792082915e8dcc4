#include "history/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "history/rollup.h"

namespace aerostat::history {
namespace {

Values all(std::int64_t value) {
  Values out;
  out.fill(value);
  return out;
}

std::vector<Frame> some_frames() {
  std::vector<Frame> out;
  for (int i = 0; i < 150; ++i) {
    Frame frame{1000 + i, {{kHost, all(i)}, {3, all(i % 7 == 0 ? kUnknown : 1'000'000 - i)}}};
    if (i % 5 != 0) frame.points.push_back({4, all(-i)});
    out.push_back(frame);
  }
  return out;
}

TEST(Frames, ReadAsTheyWereWritten) {
  FrameCoder writer(true), reader(true);
  for (const Frame& frame : some_frames()) {
    const auto [bytes, whole] = writer.write(frame);
    const Frame* const read = reader.read(frame.time, bytes);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(*read, frame);
  }
}

TEST(Frames, CanBeReadFromEachWholeOne) {
  FrameCoder writer(false);
  int since_whole = 0;
  std::optional<FrameCoder> reader;
  for (const Frame& frame : some_frames()) {
    const auto [bytes, whole] = writer.write(frame);
    since_whole = whole ? 0 : since_whole + 1;
    EXPECT_LT(since_whole, FrameCoder::kWholeEvery);
    if (whole) reader.emplace(false);
    const Frame* const read = reader->read(frame.time, bytes);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(*read, frame);
  }
}

TEST(Frames, AreNotReadWithoutTheOneBefore) {
  FrameCoder writer(true);
  const auto frames = some_frames();
  writer.write(frames[0]);
  const auto second = writer.write(frames[1]).first, third = writer.write(frames[2]).first;
  FrameCoder reader(true);
  EXPECT_EQ(reader.read(frames[1].time, second), nullptr);
  EXPECT_EQ(reader.read(frames[2].time, third), nullptr);
}

TEST(Frames, OfARestingVmTakeTwoBytes) {
  FrameCoder writer(false);
  Frame frame{1000, {}};
  for (VmNumber vm = 0; vm <= 500; ++vm) frame.points.push_back({vm, all(1 << 20)});
  writer.write(frame);
  ++frame.time;
  EXPECT_LE(writer.write(frame).first.size(), 501 * 2 + 8);
}

TEST(Frames, DamagedBytesHarmNobody) {
  rc::check([](const std::string& bytes, bool peaks) {
    FrameCoder reader(peaks);
    FrameCoder writer(peaks);
    const Frame good{5, {{1, all(7)}}};
    reader.read(5, writer.write(good).first);
    reader.read(6, bytes);
    reader.read(7, std::string(1, '\0') + bytes);
    const auto whole = FrameCoder(peaks).write(good).first;
    const Frame* const after = reader.read(8, whole);
    RC_ASSERT(after != nullptr);
    RC_ASSERT(after->points == good.points);
  });
}

TEST(Columns, TakeWhatIsKnown) {
  VmReport vm;
  vm.assigned = Bytes::mib(512);
  vm.pressure_percent = 87.54;
  const Values values = values_of(vm);
  EXPECT_EQ(shown(values[0], kVmColumns[0].unit), 512.0 * 1024 * 1024);
  EXPECT_EQ(values[1], kUnknown) << "unknown is not zero";
  EXPECT_EQ(shown(values[1], Unit::Bytes), std::nullopt);
  EXPECT_EQ(shown(values[6], kVmColumns[6].unit), 87.5);
  EXPECT_EQ(values[9], values[6]) << "the peak of a moment";
}

}  // namespace
}  // namespace aerostat::history
