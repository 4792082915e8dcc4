// One log line for each change of state, as `event=vm.stalled vm=db for=6s`. A value with arbitrary contents
// goes through log_text() or log_word(), so that no guest and no monitor can write a field of its own.
// Levels: error, a request of the operator failed; warn, the service is degraded; info, a state changed;
// debug, each pass.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace aerostat {

enum class LogLevel { Debug, Info, Warn, Error };

// Sets the lowest level that is written (to standard error). Default: Info.
void set_log_level(LogLevel least);
bool log_enabled(LogLevel level);
void log_line(LogLevel level, const std::string& line);

template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(LogLevel::Debug))
    log_line(LogLevel::Debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::Info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warn(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::Warn, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::Error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace aerostat
