// The Windows service around the agent: installed, removed, and run by the service manager; what it tells
// goes into the event log. It runs as LocalSystem, because the port's driver lets nobody else in, with two
// privileges left, and is restarted when it dies (docs/design/windows.md).
#pragma once

#include "agent/windows/agent.h"

namespace aerostat::agent {

// What went wrong: in which step, with which error of Windows. `step` null: nothing.
struct ServiceFault {
  const char* step = nullptr;
  DWORD error = 0;
};

// Installs and starts the service with this program and these options, or gives them to the one that is
// there. Without options that one keeps its own.
ServiceFault install_service(const Options& options);
// Stops it, and waits until its program can be replaced.
ServiceFault stop_service();
// Stops and removes it.
ServiceFault uninstall_service();
// Runs it, for the service manager. Returns when it has ended.
ServiceFault serve(const Options& options);

}  // namespace aerostat::agent
