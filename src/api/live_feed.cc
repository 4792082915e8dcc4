#include "api/live_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/route.h"

namespace aerostat {

namespace {

constexpr std::chrono::seconds kPace{1};
// Changes that a reader may be behind. Longer, and the whole state is less to send.
constexpr std::size_t kFrames = 8;
// Members that only tell how time goes by are sent with others, and else as seldom as this.
constexpr std::uint64_t kAgesEvery = 5;
constexpr std::string_view kEvent = "event: event\n";

bool tells_time_only(std::string_view member) { return member == "sample_age_s" || member == "watched_s"; }

// The members of `now` that differ. Both were made by the same code, so that their members stand in one
// order.
Json differences(const Json& before, const Json& now, bool ages_too) {
  Json out = Json::object();
  bool worth_it = false;
  auto old = before.begin();
  for (auto it = now.begin(); it != now.end(); ++it) {
    const bool comparable = old != before.end() && old.key() == it.key();
    if (!comparable || *old != *it) {
      out[it.key()] = *it;
      worth_it |= ages_too || !tells_time_only(it.key());
    }
    if (old != before.end()) ++old;
  }
  return worth_it ? out : Json::object();
}

std::string frame(std::string_view event, const Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", event, dump(data));
}

}  // namespace

class LiveFeed::Reader final : public BodyStream {
 public:
  Reader(std::shared_ptr<LiveFeed> feed, std::uint64_t after) : feed_(std::move(feed)), after_(after) {
    ++feed_->readers_;
  }
  ~Reader() override { --feed_->readers_; }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  SharedText next(std::size_t most) override {
    if (seen_ == 0 || feed_->version_ - seen_ > feed_->frames_.size()) {
      seen_ = feed_->version_;
      missed_ = feed_->told_;
      return feed_->state();
    }
    if (after_ < missed_) {
      if (SharedText text = catch_up(most)) return text;
    }
    if (seen_ == feed_->version_) return nullptr;
    const Frame& frame = feed_->frames_[feed_->frames_.size() - (feed_->version_ - seen_)];
    ++seen_;
    SharedText text = frame.without(after_);
    if (!frame.at.empty()) after_ = std::max(after_, frame.at.back().first);
    return text;
  }
  std::string_view sign_of_life() const override { return ": ping\n\n"; }

 private:
  // The events that no frame tells any more.
  SharedText catch_up(std::size_t most) {
    std::string text;
    for (auto one = feed_->events_.after(after_); one != feed_->events_.end() && one->seq <= missed_; ++one) {
      if (!text.empty() && text.size() + one->text.size() > most)
        return std::make_shared<const std::string>(std::move(text));
      text += kEvent;
      text += one->text;
      after_ = one->seq;
    }
    after_ = missed_;
    return text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text));
  }

  std::shared_ptr<LiveFeed> feed_;
  std::uint64_t after_;       // the last event that it has
  std::uint64_t seen_ = 0;    // the version that it has
  std::uint64_t missed_ = 0;  // events up to this one are in no frame after `seen_`
};

SharedText LiveFeed::Frame::without(std::uint64_t seen) const {
  if (at.empty() || at.front().first > seen) return text;
  const auto first = std::upper_bound(at.begin(), at.end(), seen,
                                      [](std::uint64_t n, const auto& one) { return n < one.first; });
  std::string out = text->substr(0, at.front().second);
  if (first != at.end()) out += text->substr(first->second);
  return std::make_shared<const std::string>(std::move(out));
}

LiveFeed::LiveFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
                   const HistoryReader* history, EventTexts& events, std::function<WallTime()> wall,
                   std::function<void()> news)
    : timer_(io, clock),
      manager_(manager),
      history_(history),
      events_(events),
      wall_(std::move(wall)),
      news_(std::move(news)) {}

std::shared_ptr<BodyStream> LiveFeed::reader(std::uint64_t after) {
  if (!std::exchange(ticking_, true)) {
    told_ = newest_event(manager_);
    render();
    tick();
  }
  return std::make_shared<Reader>(shared_from_this(), after);
}

void LiveFeed::stop() {
  ticking_ = true;  // for good
  timer_.cancel();
}

void LiveFeed::tick() {
  timer_.expires_after(kPace);
  timer_.async_wait([feed = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto self = feed.lock();
    if (cancelled || !self) return;
    if (self->readers_ == 0) {
      self->ticking_ = false;
      self->frames_.clear();
      self->vms_.clear();
      return;
    }
    self->render();
    self->tick();
    self->news_();
  });
}

void LiveFeed::render() {
  ++version_;
  time_ = format_time(wall_());
  state_.reset();
  Json host = host_json(manager_, history_);
  Json reservations = list_json(manager_.starts());
  std::map<std::string, Json> vms;
  for (const auto& reports : {manager_.vms(), manager_.vms_off()}) {
    for (const VmReport& report : reports) vms.try_emplace(report.name, to_json(report));
  }
  Json change = {{"time", time_}, {"host", differences(host_, host, true)}, {"vms", changed_vms(vms)}};
  Json gone = Json::array();
  for (const auto& [name, vm] : vms_) {
    if (!vms.contains(name)) gone.push_back(name);
  }
  change["gone"] = std::move(gone);
  if (reservations != reservations_) change["reservations"] = reservations;
  std::string text = frame("change", change);
  Frame made;
  for (auto one = events_.after(told_); one != events_.end(); ++one) {
    made.at.emplace_back(one->seq, text.size());
    text += kEvent;
    text += one->text;
    told_ = one->seq;
  }
  made.text = std::make_shared<const std::string>(std::move(text));
  frames_.push_back(std::move(made));
  if (frames_.size() > kFrames) frames_.pop_front();
  host_ = std::move(host);
  reservations_ = std::move(reservations);
  vms_ = std::move(vms);
}

Json LiveFeed::changed_vms(std::map<std::string, Json>& now) {
  Json out = Json::array();
  for (auto& [name, vm] : now) {
    const auto before = vms_.find(name);
    if (before == vms_.end()) {
      out.push_back(vm);
      continue;
    }
    Json changed = differences(before->second, vm, version_ % kAgesEvery == 0);
    if (changed.empty()) continue;
    Json item = {{"name", name}};
    item.update(changed);
    out.push_back(std::move(item));
  }
  return out;
}

const SharedText& LiveFeed::state() {
  if (!state_) {
    Json vms = Json::array();
    for (const auto& [name, vm] : vms_) vms.push_back(vm);
    state_ = std::make_shared<const std::string>(
        frame("state",
              {{"time", time_}, {"host", host_}, {"vms", std::move(vms)}, {"reservations", reservations_}}));
  }
  return state_;
}

}  // namespace aerostat
