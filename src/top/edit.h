// Edit: the settings of one VM while somebody changes them: fields of text, checked as `aerostat set` checks
// them. Only what differs is sent. The daemon is asked what would happen before anything is applied. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "top/live.h"

namespace aerostat::top {

struct EditField {
  const char* id;     // of the API
  const char* label;  // for people
  std::string before, now;
};

class Edit {
 public:
  explicit Edit(const Vm& vm);

  const std::string& vm() const { return vm_; }
  const std::array<EditField, 6>& fields() const { return fields_; }
  std::size_t place() const { return place_; }

  void move(int by);
  // Into the field; of the mode any key takes the other one.
  void type(char c);
  void rub_out();

  // The change as JSON; empty: nothing differs. Error: one sentence, and the field becomes the chosen one.
  Result<std::string> change();

  // What the daemon, or we, said about it; and whether it would be allowed, so that it may be applied.
  std::string said;
  bool confirming = false;

 private:
  std::string vm_;
  std::array<EditField, 6> fields_;
  std::size_t place_ = 0;
};

}  // namespace aerostat::top
