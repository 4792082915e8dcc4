// What a domain's XML says about its memory, as plain values. Pure. A part that is not understood is an
// error, never nothing: what is missing here would not be counted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

// The port of our guest service, as on plain QEMU.
inline constexpr std::string_view kAerostatPort = "org.aerostat.guest.0";

// The alias of a DIMM that we added, before its number. libvirt keeps aliases that begin with "ua-".
inline constexpr std::string_view kOurDimmAlias = "ua-aerostat-dimm";

// A virtio-mem device.
struct DomainPlug {
  std::string alias;  // names it in events; empty in a definition
  Bytes block;
  Bytes maximum;
  Bytes requested;
  Bytes current;    // as libvirt last heard; at most 1 s old
  std::string xml;  // the whole element, for a change of its requested size
  friend bool operator==(const DomainPlug&, const DomainPlug&) = default;
};

struct DomainXml {
  std::string name, uuid;
  Bytes boot;   // memory it starts with
  Bytes dimms;  // and what DIMMs add: a balloon can take from both
  bool balloon = false;
  bool deflates_on_oom = false;  // libvirt calls it autodeflate
  int stats_period = 0;          // seconds; 0: its balloon reports nothing by itself
  std::vector<DomainPlug> plugs;
  int slots = 0, free_slots = 0;  // for DIMMs
  Bytes room;                     // for these, up to <maxMemory>
  Bytes our_dimms;                // of the DIMMs, those that we added
  std::vector<int> our_numbers;
  std::string no_dimms;  // why none may be added; empty: nothing speaks against it
  std::optional<int> processors;
  std::optional<std::string> agent_socket;
  std::string agent_note;  // why there is none
  // Why no device can take memory from it: host devices, locked or huge pages, launch security. Empty: none.
  std::string pinned;
  Settings settings;          // of its <metadata>
  std::string settings_note;  // why they are not used
};

Result<DomainXml> parse_domain(const std::string& xml);
// Our DIMM of this number, for virDomainAttachDeviceFlags().
std::string dimm_xml(int number, Bytes size);
// The element of `plug` with another requested size, for virDomainUpdateDeviceFlags().
Result<std::string> with_requested(const DomainPlug& plug, Bytes requested);

}  // namespace aerostat
