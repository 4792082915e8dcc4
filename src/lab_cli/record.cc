#include "lab_cli/record.h"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "client/answer.h"
#include "client/render.h"
#include "console/exit_status.h"
#include "console/lines_file.h"
#include "console/table.h"
#include "lab_cli/complain.h"
#include "model/guest_fields.h"
#include "model/recording.h"

namespace aerostat {

namespace {

// How long a daemon may be away (a restart) before the recording ends.
constexpr double kAwayMost = 30;
// A gzip file can be read up to at most this long ago.
constexpr double kFlushEvery = 5;

constexpr const char* kRecordFooter =
    R"(The service in the guest reports once a second, and at once after a large change. Rows between repeat the last report,
and sample_age_ms gives its age. For 10 true rows a second run aerostat-guest --record in the guest.
docs/guide/recording.md explains the columns.
Examples:
  aerostat record web web.csv.gz --for 1h
  aerostat record web - --every 1s | head
  aerostat trace web.csv.gz -o web.trace.csv.gz)";

double nanoseconds(const std::string& text) {
  return static_cast<double>(recording::duration_ns(text).value_or(0));
}

CLI::Validator duration(double least_s, double most_s, const char* example) {
  return {[=](std::string& text) {
            const double s = nanoseconds(text) / 1e9;
            if (s >= least_s && s <= most_s) return std::string();
            return fmt::format("'{}' is not {}", printable(text, 40), example);
          },
          ""};
}

// Blocks the signals that end a program. Only a wait receives them, so that none cuts a line.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  bool wait(double seconds) const {
    const double whole = std::floor(std::max(0.0, seconds));
    const timespec time{static_cast<time_t>(whole),
                        static_cast<long>((std::max(0.0, seconds) - whole) * 1e9)};
    return sigtimedwait(&set_, nullptr, &time) < 0;
  }

 private:
  sigset_t set_{}, before_{};
};

recording::Number whole(const Json& json, const std::string& key, double per) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return {};
  return std::llround(found->get<double>() / per);
}

Result<recording::Row> row_of(const Reply& reply) {
  const Json json = Json::parse(reply.body, nullptr, false);
  if (!json.is_object())
    return fail(Error::Kind::Internal, "aerostatd answered with something that is not a sample");
  const auto kib = [&](const char* key) { return whole(json, key, 1024); };
  recording::Row row;
  for (const GuestField& field : guest_fields()) {
    if (field.column.empty()) continue;
    for (const recording::Column& column : recording::kColumns) {
      if (column.name == field.column)
        row.*column.value = whole(json, std::string(field.id), field.unit == Unit::Bytes ? 1024 : 1);
    }
  }
  if (row.total && row.free) row.used = *row.total - *row.free;
  const auto swap_total = kib("swap_total_bytes");
  const auto swap_free = kib("swap_free_bytes");
  if (swap_total && swap_free) row.swap_used = std::max<std::int64_t>(0, *swap_total - *swap_free);
  row.assigned = kib("assigned_bytes");
  row.demand = kib("demand_bytes");
  row.age_ms = whole(json, "sample_age_s", 0.001);
  return row;
}

}  // namespace

Record::Record(CLI::App& app)
    : command_(app.add_subcommand("record", "Record a VM's memory, a line each period, for aerostat trace")) {
  command_->add_option("VM", vm_, "the VM's name")
      ->required()
      ->check([](const std::string& text) {
        return is_vm_name(text) ? std::string() : "'" + printable(text, 64) + "' is not a valid VM name";
      })
      ->type_name("");
  command_->add_option("FILE", file_, "the recording, CSV; gzip if it ends in .gz; -: print it")
      ->required()
      ->type_name("");
  command_->add_option("--every", every_, "the period, 100ms to 1m")
      ->check(duration(0.1, 60, "a time from 100ms to 1m, such as 200ms"))
      ->capture_default_str()
      ->type_name("TIME");
  command_->add_option("--for", for_, "end after this time, such as 90s, 10m, 2h (default: ctrl-C)")
      ->check(duration(1e-9, 1e9, "a time with a unit, such as 90s, 10m or 2h"))
      ->type_name("TIME");
  command_->add_flag("--force", force_, "overwrite FILE");
  command_->footer(kRecordFooter);
}

bool Record::asked() const { return command_->parsed(); }

int Record::run(const Client& client, const Surroundings& around) const {
  const Signals signals;
  const auto start = std::chrono::steady_clock::now();
  return run(
      client, around, [&](double seconds) { return signals.wait(seconds); },
      [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); });
}

int Record::run(const Client& client, const Surroundings& around, const Pause& pause,
                const std::function<double()>& seconds) const {
  const double every = nanoseconds(every_) / 1e9;
  const double length = nanoseconds(for_) / 1e9;
  const std::string target = "/v1/vms/" + percent_encoded(vm_) + "/sample";
  // Ask before creating the file: a mistyped name leaves none behind.
  Result<Reply> reply = client.request("GET", target);
  if (!reply) return complain(around, reply.error(), status_of(reply.error()));
  if (reply->status != 200) return complain(around, {Error::Kind::NotFound, sentence_of(*reply)}, kFailed);
  Result<LinesFile> file = LinesFile::open(file_, force_, around.out);
  if (!file) return complain(around, file.error(), kFailed);

  std::array<char, recording::kLongestLine> line{};
  Result<void> written = file->add(recording::header_line(true, line), true);
  const auto start_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const double start = seconds();
  double due = start;
  double heard = start;
  double flushed = start;
  std::uint64_t rows = 0;
  std::string end;
  int status = kDone;
  while (written) {
    const double now = seconds();
    if (reply && reply->status == 200) {
      Result<recording::Row> row = row_of(*reply);
      if (!row) {
        status = complain(around, row.error(), kFailed);
        break;
      }
      row->ms = start_ms.count() + std::llround((now - start) * 1000);
      const bool flush = now - flushed >= kFlushEvery;
      written = file->add(recording::row_line(*row, true, line), flush);
      if (!written) break;
      if (flush) flushed = now;
      ++rows;
      heard = now;
    } else if (reply) {
      end = "; it ended as " + sentence_of(*reply);
      break;
    } else if (now - heard > kAwayMost) {
      status = complain(around, reply.error(), status_of(reply.error()));
      break;
    }
    while (due <= now) due += every;
    if ((length > 0 && due - start > length) || !pause(due - seconds())) break;
    reply = client.request("GET", target);
  }
  if (written) written = file->finish();
  if (!written) return complain(around, written.error(), kFailed);
  if (file_ != "-") around.err << fmt::format("{} rows in {}{}\n", rows, printable(file_), clean(end));
  return status;
}

}  // namespace aerostat
