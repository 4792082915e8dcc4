// A file of rows, plain or compressed, read as a trace and as a recording.
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "fuzz.h"
#include "sim/trace/convert.h"
#include "sim/trace/trace.h"

namespace {

// Readers take paths; this one has no place on a disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    AEROSTAT_CHECK(fd_ >= 0, "a file in memory can be made");
    while (!text.empty()) {
      const ssize_t wrote = ::write(fd_, text.data(), text.size());
      AEROSTAT_CHECK(wrote > 0, "a file in memory can be written");
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    path = "/proc/self/fd/" + std::to_string(fd_);
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path;

 private:
  int fd_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aerostat;
  const MemoryFile file(fuzz::text(data, size));
  const auto trace = sim::Trace::read({file.path});
  if (trace) {
    std::uint64_t rows = 0;
    for (std::size_t vm = 0; vm < trace->vms().size(); ++vm) {
      sim::RowCursor cursor(*trace, vm);
      for (sim::Row row{}; cursor.next(row);) ++rows;
    }
    fuzz::promise(rows == trace->rows());
  } else {
    fuzz::promise(!trace.error().message.empty());
  }
  (void)sim::convert({{"web", file.path}}, {}, [](std::string_view) {});
  return 0;
}
