#include "cli/commands.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "cli/listening_sockets.h"
#include "client/answer.h"
#include "client/findings.h"
#include "client/members.h"
#include "client/render.h"
#include "client/savings.h"
#include "console/exit_status.h"
#include "console/table.h"
#include "top/top.h"

namespace aerostat {

namespace {

// Moves home, clears each line as it is drawn, and then the rest: no flicker.
std::string redrawn(const std::string& text) {
  std::string out = "\033[H";
  for (const char c : text) {
    if (c == '\n') out += "\033[K";
    out += c;
  }
  return out + "\033[J";
}

}  // namespace

int Commands::complain(const Error& error) {
  output_.err << "aerostat: " << clean(error.message) << "\n";
  return status_of(error);
}

int Commands::complain(const Reply& reply) {
  output_.err << "aerostat: " << sentence_of(reply) << "\n";
  return kFailed;
}

template <typename Show>
int Commands::ask(const std::string& method, const std::string& target, const std::string& body, Show show) {
  const Result<Reply> reply = client_.request(method, target, body);
  if (!reply) return complain(reply.error());
  if (reply->status != 200) return complain(*reply);
  const Result<Json> json = parse_reply(*reply);
  if (!json) return complain(json.error());
  if (output_.json)
    output_.out << reply->body << std::flush;
  else
    output_.out << show(*json) << std::flush;
  return kDone;
}

int Commands::list(const std::vector<std::string>& columns, bool all, std::optional<double> every,
                   const std::function<bool(double)>& pause) {
  if (every && output_.terminal && !output_.json) output_.out << "\033[2J";
  while (true) {
    Json host;
    if (!output_.json) {
      const Result<Json> asked = ask_daemon(client_, "GET", "/v1/host");
      if (!asked) return complain(asked.error());
      host = *asked;
    }
    const int status = ask("GET", all ? "/v1/vms?all=1" : "/v1/vms", {}, [&](const Json& vms) {
      const std::string text = render_list(host, items_of(vms), columns, output_.colour, output_.width);
      return every && output_.terminal ? redrawn(text) : text;
    });
    if (status != kDone || !every || !pause(*every)) return status;
    if (!output_.terminal && !output_.json) output_.out << "\n";
  }
}

int Commands::show(const std::string& vm) {
  return ask("GET", "/v1/vms/" + percent_encoded(vm), {},
             [this](const Json& json) { return render_vm(json, output_.colour); });
}

int Commands::host() {
  return ask("GET", "/v1/host", {}, [this](const Json& json) { return render_host(json, output_.colour); });
}

int Commands::set(const std::string& vm, const std::string& body, bool dry_run) {
  return ask("PATCH", "/v1/vms/" + percent_encoded(vm) + (dry_run ? "?dry_run=1" : ""), body,
             [dry_run](const Json& json) { return render_settings(json, dry_run); });
}

int Commands::resize(const std::string& vm, Bytes memory, bool dry_run, double wait,
                     const std::function<bool(double)>& pause) {
  constexpr double kEvery = 0.25;
  const std::string place = "/v1/vms/" + percent_encoded(vm);
  Result<Json> report = ask_daemon(client_, "POST", place + (dry_run ? "/resize?dry_run=1" : "/resize"),
                                   Json({{"memory_bytes", memory.count()}}).dump());
  if (!report) return complain(report.error());
  if (!dry_run && !output_.json) output_.err << render_resize(*report, false) << std::flush;
  for (double waited = 0; !dry_run && !is_resized(*report) && waited < wait && pause(kEvery);
       waited += kEvery) {
    report = ask_daemon(client_, "GET", place);
    if (!report) return complain(report.error());
  }
  if (output_.json)
    output_.out << report->dump() << "\n";
  else
    output_.out << render_resize(*report, true);
  return dry_run || is_resized(*report) ? kDone : kFailed;
}

int Commands::report() {
  const Result<Json> vms = ask_daemon(client_, "GET", "/v1/vms");
  if (!vms) return complain(vms.error());
  const std::vector<Saving> savings = savings_of(items_of(*vms));
  output_.out << (output_.json ? savings_json(savings).dump() + "\n" : render_savings(savings));
  return kDone;
}

int Commands::explain(const std::string& vm, std::uint64_t last, const std::string& since) {
  const auto show = [&](const Json& decisions) {
    std::string text;
    if (output_.json) {
      text = decisions.dump() + "\n";
    } else {
      text = about_guest(vm);
      text += render_decisions(items_of(decisions), output_.colour);
      text += asked_for(vm, last, since);
    }
    output_.out << text << std::flush;
    return kDone;
  };
  const std::string place = percent_encoded(vm);
  Result<Json> now =
      since.empty() ? ask_daemon(client_, "GET", fmt::format("/v1/vms/{}/decisions?limit={}", place, last))
                    : fail(Error::Kind::NotFound, "");
  if (now && items_of(*now).size() >= last) return show(*now);
  if (!now && now.error().kind != Error::Kind::NotFound) return complain(now.error());
  const Result<Json> past = ask_daemon(client_, "GET",
                                       fmt::format("/v1/history/decisions?vm={}&limit={}{}", place, last,
                                                   since.empty() ? "" : "&since=" + percent_encoded(since)));
  if (!since.empty()) return past ? show(*past) : complain(past.error());
  if (past && items_of(*past).size() > (now ? items_of(*now).size() : 0)) return show(*past);
  return now ? show(*now) : complain(now.error());
}

// A VM whose guest takes no part, or only in a part, has few decisions, and none of them names the guest.
std::string Commands::about_guest(const std::string& vm) {
  const Result<Json> findings = ask_daemon(client_, "GET", "/v1/vms/" + percent_encoded(vm) + "/doctor");
  return findings ? render_guest(items_of(*findings)) : "";
}

// What people and programs asked for, and who: it explains as much as the decisions. Only of decisions is the
// lack an error.
std::string Commands::asked_for(const std::string& vm, std::uint64_t last, const std::string& since) {
  const Result<Json> events = since.empty()
                                  ? ask_daemon(client_, "GET", "/v1/events?after=0")
                                  : ask_daemon(client_, "GET",
                                               fmt::format("/v1/history/events?limit=10000&vm={}&since={}",
                                                           percent_encoded(vm), percent_encoded(since)));
  if (!events) return "";
  std::vector<std::string> lines;
  for (const Json& event : items_of(*events)) {
    if (text_at(event, "vm") == vm && !text_at(event, "by").empty())
      lines.push_back(render_event(event, output_.colour));
  }
  std::string out = lines.empty() ? "" : "\nAsked for:\n";
  const std::size_t first = lines.size() > last ? lines.size() - static_cast<std::size_t>(last) : 0;
  for (std::size_t i = first; i < lines.size(); ++i) out += lines[i];
  return out;
}

int Commands::past_events(const std::string& since, const std::string& until, const std::string& vm) {
  std::string target = "/v1/history/events?limit=10000&since=" + percent_encoded(since);
  if (!until.empty()) target += "&until=" + percent_encoded(until);
  if (!vm.empty()) target += "&vm=" + percent_encoded(vm);
  return ask("GET", target, {}, [this](const Json& json) {
    std::string out;
    for (const Json& event : items_of(json)) out += render_event(event, output_.colour);
    return out;
  });
}

int Commands::events(std::uint64_t after, bool follow) {
  if (!follow) {
    return ask("GET", fmt::format("/v1/events?after={}", after), {}, [this](const Json& json) {
      std::string out;
      for (const Json& event : items_of(json)) out += render_event(event, output_.colour);
      return out;
    });
  }
  const auto print = [this](const StreamEvent& told) {
    const Json event = Json::parse(told.data, nullptr, false);
    if (event.is_discarded()) return true;
    if (output_.json)
      output_.out << told.data << "\n" << std::flush;
    else
      output_.out << render_event(event, output_.colour) << std::flush;
    return output_.out.good();
  };
  const Result<Reply> reply = client_.follow(fmt::format("/v1/events?follow=1&after={}", after), print);
  if (!reply) return complain(reply.error());
  return reply->status == 200 ? kDone : complain(*reply);
}

int Commands::reactions() {
  return ask("GET", "/v1/reactions", {},
             [this](const Json& json) { return render_reactions(items_of(json), output_.colour); });
}

int Commands::top() {
  const Result<void> shown = top::run(client_.with_patience(std::chrono::seconds(3)), output_.colour);
  if (shown) return kDone;
  complain(shown.error());
  return kUsage;  // there is no terminal
}

int Commands::doctor(const std::string& vm, bool all) {
  const Result<Json> asked =
      ask_daemon(client_, "GET", vm.empty() ? "/v1/doctor" : "/v1/vms/" + percent_encoded(vm) + "/doctor");
  const bool reached = asked || status_of(asked.error()) != kNotReached;
  if (!asked && reached) return complain(asked.error());
  const Json answer = reached ? *asked : not_reached_json(asked.error());
  const Json findings = items_of(answer);
  output_.out << (output_.json ? answer.dump() + "\n" : render_findings(findings, all, output_.colour))
              << std::flush;
  if (!reached) return kNotReached;
  return gravest(findings) >= Severity::Warning ? kFailed : kDone;
}

int Commands::pause() {
  return ask("POST", "/v1/pause", {}, [](const Json& host) { return render_paused(host); });
}

int Commands::resume() {
  return ask("POST", "/v1/resume", {}, [](const Json& host) { return render_paused(host); });
}

int Commands::qemu_args(const QemuVm& vm, bool one_line) {
  const Result<std::vector<std::string>> args = aerostat::qemu_args(vm);
  if (!args) {
    complain(args.error());
    return kUsage;  // only the typed text can be wrong
  }
  // QEMU replaces the file of a socket that another one listens on: that VM could no longer be reached.
  if (const std::string used = first_listening(qemu_sockets(vm)); !used.empty()) {
    complain(
        {Error::Kind::Refused,
         fmt::format("a running process listens on {}: VM '{}' seems to run; end it first, or use another "
                     "name or --directory",
                     used, vm.name)});
    return kFailed;
  }
  const Result<std::string> text = one_line ? shell_words(*args) : shell_text(*args);
  if (output_.json) {
    output_.out << Json(*args).dump() << "\n";
  } else if (text) {
    output_.out << *text;
  } else {
    complain(text.error());
    return kUsage;
  }
  if (const std::string hint = qemu_hint(vm); !hint.empty() && !output_.json)
    output_.err << "aerostat: note: " << hint << "\n";
  return kDone;
}

}  // namespace aerostat
