#include "cli/starts.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "client/answer.h"
#include "client/members.h"
#include "client/render.h"
#include "console/exit_status.h"
#include "console/table.h"

namespace aerostat {

namespace {

std::string place_of(const std::string& vm) { return "/v1/reservations/" + percent_encoded(vm); }

std::string body_of(const StartRequest& request) {
  Json out = {
      {"vm", request.vm}, {"memory_bytes", request.memory.count()}, {"wait_seconds", request.wait.count()}};
  if (request.lasts) out["lasts_seconds"] = request.lasts->count();
  if (request.weight) out["weight"] = *request.weight;
  if (!request.domain.empty()) out["domain"] = request.domain;
  return out.dump();
}

StartState state_of(const Json& start) {
  return start_state_of(text_at(start, "state")).value_or(StartState::Refused);
}

// Its VM may start, or runs already.
bool is_there(const Json& start) {
  return state_of(start) == StartState::Ready || state_of(start) == StartState::Started;
}

Result<Json> reservation_of(Result<Json> answer) {
  if (!answer || start_state_of(text_at(*answer, "state"))) return answer;
  return fail(Error::Kind::Internal, "aerostatd's answer is no reservation");
}

}  // namespace

int Starts::complain(const Error& error) {
  output_.err << "aerostat: " << clean(error.message) << "\n";
  return status_of(error);
}

// Once in each state: what is missing changes with each look.
void Starts::tell(const Json& start) {
  const StartState state = state_of(start);
  if (output_.json || told_ == state) return;
  told_ = state;
  output_.err << render_start(start) << std::flush;
}

// A daemon that was away for a moment remembers what it was asked for. One that does not is asked again.
// After `most`, whatever its state is then.
Result<Json> Starts::await(const StartRequest& request, std::optional<std::chrono::milliseconds> most) {
  std::chrono::milliseconds silent{0}, waited{0};
  bool asked = false;
  while (true) {
    const auto began = std::chrono::steady_clock::now();
    const Result<Json> start =
        reservation_of(asked ? ask_daemon(client_, "GET", place_of(request.vm))
                             : ask_daemon(client_, "POST", "/v1/reservations", body_of(request)));
    // A daemon that hangs lets each question wait.
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    waited += took;
    silent += took;
    if (start) {
      asked = true;
      silent = {};
      const StartState state = state_of(*start);
      if (state >= StartState::Ready || (most && waited >= *most)) return start;
      if (!most) tell(*start);
    } else if (start.error().kind == Error::Kind::NotFound && asked) {
      asked = false;
      continue;
    } else if (status_of(start.error()) != kNotReached || start.error().kind == Error::Kind::Denied ||
               silent >= kAwayFor) {
      return start;
    }
    pause_(kAskEvery);
    waited += kAskEvery;
    silent += kAskEvery;
  }
}

int Starts::reserve(const StartRequest& request) {
  const Result<Json> start = await(request);
  return start ? outcome(*start) : complain(start.error());
}

int Starts::outcome(const Json& start) {
  const bool there = is_there(start);
  if (output_.json)
    output_.out << start.dump() << "\n";
  else
    (there ? output_.out : output_.err) << (there ? "" : "aerostat: ") << render_start(start);
  return there ? kDone : kFailed;
}

int Starts::gate(const GateOptions& options) {
  const Result<Json> start = await(options.request);
  return start ? outcome(*start) : not_asked(options, start.error());
}

int Starts::gate_briefly(GateOptions options, std::chrono::milliseconds most, const std::string& domain) {
  Result<Json> start = await(options.request, most);
  if (!start) return not_asked(options, start.error());
  if (is_there(*start)) return kDone;
  std::string why = text_at(*start, "why");
  if (state_of(*start) < StartState::Ready) {
    Result<Json> later = fail(Error::Kind::Refused, "");
    if (!domain.empty()) {
      options.request.domain = domain;
      later = reservation_of(ask_daemon(client_, "POST", "/v1/reservations", body_of(options.request)));
    }
    if (later) {
      why = text_at(*later, "why");
      // The daemon starts it, even if its memory came this moment: a domain has one starter.
      if (!start_ended(state_of(*later)))
        why += "; aerostatd starts it when its memory is there (aerostat reservations)";
    } else {
      ask_daemon(client_, "DELETE", place_of(options.request.vm));
      if (!later.error().message.empty()) why += "; " + clean(later.error().message);
    }
  }
  output_.err << "aerostat: " << clean(options.request.vm) << ": " << why << "\n";
  return kFailed;
}

int Starts::not_asked(const GateOptions& options, const Error& error) {
  const int status = complain(error);
  if (error.kind == Error::Kind::Refused || options.unreached == Unreached::Refuse) return status;
  output_.err << "aerostat: " << options.request.vm
              << " starts without a promise of memory, because aerostatd cannot be asked\n";
  return kDone;
}

int Starts::release(const std::string& vm) {
  const Result<Json> start = ask_daemon(client_, "DELETE", place_of(vm));
  if (!start) {
    return complain(start.error());
  }
  output_.out << (output_.json ? start->dump() + "\n" : render_start(*start));
  return kDone;
}

bool Starts::holds(const std::string& vm) {
  const Result<Json> start = ask_daemon(client_, "GET", place_of(vm));
  return start && !start_ended(state_of(*start));
}

void Starts::give_up(const std::string& vm) {
  const Result<Json> start = ask_daemon(client_, "GET", place_of(vm));
  const bool kept = start && !start_ended(state_of(*start));
  if (kept && text_at(*start, "domain").empty()) ask_daemon(client_, "DELETE", place_of(vm));
}

int Starts::list() {
  const Result<Json> starts = ask_daemon(client_, "GET", "/v1/reservations");
  if (!starts) {
    return complain(starts.error());
  }
  output_.out << (output_.json ? starts->dump() + "\n" : render_starts(items_of(*starts)));
  return kDone;
}

// QEMU's own default unit is MiB: -m 512, -m 512M, -m size=1G,slots=2,maxmem=4G.
std::optional<Bytes> memory_of_qemu(const std::vector<std::string>& command) {
  for (std::size_t i = 0; i + 1 < command.size(); ++i) {
    if (command[i] != "-m" && command[i] != "--m") continue;
    std::string size = command[i + 1].substr(0, command[i + 1].find(','));
    if (size.starts_with("size=")) size = size.substr(5);
    if (!size.empty() && size.find_first_not_of("0123456789") == std::string::npos) size += "M";
    const Result<Bytes> parsed = parse_size(size);
    return parsed && *parsed > Bytes{} ? std::optional(*parsed) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace aerostat
