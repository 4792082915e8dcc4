#include "vmm/libvirt/domain_settings.h"

#include <pugixml.hpp>

#include "domain/settings_text.h"
#include "domain/xml.h"
#include "model/domain_metadata.h"

namespace aerostat {

Result<std::string> with_settings(const std::string& element, const Settings& settings) {
  pugi::xml_document document;
  const bool fresh = element.empty();
  const auto parsed = document.load_string(element.c_str());
  pugi::xml_node root = document.first_child();
  if (!fresh && (!parsed || local_name(root) != domain_metadata::kRoot))
    return fail(Error::Kind::Invalid,
                "what its <metadata> has of Aerostat is damaged; remove it with virsh edit");
  // libvirt gives the element with any prefix, and declares the one it is told to use.
  const std::string own(root.name());
  const auto colon = own.find(':');
  const std::string prefix = fresh || colon == std::string::npos ? "" : own.substr(0, colon + 1);
  if (fresh) root = document.append_child(std::string(domain_metadata::kRoot).c_str());
  pugi::xml_node found = local_child(root, domain_metadata::kSettings);
  if (!found) found = root.prepend_child((prefix + std::string(domain_metadata::kSettings)).c_str());
  found.remove_attributes();
  write_settings(found, settings);
  return compact(root);
}

}  // namespace aerostat
