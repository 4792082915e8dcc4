#include "top/top.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/text.h"
#include "client/answer.h"
#include "client/live_state.h"
#include "client/render.h"
#include "console/table.h"
#include "top/render.h"
#include "top/terminal.h"

namespace aerostat::top {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The daemon tells something each second. If it does not, it hangs.
constexpr seconds kSilence{5};

struct News {
  std::array<Json, 3> past;    // what the history has, once
  Result<Json> host = Json();  // an error: the daemon is away
  Json vms;
};

// Follows the daemon in a thread of its own. `wake_up` becomes readable when there is news.
class Reporter {
 public:
  explicit Reporter(Client client)
      : wake_up_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        client_(std::move(client)),
        thread_([this](const std::stop_token& stop) { work(stop); }) {}
  ~Reporter() {
    thread_.request_stop();
    thread_.join();
    ::close(wake_up_);
  }
  Reporter(const Reporter&) = delete;

  int wake_up() const { return wake_up_; }
  std::optional<News> take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_up_, &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, std::nullopt);
  }

 private:
  void work(const std::stop_token& stop) {
    std::array<Json, 3> past = recall();
    while (!stop.stop_requested()) {
      LiveState state;
      const Result<Reply> ended = client_.follow(
          "/v1/live",
          [&](const StreamEvent& event) {
            if (state.take(event)) tell({std::exchange(past, {}), state.host(), state.vms()});
            return true;
          },
          kSilence, stop);
      if (stop.stop_requested()) return;
      News lost;
      lost.host = ended ? fail(Error::Kind::Refused, sentence_of(*ended)) : fail(ended.error());
      tell(std::move(lost));
      std::unique_lock lock(mutex_);
      again_.wait_for(lock, stop, seconds(1), [] { return false; });
    }
  }

  // Null: the history does not have it.
  std::array<Json, 3> recall() const {
    std::array<Json, 3> out;
    constexpr std::array kAsked = {"assigned_bytes", "demand_bytes", "pressure_percent"};
    for (std::size_t i = 0; i < out.size(); ++i) {
      Result<Json> table = ask_daemon(
          client_, "GET", fmt::format("/v1/history?each={}&since={}s&points=300", kAsked[i], kMostPoints));
      if (!table) break;
      out[i] = std::move(*table);
    }
    return out;
  }

  void tell(News news) {
    const std::lock_guard lock(mutex_);
    if (news_ && !news_->past[0].is_null()) news.past = std::move(news_->past);
    news_ = std::move(news);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t sent = ::write(wake_up_, &one, sizeof one);
  }

  const int wake_up_;
  const Client client_;
  std::mutex mutex_;
  std::condition_variable_any again_;
  std::optional<News> news_;
  std::jthread thread_;
};

std::string line_of(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return clean(text);
}

// Asks what the change would do, or makes it.
void change(const Client& client, View& view, bool dry_run) {
  Edit& edit = *view.edit;
  const Result<std::string> body = edit.change();
  if (!body || body->empty()) {
    edit.said = body ? "nothing has changed yet" : body.error().message;
    return;
  }
  const Result<Json> answer = ask_daemon(
      client, "PATCH", "/v1/vms/" + percent_encoded(edit.vm()) + (dry_run ? "?dry_run=1" : ""), *body);
  if (!answer) {
    edit.said = line_of(answer.error().message);
    return;
  }
  const std::string settings = line_of(render_settings(*answer, false));
  edit.said = settings;
  edit.confirming = dry_run;
  if (dry_run) return;
  view.edit.reset();
  view.message = "done: " + settings;
}

void obey(Do what, const Client& client, View& view) {
  switch (what) {
    case Do::Nothing:
    case Do::Quit: return;
    case Do::TryChange: change(client, view, true); break;
    case Do::MakeChange: change(client, view, false); break;
    case Do::Pause:
    case Do::Resume: {
      const Result<Json> host = ask_daemon(client, "POST", what == Do::Pause ? "/v1/pause" : "/v1/resume");
      view.message = host ? line_of(render_paused(*host)) : line_of(host.error().message);
      break;
    }
  }
}

}  // namespace

Result<void> run(const Client& client, bool colour) {
  // Before the thread: its signals are this thread's, so that waiting for a key ends.
  Result<std::unique_ptr<Terminal>> terminal = Terminal::open(colour);
  if (!terminal) return fail(std::move(terminal.error()));
  Reporter reporter(client);
  Live live;
  View view;
  while (!Terminal::asked_to_end()) {
    (*terminal)->show(render(live, view, (*terminal)->size()));
    const std::optional<Press> pressed = (*terminal)->wait(seconds(1), reporter.wake_up());
    if (pressed) {
      const Do what = press(view, live, *pressed);
      if (what == Do::Quit) break;
      obey(what, client, view);
    }
    if (const std::optional<News> news = reporter.take()) {
      if (!news->past[0].is_null()) live.recall(news->past[0], news->past[1], news->past[2]);
      if (!news->host)
        live.lose(line_of(news->host.error().message));
      else
        live.take(*news->host, news->vms);
    }
  }
  terminal->reset();  // before the last question has been answered
  return {};
}

}  // namespace aerostat::top
