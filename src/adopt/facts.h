// DomainFacts: what a domain's definition says about its memory. Unknown is missing, not zero.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

struct DomainFacts {
  struct Cell {
    std::string id;
    Bytes memory;
  };
  struct Module {
    std::string model, node, alias;
    Bytes size;
  };

  std::string type, arch, machine;
  bool windows = false;  // libosinfo's metadata says so; without these, it has Hyper-V's enlightenments
  std::int64_t vcpus = 1;
  Bytes memory;      // <memory>: all that it may have, with the size of each memory device
  Bytes current;     // <currentMemory>
  Bytes max_memory;  // <maxMemory>; 0: none
  std::int64_t slots = 0;
  std::vector<Cell> cells;
  std::vector<Module> modules;

  // Of the cells, or what memory devices leave of <memory>.
  Bytes cells_memory() const;
  // What it boots with and cannot be unplugged: cells and DIMMs.
  Bytes base() const;
  Bytes plug() const;  // virtio-mem
};

Result<DomainFacts> facts_of(const pugi::xml_node& domain);

}  // namespace aerostat
