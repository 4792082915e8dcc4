#include "domain/xml.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "model/domain_metadata.h"

namespace aerostat {

namespace {

constexpr std::int64_t kMostKib = std::int64_t{1} << 40;  // 1 PiB

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
// As libvirt reads them: KB and so on are powers of 1000.
constexpr std::array<Unit, 19> kUnits = {{{"", 1024},
                                          {"b", 1},
                                          {"bytes", 1},
                                          {"KB", 1000},
                                          {"k", 1024},
                                          {"K", 1024},
                                          {"KiB", 1024},
                                          {"MB", 1'000'000},
                                          {"m", 1 << 20},
                                          {"M", 1 << 20},
                                          {"MiB", 1 << 20},
                                          {"GB", 1'000'000'000},
                                          {"g", 1 << 30},
                                          {"G", 1 << 30},
                                          {"GiB", 1 << 30},
                                          {"TB", 1'000'000'000'000},
                                          {"t", std::int64_t{1} << 40},
                                          {"T", std::int64_t{1} << 40},
                                          {"TiB", std::int64_t{1} << 40}}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

std::optional<Bytes> size_of(std::string_view amount, std::string_view unit_name) {
  const std::optional<std::int64_t> number = number_in(amount);
  if (!number || *number < 0) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (*number > kMostKib * 1024 / unit.bytes) return std::nullopt;
    return Bytes::of(*number * unit.bytes).round_up(Bytes::kib(1));
  }
  return std::nullopt;
}

// The namespace that an element's prefix stands for.
std::string_view namespace_of(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  const std::string declared =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (pugi::xml_node at = node; at; at = at.parent()) {
    if (const pugi::xml_attribute found = at.attribute(declared.c_str())) return found.value();
  }
  return {};
}

struct Depth : pugi::xml_tree_walker {
  int deepest = 0;
  bool for_each(pugi::xml_node& /*node*/) override {
    deepest = std::max(deepest, depth());
    return deepest <= kDeepestDomainXml;
  }
};

tl::unexpected<Error> unreadable(std::string why) {
  return fail(Error::Kind::Invalid, "the domain's XML cannot be used: " + std::move(why));
}

}  // namespace

Result<void> read_domain(std::string_view xml, pugi::xml_document& into) {
  if (xml.size() > kLongestDomainXml)
    return unreadable(fmt::format("it has {} bytes, and at most {} are read", xml.size(), kLongestDomainXml));
  const pugi::xml_parse_result result = into.load_buffer(
      xml.data(), xml.size(),
      pugi::parse_default | pugi::parse_comments | pugi::parse_pi | pugi::parse_doctype, pugi::encoding_utf8);
  if (!result) {
    return unreadable(
        fmt::format("{} at byte {}", printable(result.description()), static_cast<long>(result.offset)));
  }
  for (const pugi::xml_node& node : into.children()) {
    // Nobody's definition has one, and what it declares would not survive.
    if (node.type() == pugi::node_doctype) return unreadable("it has a DOCTYPE");
  }
  if (std::string_view(into.document_element().name()) != "domain")
    return unreadable("its root is not <domain>");
  Depth depth;
  into.traverse(depth);
  if (depth.deepest > kDeepestDomainXml)
    return unreadable(fmt::format("its elements are nested deeper than {}", kDeepestDomainXml));
  return {};
}

std::string written(const pugi::xml_node& node) {
  std::ostringstream out;
  node.print(out, "  ",
             pugi::format_indent | pugi::format_attribute_single_quote | pugi::format_no_declaration,
             pugi::encoding_utf8);
  return std::move(out).str();
}

std::string compact(const pugi::xml_node& node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw);
  return std::move(out).str();
}

pugi::xml_node child_or_new(pugi::xml_node node, const char* name) {
  const pugi::xml_node found = node.child(name);
  return found ? found : node.append_child(name);
}

std::optional<Bytes> size_in(const pugi::xml_node& element) {
  if (!element) return std::nullopt;
  return size_of(element.child_value(), element.attribute("unit").value());
}

std::optional<Bytes> size_in(const pugi::xml_attribute& amount, const pugi::xml_attribute& unit) {
  if (!amount) return std::nullopt;
  return size_of(amount.value(), unit.value());
}

void set_size(pugi::xml_node element, Bytes size) {
  // Without a unit it is KiB: a value that comes back is written as it was.
  if (element.attribute("unit") || !element.first_child()) set_attribute(element, "unit", "KiB");
  element.text().set(kib_text(size).c_str());
}

std::string_view attribute_text(const pugi::xml_node& node, const char* name) {
  return node.attribute(name).value();
}

void set_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) attribute = node.append_attribute(name);
  attribute.set_value(value.c_str());
}

std::optional<std::int64_t> number_in(std::string_view text) {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string kib_text(Bytes size) { return std::to_string(size.count() / 1024); }

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node our_child(const pugi::xml_node& node, std::string_view local) {
  for (const pugi::xml_node& child : node.children()) {
    if (local_name(child) == local && namespace_of(child) == domain_metadata::kNamespace) return child;
  }
  return {};
}

pugi::xml_node our_metadata(const pugi::xml_node& domain) {
  return our_child(domain.child("metadata"), domain_metadata::kRoot);
}

pugi::xml_node local_child(const pugi::xml_node& node, std::string_view local) {
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element && local_name(child) == local) return child;
  }
  return {};
}

}  // namespace aerostat
