#include "vmm/qemu/qemu_dimms.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "vmm/dimm_plan.h"

namespace aerostat {

namespace {

using nlohmann::json;

// No count of orders has this value.
constexpr std::uint64_t kNotInForce = ~std::uint64_t{0};

std::string name_of(int number) { return fmt::format("{}{}", kOurDimm, number); }

}  // namespace

void QemuDimms::begin(const QemuDevices& devices) {
  slots_ = devices.slots;
  for (const std::string& object : devices.left_behind) remove(object);
}

void QemuDimms::guest_says(const json& word) {
  if (const auto number = rejected_dimm(word)) rejected_ = number;
}

// QEMU refuses to remove what a device uses.
void QemuDimms::remove(const std::string& object) {
  client_.execute("object-del", {{"id", object}}, [](const Result<json>&) {});
}

void QemuDimms::read(const MemoryDevices& seen, BalloonAndBlocks& memory, DeviceLedger::Reading& reading) {
  ours_ = seen.ours;
  note_.clear();
  memory.by_dimms = slots_.has_value();
  if (!slots_) return;
  for (const OurDimm& dimm : ours_) reading.dimms += dimm.size;
  if (ordered_) reading.orders = kNotInForce;
  if (added_) {
    if (std::ranges::find(ours_, *added_) == ours_.end())
      lie_ = Error{Error::Kind::Invalid, fmt::format("QEMU says that it added {}, and does not have it so",
                                                     name_of(added_->number))};
    added_.reset();
  }
  const Bytes room = slots_->maximum - slots_->size - seen.room;
  memory.dimm_slots = std::max(0, slots_->slots - seen.slots);
  const Bytes block = dimm_block(slots_->size);
  const Bytes step = dimm_step(reading.base - reading.unmanaged, room, memory.dimm_slots, block);
  if (step > Bytes{} && !rejected_) {
    memory.plug_block = step;
    memory.plug_maximum = room.round_down(block);
    reading.plugged = Bytes{};
    return;
  }
  memory.plug_maximum = {};
  if (rejected_) {
    note_ = fmt::format(
        "its guest did not take {} in: no other DIMM is added until it boots again; its kernel's "
        "log says why",
        name_of(*rejected_));
  } else if (memory.dimm_slots == 0)
    note_ = fmt::format("all {} slots for DIMMs are used: it cannot grow beyond {}", slots_->slots,
                        format_bytes(reading.base));
}

// All in one breath: the reading that follows then shows the DIMM, or that it was refused.
void QemuDimms::add(Bytes size, QmpClient::Callback done) {
  int number = 0;
  while (std::ranges::any_of(ours_, [&](const OurDimm& d) { return d.number == number; })) ++number;
  const std::string name = name_of(number);
  ordered_ = OurDimm{number, size};
  const auto first = std::make_shared<std::optional<Error>>();
  client_.execute("object-add", {{"qom-type", "memory-backend-ram"}, {"id", name}, {"size", size.count()}},
                  [first](const Result<json>& object) {
                    if (!object) *first = object.error();
                  });
  client_.execute("device_add", {{"driver", "pc-dimm"}, {"id", name}, {"memdev", name}},
                  [this, first, name, done = std::move(done)](const Result<json>& device) {
                    added_ = std::exchange(ordered_, std::nullopt);
                    if (device) return done(device);
                    added_.reset();
                    const Error why = first->value_or(device.error());
                    remove(name);
                    done(fail(why));
                  });
}

}  // namespace aerostat
