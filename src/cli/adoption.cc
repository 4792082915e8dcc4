#include "cli/adoption.h"

#include <fmt/format.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "adopt/adopt.h"
#include "cli/domains.h"
#include "console/exit_status.h"
#include "console/table.h"

namespace aerostat {

namespace {

using Json = nlohmann::ordered_json;

// One of the plan's changes, and what became of it in the running domain.
struct Done {
  const DomainChange* change;
  bool plugged = false;
  std::string failure = {};
};

const char* when_id(const Done& done) {
  if (done.plugged || done.change->when == When::Now) return "now";
  return done.change->when == When::HotPlug ? "hot-pluggable" : "next-start";
}

std::string coloured_diff(const std::string& diff, bool colour) {
  std::string out;
  std::size_t from = 0;
  while (from < diff.size()) {
    const std::size_t end = std::min(diff.find('\n', from), diff.size());
    const std::string line = clean(diff.substr(from, end - from));
    const Colour what = line.starts_with("+")   ? Colour::Green
                        : line.starts_with("-") ? Colour::Red
                                                : Colour::None;
    out += coloured(line, what, colour) + "\n";
    from = end + 1;
  }
  return out;
}

class Work {
 public:
  Work(const Adoption& adoption, const Surroundings& around, std::istream* person)
      : adoption_(adoption), around_(around), person_(person) {}

  int run(const LibvirtApi& api) {
    Result<Domains> domains = Domains::open(api, adoption_.uri);
    if (!domains) return complain(domains.error());
    Result<DomainText> text = domains->read(adoption_.domain);
    if (!text) return complain(text.error());
    Result<DomainPlan> plan = adoption_.release
                                  ? plan_release(text->definition, text->running)
                                  : plan_adoption(text->definition, text->running, adoption_.wishes);
    if (!plan) return complain(std::move(plan.error()).in("domain " + adoption_.domain));
    running_ = !text->running.empty();
    if (text->saved && !plan->diff.empty()) {
      plan->notes.emplace_back(
          "it has a saved state: its next start goes on with the old definition; shut it down once more "
          "after "
          "that, or discard the state (`virsh managedsave-remove`)");
    }
    for (const DomainChange& change : plan->changes) done_.push_back({&change});
    if (!adoption_.json) show(*plan);
    if (!adoption_.dry_run) {
      if (const int status = change(*domains, *text, *plan); status != kDone) return status;
    }
    tell(*plan);
    return failed_ ? kFailed : kDone;
  }

 private:
  int complain(const Error& error) {
    around_.err << "aerostat: " << clean(error.message) << "\n";
    return status_of(error);
  }

  void show(const DomainPlan& plan) {
    if (plan.diff.empty()) {
      around_.out << clean(adoption_.domain) << ": its definition needs no change\n";
    } else {
      around_.out << clean(adoption_.domain) << ": its definition changes:\n\n"
                  << coloured_diff(plan.diff, around_.colour) << "\n";
    }
    for (const std::string& note : plan.notes) around_.out << "note: " << clean(note) << "\n";
  }

  // Whether a person agrees; an error if there is none to ask.
  Result<bool> agreed() {
    if (adoption_.yes) return true;
    if (person_ == nullptr || adoption_.json) {
      return fail(Error::Kind::Refused,
                  fmt::format("nobody can be asked {}; nothing was changed; add --yes to change it, or "
                              "--dry-run to look only",
                              adoption_.json ? "with --json" : "without a terminal"));
    }
    around_.out << "Change it? [y/N] " << std::flush;
    std::string answer;
    std::getline(*person_, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
  }

  int change(const Domains& domains, const DomainText& text, const DomainPlan& plan) {
    const bool plugs = adoption_.now && running_ && pluggable();
    if (plan.diff.empty() && !plugs) return kDone;
    const Result<bool> yes = agreed();
    if (!yes) return complain(yes.error());
    if (!*yes) {
      around_.out << "Nothing was changed.\n";
      return kFailed;
    }
    if (!plan.diff.empty()) {
      const Result<DomainText> again = domains.read(adoption_.domain);
      if (!again) return complain(again.error());
      if (again->definition != text.definition) {
        return complain({Error::Kind::Refused, "domain " + adoption_.domain +
                                                   ": somebody changed its definition just now; nothing was "
                                                   "changed; run the command again"});
      }
      if (const Result<void> defined = domains.define(plan.xml); !defined) return complain(defined.error());
      if (running_) {
        if (const Result<void> set = domains.set_running_metadata(adoption_.domain, plan.metadata); !set)
          failed("the running domain's metadata", set.error());
      }
    }
    if (plugs) plug(domains);
    return kDone;
  }

  bool pluggable() const {
    return std::any_of(done_.begin(), done_.end(),
                       [](const Done& done) { return done.change->when == When::HotPlug; });
  }

  void plug(const Domains& domains) {
    for (Done& done : done_) {
      if (done.change->when != When::HotPlug) continue;
      const Result<void> applied = domains.apply(adoption_.domain, *done.change);
      done.plugged = applied.has_value();
      if (!applied) {
        done.failure = applied.error().message;
        failed(done.change->what, applied.error());
      }
    }
  }

  void failed(const std::string& what, const Error& error) {
    failed_ = true;
    around_.err << "aerostat: " << clean(what) << ": " << clean(error.message)
                << "; it takes effect with the next start\n";
  }

  void tell(const DomainPlan& plan) {
    if (adoption_.json) return tell_json(plan);
    const auto group = [this](const char* title, const char* id) {
      bool first = true;
      for (const Done& done : done_) {
        if (std::string_view(when_id(done)) != id) continue;
        if (first) around_.out << title << "\n";
        first = false;
        around_.out << "  " << clean(done.change->what) << "\n";
      }
    };
    if (!adoption_.dry_run && !plan.diff.empty())
      around_.out << clean(adoption_.domain) << (adoption_.release ? " is released.\n" : " is adopted.\n");
    group("Now:", "now");
    group("Now with --now, otherwise with the next start:", "hot-pluggable");
    group(running_ ? "After it is shut down and started again:" : "With its next start:", "next-start");
    if (adoption_.dry_run) around_.out << "(dry run: nothing was changed)\n";
  }

  void tell_json(const DomainPlan& plan) {
    Json out = {{"domain", adoption_.domain},
                {"running", running_},
                {"dry_run", adoption_.dry_run},
                {"changed", !adoption_.dry_run && !plan.diff.empty()},
                {"changes", Json::array()},
                {"notes", plan.notes},
                {"diff", plan.diff}};
    for (const Done& done : done_) {
      Json change = {{"what", done.change->what}, {"when", when_id(done)}};
      if (!done.failure.empty()) change["failure"] = done.failure;
      out["changes"].push_back(std::move(change));
    }
    around_.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  }

  const Adoption& adoption_;
  const Surroundings& around_;
  std::istream* person_;
  std::vector<Done> done_;
  bool running_ = false, failed_ = false;
};

}  // namespace

int carry_out(const LibvirtApi& api, const Adoption& adoption, const Surroundings& around,
              std::istream* person) {
  return Work(adoption, around, person).run(api);
}

}  // namespace aerostat
