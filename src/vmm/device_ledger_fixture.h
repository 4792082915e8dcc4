// Shared by the tests of the ledger: a ledger, and QEMU's answers.
#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "vmm/device_ledger.h"

namespace aerostat {

class DeviceLedgerTest : public ::testing::Test {
 protected:
  DeviceLedgerTest() {
    memory.plug_block = Bytes::mib(2);
    memory.plug_maximum = Bytes::mib(2048);
  }
  // QEMU's answer after the ledger's orders so far.
  void see(Bytes balloon, Bytes plugged, Bytes requested) {
    read(ledger.orders(), balloon, plugged, requested);
  }
  void read(std::uint64_t orders, Bytes balloon, Bytes plugged, Bytes requested) {
    clock.advance(std::chrono::milliseconds(100));
    ledger.read({orders, Bytes::mib(1024), {}, balloon, plugged, requested}, clock.now());
  }
  // The same, for a VM with 1 GiB at boot and another device that holds `others`.
  void see_beside(Bytes others, Bytes balloon) {
    clock.advance(std::chrono::milliseconds(100));
    const Bytes base = Bytes::mib(1024) + others;
    ledger.read({ledger.orders(), base, others, balloon + others, Bytes{}, Bytes{}}, clock.now());
  }
  // The same for this long.
  void see_for(Duration time, Bytes balloon, Bytes plugged, Bytes requested) {
    for (Duration waited{0}; waited <= time; waited += std::chrono::milliseconds(100))
      see(balloon, plugged, requested);
  }
  void adopt(Bytes balloon, Bytes plugged = {}) {
    ledger.adopt_balloon(balloon);
    see(balloon, plugged, plugged);
  }
  // A guest of 700 MiB is to add a first block, and its balloon has taken as much.
  void trade() {
    adopt(Bytes::mib(700));
    ledger.open_block(Bytes::mib(700), clock.now());
    ledger.aim(Bytes::mib(700));
    see(Bytes::mib(696), Bytes::mib(0), Bytes::mib(0));
  }
  // A guest that has filled a Linux block is to add another.
  void trade_at_the_end() {
    adopt(Bytes::mib(1024), Bytes::mib(128));
    ledger.open_block(Bytes::mib(1152), clock.now());
    ledger.aim(Bytes::mib(1152));
    see(Bytes::mib(1020), Bytes::mib(128), Bytes::mib(128));
  }

  FakeClock clock;
  MachineFacts facts;
  BalloonAndBlocks memory;
  DeviceLedger ledger{facts, memory};
};

}  // namespace aerostat
