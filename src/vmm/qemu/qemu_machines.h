// QemuMachines: all VMs of this host that run under QEMU and offer a monitor socket: those in the watched
// directories, and those named one by one. It tells a MachineListener of each that appears, changes and
// vanishes. One process is one VM, however many sockets show it. A VM exists while something listens on its
// socket, even if that never answers. No VM delays another. Everything runs on the given io_context; nothing
// blocks.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "vmm/machine.h"
#include "vmm/qemu/qmp_client.h"

namespace aerostat {

class QemuMachines {
 public:
  // `deadline`: how long a monitor may take to answer before its link is Hung.
  QemuMachines(boost::asio::io_context& io, const Clock& clock, MachineListener& listener,
               Duration deadline = std::chrono::seconds(2), QmpClient::PeerOf peer = peer_process);
  ~QemuMachines();  // reports nothing: the VMs run on
  QemuMachines(const QemuMachines&) = delete;
  QemuMachines& operator=(const QemuMachines&) = delete;

  // Every monitor socket in the directory is a VM: "db.qmp", "db.monitor" or "db.sock" is "db". May be called
  // for several directories. An error if it cannot be watched now; if it vanishes later, health() reports it.
  Result<void> watch(const std::string& directory);
  // One VM by name. Overrides one of the same name in a directory. An error if the name is invalid.
  Result<void> add(const std::string& name, const std::string& socket_path);
  // Undoes add(). The VM stays if a directory has it.
  void remove(const std::string& name);

  // Empty: all is well. Otherwise one sentence about what cannot be watched.
  std::string health() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aerostat
