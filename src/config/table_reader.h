// TableReader: reads known keys of a TOML table with type checks. A remaining key is unknown and refused with
// the nearest known one. All mistakes go to Problems with their places; nothing stops at the first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "config/document.h"
#include "model/settings.h"

namespace aerostat {

template <typename T>
struct Placed {
  Place at;
  T value;
};

class TableReader {
 public:
  // `table` and `problems` must outlive this. `where` names the table in messages: "[api]", "the top level".
  TableReader(const Table& table, std::string where, Problems& problems)
      : table_(table), where_(std::move(where)), problems_(problems) {}

  // Each marks the key as known. Empty: absent, or wrong and reported.
  std::optional<Placed<std::string>> text(std::string_view key, std::string_view example);
  std::optional<Placed<int>> whole(std::string_view key, std::string_view example);
  std::optional<Placed<bool>> flag(std::string_view key, std::string_view example);
  std::optional<Placed<Bytes>> size(std::string_view key);
  std::optional<Placed<Array>> list(std::string_view key, std::string_view example);
  const Entry* table(std::string_view key);

  // Reports every key that was not read. Call last.
  void finish();

 private:
  const Entry* find(std::string_view key);
  void wrong_type(const Entry& entry, std::string_view needed, std::string_view example);

  const Table& table_;
  std::string where_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// The six settings of one table, checked one by one and together. A broken rule is reported at the value that
// breaks it.
Settings read_settings(TableReader& reader, Problems& problems);

}  // namespace aerostat
