// The syntax of QMP, QEMU's monitor protocol: bytes to lines, lines to messages, commands to lines. Pure. A
// monitor is trusted more than a guest, but not blindly: lines are bounded, and anything that is not QMP is
// refused with a sentence that quotes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

// The longest answers (qom-list of a large machine, query-chardev) have some 10 KiB, and 1,024 memory devices
// 200 KiB. Longer ones are garbage, which would be parsed while all VMs wait.
inline constexpr std::size_t kLongestQmpLine = 262'144;
// 64 TiB: no host has more, and sums of 1,024 such sizes do not overflow.
inline constexpr std::int64_t kMostQmpBytes = std::int64_t{1} << 46;
// Real answers nest five deep.
inline constexpr std::size_t kDeepestQmpLine = 64;

// Cuts a stream into lines. Keeps at most one unfinished line.
class QmpLines {
 public:
  explicit QmpLines(std::size_t longest = kLongestQmpLine) : longest_(longest) {}
  // The lines that `bytes` complete, without their endings; empty ones are omitted. Fails if a line is longer
  // than allowed; the stream is useless after that.
  Result<std::vector<std::string>> feed(std::string_view bytes);

 private:
  std::size_t longest_;
  std::string rest_;
};

struct QmpGreeting {
  std::string version;  // "7.2.22"
};
struct QmpReply {
  std::uint64_t id = 0;
  Result<nlohmann::json> result;
};
struct QmpEvent {
  std::string name;
  nlohmann::json data;  // an object, empty if the event has none
};
using QmpMessage = std::variant<QmpGreeting, QmpReply, QmpEvent>;

Result<QmpMessage> parse_qmp(std::string_view line);

// One line, ending included. `arguments` null: none.
std::string qmp_command(std::string_view command, const nlohmann::json& arguments, std::uint64_t id);

// Readers that never throw. Missing, of another type, negative or more than kMostQmpBytes: nullopt.
std::optional<Bytes> bytes_in(const nlohmann::json& object, const char* key);
std::optional<std::string> string_in(const nlohmann::json& object, const char* key);

}  // namespace aerostat
