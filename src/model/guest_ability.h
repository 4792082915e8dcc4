// GuestAbility: what a guest must be able to do, so that its memory can be changed in a certain way.
#pragma once

namespace aerostat {

enum class GuestAbility {
  Balloon,    // gives pages back when its balloon driver is asked to
  Dimm,       // takes in memory modules that are added while it runs
  VirtioMem,  // has a driver for memory that is plugged and unplugged in blocks
  HvBalloon,  // has the driver for Hyper-V's Dynamic Memory
};

}  // namespace aerostat
