#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/quiet.h"
#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::size_t kLongestLogLine = 4096;

// The logger is not made for several threads: a quiet one must not even ask it.
thread_local bool quiet = false;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warn: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_logger_st("aerostat");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    return made;
  }();
  return *instance;
}

}  // namespace

Quiet::Quiet() : before_(quiet) { quiet = true; }
Quiet::~Quiet() { quiet = before_; }

void set_log_level(LogLevel least) { logger().set_level(to_spdlog(least)); }
bool log_enabled(LogLevel level) { return !quiet && logger().should_log(to_spdlog(level)); }
// A line is one line, whatever its contents.
void log_line(LogLevel level, const std::string& line) {
  if (quiet) return;
  logger().log(to_spdlog(level), "{}", printable(line, kLongestLogLine));
}

}  // namespace aerostat
