// In place of the driver, in a build without libvirt's headers.
#include "vmm/libvirt/libvirt_machines.h"

namespace aerostat {

class LibvirtMachines::Impl {};

LibvirtMachines::~LibvirtMachines() = default;

const std::map<std::string, VmId>& LibvirtMachines::resting() const {
  static const std::map<std::string, VmId> kNone;
  return kNone;
}
void LibvirtMachines::when_settings_change(std::function<void(const VmId&)>) {}
Settings LibvirtMachines::settings(const VmId&) const { return {}; }
void LibvirtMachines::start_domain(const std::string&, std::function<void(std::string)>) {}
void LibvirtMachines::keep_settings(const VmId&, const Settings&, std::function<void(Result<void>)>) {}

Result<std::unique_ptr<LibvirtMachines>> LibvirtMachines::start(boost::asio::io_context&, const Clock&,
                                                                MachineListener&,
                                                                const std::vector<std::string>&) {
  return fail(Error::Kind::Unavailable, "aerostatd was built without libvirt");
}

}  // namespace aerostat
