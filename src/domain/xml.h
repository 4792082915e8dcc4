// Domain XML as a tree: read within bounds, written so that equal trees give equal text. Refuses what is no
// domain, what has a DOCTYPE, and what is larger or deeper than any definition.
#pragma once

#include <cstddef>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace aerostat {

inline constexpr std::size_t kLongestDomainXml = std::size_t{4} << 20;  // real ones have some 10 KiB
inline constexpr int kDeepestDomainXml = 64;                            // real ones have some 8 levels

Result<void> read_domain(std::string_view xml, pugi::xml_document& into);
std::string written(const pugi::xml_node& node);
// The same without line breaks, as libvirt's calls take elements.
std::string compact(const pugi::xml_node& node);

// The first of these elements below `node`, made at the end of it if there is none.
pugi::xml_node child_or_new(pugi::xml_node node, const char* name);
// An element that libvirt writes as text and a unit, which is KiB if missing. Nothing: missing, no number, or
// more than 1 PiB.
std::optional<Bytes> size_in(const pugi::xml_node& element);
// The same in two attributes, as of <cell memory='…' unit='…'>.
std::optional<Bytes> size_in(const pugi::xml_attribute& amount, const pugi::xml_attribute& unit);
void set_size(pugi::xml_node element, Bytes size);
// Empty if it has none.
std::string_view attribute_text(const pugi::xml_node& node, const char* name);
void set_attribute(pugi::xml_node node, const char* name, const std::string& value);
// A whole number; nothing if it is none.
std::optional<std::int64_t> number_in(std::string_view text);
std::string kib_text(Bytes size);

// Without the prefix.
std::string_view local_name(const pugi::xml_node& node);
// The first element of our namespace below `node` with this local name, whatever its prefix; null if there is
// none.
pugi::xml_node our_child(const pugi::xml_node& node, std::string_view local);
// That in <metadata>.
pugi::xml_node our_metadata(const pugi::xml_node& domain);
// The first element below `node` of this name without prefix.
pugi::xml_node local_child(const pugi::xml_node& node, std::string_view local);

}  // namespace aerostat
