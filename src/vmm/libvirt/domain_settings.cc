#include "vmm/libvirt/domain_settings.h"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include "model/domain_metadata.h"

namespace aerostat {

namespace {

using pugi::xml_node;

std::string_view local_name(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string size_text(Bytes size) {
  const std::int64_t n = size.count();
  return n % (std::int64_t{1} << 20) == 0 ? fmt::format("{}M", n >> 20) : fmt::format("{}K", n / 1024);
}

void write(xml_node settings, const Settings& s) {
  settings.remove_attributes();
  const auto put = [&](const char* name, const std::string& value) {
    settings.append_attribute(name) = value.c_str();
  };
  if (s.mode) put("mode", std::string(mode_name(*s.mode)));
  if (s.startup) put("startup", size_text(*s.startup));
  if (s.minimum) put("minimum", size_text(*s.minimum));
  if (s.maximum) put("maximum", size_text(*s.maximum));
  if (s.buffer_percent) put("buffer", std::to_string(*s.buffer_percent));
  if (s.weight) put("weight", std::to_string(*s.weight));
}

}  // namespace

Result<std::string> with_settings(const std::string& element, const Settings& settings) {
  pugi::xml_document document;
  const bool fresh = element.empty();
  const auto parsed = document.load_string(element.c_str());
  xml_node root = document.first_child();
  if (!fresh && (!parsed || local_name(root.name()) != domain_metadata::kRoot))
    return fail(Error::Kind::Invalid,
                "what its <metadata> has of Aerostat is damaged; remove it with virsh edit");
  // libvirt gives the element with any prefix, and declares the one it is told to use.
  const std::string own(root.name());
  const auto colon = own.find(':');
  const std::string prefix = fresh || colon == std::string::npos ? "" : own.substr(0, colon + 1);
  if (fresh) root = document.append_child(std::string(domain_metadata::kRoot).c_str());
  xml_node found;
  for (xml_node each : root.children()) {
    if (local_name(each.name()) == domain_metadata::kSettings) found = each;
  }
  if (!found) found = root.prepend_child((prefix + std::string(domain_metadata::kSettings)).c_str());
  write(found, settings);
  std::ostringstream out;
  root.print(out, "", pugi::format_raw);
  return out.str();
}

}  // namespace aerostat
