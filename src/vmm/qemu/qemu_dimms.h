// QemuDimms: adds DIMMs to a VM that has slots for them and no virtio-mem. Ours have names with numbers, so a
// later daemon knows them. An order that QEMU refuses leaves nothing behind. No DIMM is ever taken out.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "vmm/device_ledger.h"
#include "vmm/qemu/qemu_answers.h"
#include "vmm/qemu/qemu_probe.h"
#include "vmm/qemu/qmp_client.h"

namespace aerostat {

class QemuDimms {
 public:
  explicit QemuDimms(QmpClient& client) : client_(client) {}

  // With each answer about the devices, and for each connection. Removes what an order without an answer left
  // behind.
  void begin(const QemuDevices& devices);
  // Says what can be added. Until a DIMM's order is answered, no reading tells whether it is there.
  void read(const MemoryDevices& seen, BalloonAndBlocks& memory, DeviceLedger::Reading& reading);
  // QEMU said yes to a DIMM that is not there, or not so large: one sentence, once.
  std::optional<Error> take_lie() { return std::exchange(lie_, std::nullopt); }
  // The guest's kernel said what it did with a DIMM. None is added to one that failed, until it boots again.
  void guest_says(const nlohmann::json& word);
  void guest_reset() { rejected_.reset(); }
  // Adds one. `done` is called as QmpClient::execute() does.
  void add(Bytes size, QmpClient::Callback done);
  // Why none can be added, for people; empty: one can, or its devices say why not.
  const std::string& note() const { return note_; }

 private:
  void remove(const std::string& object);

  QmpClient& client_;
  std::optional<MachineMemory> slots_;
  std::vector<OurDimm> ours_;
  std::optional<OurDimm> ordered_;  // without an answer so far
  std::optional<OurDimm> added_;    // says its answer, and no reading so far
  std::optional<int> rejected_;     // by the guest
  std::optional<Error> lie_;
  std::string note_;
};

}  // namespace aerostat
