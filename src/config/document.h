// Document: a TOML file as a plain tree in which every key and value knows its line and column. Problems: the
// list of all mistakes in it. Only this file includes toml++.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace aerostat {

struct Place {
  int line = 1;
  int column = 1;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Entry;
using Table = std::vector<Entry>;  // by key

// A time, a date or any other type that no setting uses.
struct OtherValue {};

struct Value;
using Array = std::vector<Value>;

struct Value {
  Place at;
  std::variant<OtherValue, bool, std::int64_t, double, std::string, Array, Table> data;
};

struct Entry {
  std::string key;
  Place key_at;
  Value value;
};

// "a table", "a whole number", … for sentences.
std::string_view type_name(const Value& value);

// Collects all mistakes of one file, so that its owner sees them at once.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void add(Place at, std::string message) { found_.push_back({at, std::move(message)}); }
  bool empty() const { return found_.empty(); }
  std::size_t count() const { return found_.size(); }
  // One "file:line:column: message" a line, in the order of the file.
  std::string text() const;

 private:
  struct Problem {
    Place at;
    std::string message;
  };
  std::string file_;
  std::vector<Problem> found_;
};

// The file's text. Refuses files that are not regular, and more than 1 MiB. Kind NotFound: there is none;
// Denied: no permission.
Result<std::string> read_text_file(const std::string& path);

// A syntax error is one sentence that starts with `file:line:column`.
Result<Table> parse_document(std::string_view text, const std::string& file);

}  // namespace aerostat
