// What a monitor says: a stream of lines, and each answer read as any of the answers that are asked for.
#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "vmm/qemu/qemu_answers.h"
#include "vmm/qemu/qmp_wire.h"

namespace {

using namespace aerostat;

void read_as_everything(const nlohmann::json& answer) {
  (void)run_status_of(answer);
  (void)migrates(answer);
  if (const auto devices = memory_devices_of(answer)) {
    for (const PlugDevice& plug : devices->plugs)
      fuzz::promise(plug.size >= Bytes{} && plug.requested >= Bytes{} && plug.maximum >= Bytes{});
  }
  (void)children_of(answer);
  if (const auto file = chardev_filename(answer, "agent")) (void)served_socket(*file);
  (void)balloon_stats_of(answer);
  (void)bytes_in(answer, "actual");
  (void)string_in(answer, "filename");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::text(data, size);
  QmpLines lines(4096);
  while (!rest.empty()) {
    // Pieces of any size make the same lines.
    const std::size_t piece = 1 + rest.size() / 2;
    const auto complete = lines.feed(rest.substr(0, piece));
    if (!complete) return 0;
    for (const std::string& line : *complete) {
      const auto message = parse_qmp(line);
      if (!message) continue;
      if (const auto* reply = std::get_if<QmpReply>(&*message)) {
        if (reply->result) read_as_everything(*reply->result);
      } else if (const auto* event = std::get_if<QmpEvent>(&*message)) {
        read_as_everything(event->data);
      }
    }
    rest.remove_prefix(piece);
  }
  return 0;
}
