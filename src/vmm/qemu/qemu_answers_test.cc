// The answers are recorded from QEMU 7.2.22, shortened.
#include "vmm/qemu/qemu_answers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

using namespace literals;
using nlohmann::json;

TEST(QemuAnswers, TellsTheRunState) {
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"running","singlestep":false,"running":true})")).state,
            RunState::Running);
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"prelaunch","running":false})")).state, RunState::Paused);
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"shutdown","running":false})")).state, RunState::ShutDown);
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"inmigrate","running":false})")).state,
            RunState::Incoming);
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"postmigrate","running":false})")).note,
            "its guest was migrated to another process");
  EXPECT_EQ(run_status_of(json::parse(R"({"status":"anything else","running":false})")).note,
            "stopped by its owner");
  EXPECT_EQ(run_status_of(json::array()).state, RunState::Unknown);
}

TEST(QemuAnswers, KnowWhetherAGuestIsOnItsWay) {
  for (const char* status : {"setup", "active", "device", "postcopy-active", "cancelling", "wait-unplug"})
    EXPECT_TRUE(migrates({{"status", status}})) << status;
  for (const char* status : {"none", "completed", "failed", "cancelled"})
    EXPECT_FALSE(migrates({{"status", status}})) << status;
  EXPECT_FALSE(migrates(json::object())) << "QEMU's answer where there was never one";
}

TEST(QemuAnswers, ReadsMemoryDevices) {
  const auto devices = *memory_devices_of(json::parse(R"([
    {"type":"virtio-mem","data":{"memdev":"/objects/vmem0","memaddr":4294967296,
     "block-size":2097152,"size":4194304,
     "node":0,"max-size":2147483648,"requested-size":8388608,"id":"vm0"}},
    {"type":"dimm","data":{"memdev":"/objects/m1","size":1073741824,"slot":0,
     "addr":1,"node":0,"hotplugged":true,"hotpluggable":true}},
    {"type":"dimm","data":{"id":"aerostat-dimm7","memdev":"/objects/aerostat-dimm7","size":134217728}},
    {"type":"nvdimm","data":{"size":1073741824}}, 5])"));
  ASSERT_EQ(devices.plugs.size(), 1u);
  EXPECT_EQ(devices.plugs[0].id, "vm0");
  EXPECT_EQ(devices.plugs[0].memdev, "/objects/vmem0");
  EXPECT_EQ(devices.plugs[0].size, 4_MiB);
  EXPECT_EQ(devices.plugs[0].requested, 8_MiB);
  EXPECT_EQ(devices.plugs[0].maximum, 2_GiB);
  EXPECT_EQ(devices.dimms, 1152_MiB);
  ASSERT_EQ(devices.ours.size(), 1u);
  EXPECT_EQ(devices.ours[0], (OurDimm{7, 128_MiB}));
  EXPECT_EQ(devices.slots, 3);
  EXPECT_EQ(devices.room, 2_GiB + 1152_MiB + 1_GiB) << "also what is not plugged yet";
}

TEST(QemuAnswers, KnowsItsOwnDimms) {
  EXPECT_EQ(our_dimm_number("aerostat-dimm0"), 0);
  EXPECT_EQ(our_dimm_number("aerostat-dimm12"), 12);
  for (const char* id :
       {"", "dimm0", "aerostat-dimm", "aerostat-dimm-1", "aerostat-dimm1x", "aerostat-dimm99999999999"})
    EXPECT_FALSE(our_dimm_number(id)) << id;
}

TEST(QemuAnswers, ReadsSlots) {
  const auto memory =
      machine_memory_of({{"size", 1 << 30}, {"max-size", std::int64_t{1} << 33}, {"slots", 4}});
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->size, 1_GiB);
  EXPECT_EQ(memory->maximum, 8_GiB);
  EXPECT_EQ(memory->slots, 4);
  EXPECT_FALSE(machine_memory_of({{"size", 1 << 30}, {"max-size", 1 << 30}, {"slots", 1 << 20}}));
  EXPECT_FALSE(machine_memory_of({{"size", -1}, {"max-size", 1 << 30}, {"slots", 1}}));
  EXPECT_FALSE(machine_memory_of(json("no")));
}

json virtio_mem(std::int64_t size, std::int64_t maximum) {
  return {{"type", "virtio-mem"},
          {"data",
           {{"memdev", "/objects/m"},
            {"block-size", 2097152},
            {"size", size},
            {"max-size", maximum},
            {"requested-size", size}}}};
}

