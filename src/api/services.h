// Services: what the API's routes may ask. Made once by the daemon; all of it outlives every connection, and
// is asked on the reactor's thread only. A service that this daemon does not have is null or empty.
#pragma once

#include <functional>

#include "control/manager.h"
#include "history/reader.h"
#include "model/finding.h"
#include "whatif/desk.h"

namespace aerostat {

class EventTexts;
class LiveFeed;
class StaticFiles;
class Tokens;

struct Services {
  Manager& manager;
  const StaticFiles* page = nullptr;
  Tokens* tokens = nullptr;
  LiveFeed* live = nullptr;                // the server's own
  EventTexts* events = nullptr;            // the server's own
  const HistoryReader* history = nullptr;  // null: nobody keeps it
  WhatIfDesk* what_if = nullptr;           // null: nobody answers such questions
  std::function<Findings()> doctor = {};   // what its checks find, of the host and of all VMs by name
};

}  // namespace aerostat
