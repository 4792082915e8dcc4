// Status: how a VM is doing, as a code for programs and in the words of the list. The note beside it says
// why.
#pragma once

#include <string_view>

namespace aerostat {

enum class Status {
  Ok,             // 80 % of the buffer or more is there
  Low,            // less
  Warning,        // assigned < demand, or nearly nothing is available in the guest
  Paging,         // the guest is using its own swap now
  Starting,       // boots, or its service has not spoken yet
  Static,         // stays as configured, because its owner said so or its guest takes no part
  NoIntegration,  // no service in the guest, or none we can talk to: stays as it is
  NotResponding,  // the monitor or the service fell silent: held, and counted
  BadReports,     // the service says things that cannot be: ignored, and counted
  Stalled,        // asked to give memory and does not: counted as held, others are asked
  Paused,         // the VM is stopped by its owner
  Off,            // the guest was shut down, or the VM does not run
};

constexpr std::string_view status_name(Status status) {
  switch (status) {
    case Status::Ok: return "OK";
    case Status::Low: return "Low";
    case Status::Warning: return "Warning";
    case Status::Paging: return "Paging";
    case Status::Starting: return "Starting";
    case Status::Static: return "Static";
    case Status::NoIntegration: return "No integration";
    case Status::NotResponding: return "Not responding";
    case Status::BadReports: return "Bad reports";
    case Status::Stalled: return "Stalled";
    case Status::Paused: return "Paused";
    case Status::Off: return "Off";
  }
  return "?";
}

// For programs: stable, one word.
constexpr std::string_view status_code(Status status) {
  switch (status) {
    case Status::Ok: return "ok";
    case Status::Low: return "low";
    case Status::Warning: return "warning";
    case Status::Paging: return "paging";
    case Status::Starting: return "starting";
    case Status::Static: return "static";
    case Status::NoIntegration: return "no-integration";
    case Status::NotResponding: return "not-responding";
    case Status::BadReports: return "bad-reports";
    case Status::Stalled: return "stalled";
    case Status::Paused: return "paused";
    case Status::Off: return "off";
  }
  return "?";
}

}  // namespace aerostat