// What is left out counts as nothing.
TEST(QemuAnswers, RefuseMemoryThatCannotBe) {
  constexpr std::int64_t kTib = std::int64_t{1} << 40;
  EXPECT_TRUE(memory_devices_of(json::array({virtio_mem(kTib, 2 * kTib)})));
  for (const json& answer :
       {json("nonsense"), json::array({virtio_mem(1024 * kTib, 1024 * kTib)}),
        json::array({virtio_mem(-1, 1)}), json::parse(R"([{"type":"virtio-mem","data":{"size":1}}])"),
        json::parse(R"([{"type":"virtio-mem"}])"), json::parse(R"([{"type":"hv-balloon","data":{}}])"),
        json::parse(R"([{"type":"hv-balloon","data":{"max-size":4}},
                        {"type":"hv-balloon","data":{"max-size":4}}])"),
        json::parse(R"([{"type":"dimm","data":{"size":1125899906842624}}])"), json(1025, virtio_mem(0, 0)),
        json(1000, virtio_mem(kTib, kTib)),
        json::array(
            {virtio_mem(0, 40 * kTib), {{"type", "hv-balloon"}, {"data", {{"max-size", 40 * kTib}}}}})}) {
    const auto devices = memory_devices_of(answer);
    ASSERT_FALSE(devices) << answer.dump().substr(0, 80);
    EXPECT_TRUE(devices.error().message.starts_with("what its QEMU says cannot be: "))
        << devices.error().message;
  }
}

TEST(QemuAnswers, ListsChildrenOnly) {
  const auto children = children_of(json::parse(
      R"([{"name":"type","type":"string"},{"name":"vm0","type":"child<virtio-mem-pci>"},
          {"name":"x","type":"link<bus>"},{"name":"y"}])"));
  ASSERT_EQ(children.size(), 1u);
  EXPECT_EQ(children[0].first, "vm0");
  EXPECT_EQ(children[0].second, "virtio-mem-pci");
}

TEST(QemuAnswers, FindsTheSocketQemuServes) {
  EXPECT_EQ(served_socket("disconnected:unix:/run/vm/db.agent,server=on"), "/run/vm/db.agent");
  EXPECT_EQ(served_socket("unix:/run/a,b.agent,server=on"), "/run/a,b.agent");
  EXPECT_EQ(served_socket("unix:/run/a,server"), "/run/a");
  EXPECT_FALSE(served_socket("unix:/run/a"));
  EXPECT_FALSE(served_socket("unix:/run/a,server=off"));
  EXPECT_FALSE(served_socket("pty:/dev/pts/3"));
  EXPECT_FALSE(served_socket("disconnected:tcp:127.0.0.1:4444,server=on"));
  const auto chardevs =
      json::parse(R"([{"frontend-open":false,"filename":"unix:/a,server=on","label":"ag0"}])");
  EXPECT_EQ(chardev_filename(chardevs, "ag0"), "unix:/a,server=on");
  EXPECT_FALSE(chardev_filename(chardevs, "ag1"));
}

TEST(QemuAnswers, ReadsReportsOfHyperVsBalloonAndRefusesWhatCannotBe) {
  const auto report = [](const json& data) { return hyperv_report_of(data, 2_GiB, 3_GiB); };
  const auto data = [](Bytes committed, Bytes available) {
    return json{{"committed", committed.count()}, {"available", available.count()}};
  };
  const auto read = report(data(4_GiB, 3_GiB));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->total, 3_GiB);
  EXPECT_EQ(read->available, 3_GiB);
  EXPECT_EQ(read->committed, 2_GiB) << "without what the balloon holds";
  EXPECT_EQ(report(data(1_GiB, 1_GiB))->committed, 0_GiB) << "it moved meanwhile";
  EXPECT_FALSE(report(data(4_GiB, 3_GiB + Bytes::of(1)))) << "more than it has";
  EXPECT_FALSE(report({{"committed", 1}}));
  EXPECT_FALSE(report({{"committed", -1}, {"available", 1}}));
  EXPECT_FALSE(report(json("no")));
}

TEST(QemuAnswers, ReadsBalloonStatisticsAndLeavesOutWhatTheGuestLeftOut) {
  const auto stats = balloon_stats_of(json::parse(R"({"stats":{"stat-htlb-pgalloc":0,"stat-swap-out":8192,
    "stat-available-memory":264253440,"stat-free-memory":261992448,
    "stat-minor-faults":552,"stat-major-faults":18446744073709551615,
    "stat-total-memory":292831232,"stat-swap-in":18446744073709551615,"stat-disk-caches":2662400},"last-update":1795396249})"));
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->updated, 1795396249u);
  EXPECT_EQ(stats->sample.total, Bytes::of(292831232));
  EXPECT_EQ(stats->sample.available, Bytes::of(264253440));
  EXPECT_EQ(stats->sample.inactive_file, Bytes::of(2662400));
  EXPECT_EQ(stats->sample.swap_out_pages, 2u);
  EXPECT_FALSE(stats->sample.swap_in_pages);
  EXPECT_FALSE(stats->sample.major_faults);
  EXPECT_EQ(stats->sample.minor_faults, 552u);
  EXPECT_FALSE(balloon_stats_of(json::object()));
}

}  // namespace
}  // namespace aerostat
