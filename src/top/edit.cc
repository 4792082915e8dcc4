#include "top/edit.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "model/settings.h"

namespace aerostat::top {

namespace {

std::string size_text(const std::optional<Bytes>& size) {
  if (!size) return "";
  const std::int64_t mib = size->whole_mib();
  if (Bytes::mib(mib) != *size) return fmt::format("{}K", size->count() / 1024);
  return mib % 1024 == 0 ? fmt::format("{}G", mib / 1024) : fmt::format("{}M", mib);
}

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? fmt::format("{}", *count) : "";
}

constexpr std::size_t kMostTyped = 16;
constexpr std::size_t kMode = 0, kBuffer = 4, kWeight = 5;

Result<Json> whole_number(const EditField& field, int least, int most) {
  int value = 0;
  const char* const end = field.now.data() + field.now.size();
  const auto [rest, error] = std::from_chars(field.now.data(), end, value);
  if (error != std::errc{} || rest != end || value < least || value > most) {
    return fail(Error::Kind::Invalid, fmt::format("{}: '{}' is not a whole number from {} to {}", field.label,
                                                  field.now, least, most));
  }
  return Json(value);
}

}  // namespace

Edit::Edit(const Vm& vm)
    : vm_(vm.name),
      fields_{{{"mode", "mode", vm.mode, {}},
               {"startup_bytes", "startup", size_text(vm.startup), {}},
               {"minimum_bytes", "minimum", size_text(vm.minimum), {}},
               {"maximum_bytes", "maximum", size_text(vm.maximum), {}},
               {"buffer_percent", "buffer %", count_text(vm.buffer), {}},
               {"weight", "weight", count_text(vm.weight), {}}}} {
  for (EditField& field : fields_) field.now = field.before;
}

void Edit::move(int by) {
  const int count = static_cast<int>(fields_.size());
  place_ = static_cast<std::size_t>((static_cast<int>(place_) + by + count) % count);
}

void Edit::type(char c) {
  std::string& text = fields_[place_].now;
  if (place_ == kMode) {
    text = text == "dynamic" ? "static" : "dynamic";
    return;
  }
  if (text.size() < kMostTyped && c >= ' ' && c <= '~') text += c;
}

void Edit::rub_out() {
  if (place_ != kMode && !fields_[place_].now.empty()) fields_[place_].now.pop_back();
}

Result<std::string> Edit::change() {
  Json out = Json::object();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const EditField& field = fields_[i];
    if (field.now == field.before) continue;
    Result<Json> value = Json(nullptr);  // an empty field: what the configuration or the default says
    if (i == kMode) {
      value = Json(field.now);
    } else if (field.now.empty()) {
    } else if (i == kBuffer) {
      value = whole_number(field, kLeastBuffer, kMostBuffer);
    } else if (i == kWeight) {
      value = whole_number(field, kLeastWeight, kMostWeight);
    } else if (const Result<Bytes> size = parse_size(field.now); size) {
      value = Json(size->count());
    } else {
      value = fail(Error::Kind::Invalid, fmt::format("{}: {}", field.label, size.error().message));
    }
    if (!value) {
      place_ = i;
      return fail(value.error());
    }
    out[field.id] = *value;
  }
  return out.empty() ? "" : out.dump();
}

}  // namespace aerostat::top
