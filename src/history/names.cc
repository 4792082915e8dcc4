#include "history/names.h"

namespace aerostat::history {

Names::Names(SQLite::Database& database) : database_(&database) {
  SQLite::Statement all(database, "SELECT id, name, seen FROM names");
  while (all.executeStep()) {
    const std::int64_t id = all.getColumn(0).getInt64();
    if (id < 1 || id >= kMostVms) continue;
    const auto vm = static_cast<VmNumber>(id);
    const std::string name = all.getColumn(1).getString();
    numbers_[name] = {vm, all.getColumn(2).getInt64()};
    names_[vm] = name;
  }
}

std::optional<VmNumber> Names::known(const std::string& name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return found->second.vm;
}

std::string Names::name(VmNumber vm) const {
  const auto found = names_.find(vm);
  return found == names_.end() ? "?" : found->second;
}

std::optional<VmNumber> Names::number(const std::string& name, std::int64_t now) {
  if (const auto found = known(name)) return found;
  while (names_.contains(next_)) ++next_;
  if (next_ >= kMostVms) return std::nullopt;
  SQLite::Statement insert(*database_, "INSERT INTO names(id, name, seen) VALUES(?, ?, ?)");
  insert.bind(1, next_);
  insert.bind(2, name);
  insert.bind(3, now);
  insert.exec();
  numbers_[name] = {next_, now};
  names_[next_] = name;
  return next_++;
}

void Names::seen(VmNumber vm, std::int64_t time) {
  const auto found = names_.find(vm);
  if (found == names_.end()) return;
  numbers_[found->second].seen = time;
  SQLite::Statement update(*database_, "UPDATE names SET seen = ? WHERE id = ?");
  update.bind(1, time);
  update.bind(2, vm);
  update.exec();
}

void Names::forget_before(std::int64_t time) {
  // A number is noted once an hour: what is two hours old was there later.
  constexpr std::int64_t kNotedEvery = 7200;
  for (auto next = numbers_.begin(); next != numbers_.end();) {
    const auto here = next++;
    if (here->second.seen + kNotedEvery >= time) continue;
    SQLite::Statement remove(*database_, "DELETE FROM names WHERE id = ?");
    remove.bind(1, here->second.vm);
    remove.exec();
    names_.erase(here->second.vm);
    next_ = std::min(next_, here->second.vm);
    numbers_.erase(here);
  }
}

}  // namespace aerostat::history
