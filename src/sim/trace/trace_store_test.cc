// The temporary file in which a trace is kept, when the disk does not do what it should.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/trace/generate.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {
namespace {

// For as long as this lives no file may grow: writing fails as on a full disk.
class NoFileGrows {
 public:
  NoFileGrows() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    signal_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoFileGrows() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, signal_);
  }
  NoFileGrows(const NoFileGrows&) = delete;
  NoFileGrows& operator=(const NoFileGrows&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int) = nullptr;
};

// Rows until one is refused, or all are kept.
Result<void> fill(Trace& trace, int rows) {
  for (int i = 0; i < rows; ++i) {
    if (Result<void> kept = trace.add("a", {static_cast<double>(i), 1, 0}, 0); !kept) return kept;
  }
  return {};
}

// A file without a name, as temporary files are.
bool empty_the_temporary_file() {
  for (int fd = 3; fd < 256; ++fd) {
    struct stat about{};
    if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_nlink == 0 && about.st_size > 0)
      return ::ftruncate(fd, 0) == 0;
  }
  return false;
}

TEST(TraceStore, AFullDiskIsToldWithTheRowThatDidNotFit) {
  Trace trace;
  Result<void> kept;
  {
    const NoFileGrows full;
    kept = fill(trace, 200);
  }
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().message.find("the temporary file for the trace is full; free space in /tmp"),
            std::string::npos)
      << kept.error().message;
}

TEST(TraceStore, AFullDiskIsToldOfAGeneratedLoadToo) {
  const auto generated = [] {
    const NoFileGrows full;
    return try_generate(Load::Steady, {.seconds = 60});
  }();
  ASSERT_FALSE(generated);
  EXPECT_NE(generated.error().message.find("free space in /tmp"), std::string::npos);
}

TEST(TraceStore, RowsThatCannotBeReadBackAreNotTheEndOfAVm) {
  Trace trace;
  ASSERT_TRUE(fill(trace, 200));
  ASSERT_TRUE(empty_the_temporary_file());
  EXPECT_DEATH(trace.block(0, 0), "can be read back");
}

}  // namespace
}  // namespace aerostat::sim
