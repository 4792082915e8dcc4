#include "api/live_feed.h"

#include <fmt/format.h>

#include <utility>

#include "api/route.h"

namespace aerostat {

namespace {

constexpr std::chrono::seconds kPace{1};
// Changes that a reader may be behind. Longer, and the whole state is less to send.
constexpr std::size_t kFrames = 8;
// Members that only tell how time goes by are sent with others, and else as seldom as this.
constexpr std::uint64_t kAgesEvery = 5;

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

  std::string next(std::size_t most) override {
    std::string out;
    if (seen_ == 0 || feed_->version_ - seen_ > feed_->frames_.size()) {
      out = feed_->state();
      seen_ = feed_->version_;
    }
    while (seen_ < feed_->version_) {
      const std::string& more = feed_->frames_[feed_->frames_.size() - (feed_->version_ - seen_)];
      if (!out.empty() && out.size() + more.size() > most) return out;
      out += more;
      ++seen_;
    }
    append_events(out, feed_->manager_, after_, most, "event: event\n");
    return out;
  }
  std::string_view sign_of_life() const override { return ": ping\n\n"; }

 private:
  std::shared_ptr<LiveFeed> feed_;
  std::uint64_t after_;
  std::uint64_t seen_ = 0;  // the version that it has
};

LiveFeed::LiveFeed(boost::asio::io_context& io, const Clock& clock, const Manager& manager,
                   std::function<WallTime()> wall, std::function<void()> news)
    : timer_(io, clock), manager_(manager), wall_(std::move(wall)), news_(std::move(news)) {}

std::shared_ptr<BodyStream> LiveFeed::reader(std::uint64_t after) {
  if (!std::exchange(ticking_, true)) {
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
  state_.clear();
  Json host = to_json(manager_.host());
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
  frames_.push_back(frame("change", change));
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

std::string LiveFeed::state() {
  if (state_.empty()) {
    Json vms = Json::array();
    for (const auto& [name, vm] : vms_) vms.push_back(vm);
    state_ =
        frame("state",
              {{"time", time_}, {"host", host_}, {"vms", std::move(vms)}, {"reservations", reservations_}});
  }
  return state_;
}

}  // namespace aerostat
