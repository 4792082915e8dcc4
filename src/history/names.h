// Names: VMs as small numbers, so that a frame does not repeat their names. A number is used again when
// nothing of its VM is kept any more. For this room's .cc files alone; it throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/frame.h"

namespace aerostat::history {

class Names {
 public:
  explicit Names(SQLite::Database& database);

  // Gives the VM a number if it has none. Missing: there are too many.
  std::optional<VmNumber> number(const std::string& name, std::int64_t now);
  std::optional<VmNumber> known(const std::string& name) const;
  std::string name(VmNumber vm) const;
  std::size_t lately() const { return numbers_.size(); }
  void seen(VmNumber vm, std::int64_t time);
  void forget_before(std::int64_t time);

 private:
  struct Entry {
    VmNumber vm = 0;
    std::int64_t seen = 0;
  };
  SQLite::Database* database_;
  std::map<std::string, Entry> numbers_;
  std::map<VmNumber, std::string> names_;
  VmNumber next_ = 1;  // none below is unused
};

}  // namespace aerostat::history
