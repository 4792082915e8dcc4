#include "agent/common/messages.h"

namespace aerostat::agent {

namespace {

std::string_view name_of(Cause why) {
  switch (why) {
    case Cause::Keepalive: return "keepalive";
    case Cause::Change: return "change";
    case Cause::Low: return "low";
    case Cause::Online: return "online";
  }
  return "keepalive";
}

}  // namespace

std::string_view hello_line(LineWriter& out, const Identity& who) {
  out.begin("hello");
  static_assert(kProtocolMajor == 1 && kProtocolMinor == 0, "the line below says [1,0]");
  out.raw("protocol", "[1,0]");
  out.text("agent", who.agent, 40);
  out.text("os", who.os, 40);
  out.text("release", who.release, 100);
  out.text("boot_id", who.boot_id, 64);
  const auto maybe = [&](std::string_view name, std::string_view value, std::size_t most) {
    if (!value.empty()) out.text(name, value, most);
  };
  maybe("name", who.name, 60);
  maybe("version", who.version, 40);
  maybe("edition", who.edition, 60);
  out.number("service_pack", who.service_pack);
  maybe("arch", who.arch, 20);
  maybe("suite", who.suite, 80);
  // Longer than the list with everything in it. The writer has no arrays, and needs none elsewhere.
  char caps[80] = "[";
  std::size_t size = 1;
  const auto add = [&](bool has, std::string_view quoted) {
    if (!has) return;
    if (size > 1) caps[size++] = ',';
    for (const char c : quoted) caps[size++] = c;
  };
  add(who.compacts, "\"compact\"");
  add(who.hooks, "\"hooks\"");
  add(who.onlines, "\"online\"");
  add(who.relaxes_overcommit, "\"overcommit\"");
  add(who.balloon_in_total, "\"balloon_in_total\"");
  caps[size++] = ']';
  out.raw("caps", std::string_view(caps, size));
  return out.finish();
}

std::string_view sample_line(LineWriter& out, std::int64_t seq, Cause why, const Reading& now,
                             Number low_since_ns) {
  out.begin("sample");
  out.number("seq", seq);
  out.number("ns", now.ns);
  out.text("why", name_of(why));
  out.number("total_kib", now.total_kib);
  out.number("avail_kib", now.avail_kib);
  out.number("free_kib", now.free_kib);
  out.number("apart_kib", now.apart_kib);
  out.number("active_file_kib", now.active_file_kib);
  out.number("inactive_file_kib", now.inactive_file_kib);
  out.number("swap_total_kib", now.swap_total_kib);
  out.number("swap_free_kib", now.swap_free_kib);
  out.number("normal_free_kib", now.normal_free_kib);
  out.number("normal_file_kib", now.normal_file_kib);
  out.number("committed_kib", now.committed_kib);
  out.number("commit_room_kib", now.commit_room_kib);
  out.number("commit_limit_kib", now.commit_limit_kib);
  out.number("modified_kib", now.modified_kib);
  out.number("low_memory", now.low_memory);
  out.number("hard_read_pages", now.hard_read_pages);
  out.number("pswpin", now.pswpin);
  out.number("pswpout", now.pswpout);
  out.number("pgmajfault", now.pgmajfault);
  out.number("refault_file", now.refault_file);
  out.number("refault_anon", now.refault_anon);
  out.number("psi_some_us", now.psi_some_us);
  out.number("psi_full_us", now.psi_full_us);
  out.number("reclaimed", reclaimed(now));
  out.number("oom_kill", now.oom_kill);
  out.number("oom_kill_limit", now.oom_kill_limit);
  out.number("low_since_ns", low_since_ns);
  return out.finish();
}

std::string_view pong_line(LineWriter& out, std::int64_t id, std::int64_t ns) {
  out.begin("pong");
  out.number("id", id);
  out.number("ns", ns);
  return out.finish();
}

std::string_view prepared_line(LineWriter& out, std::int64_t id, std::string_view refusal) {
  out.begin("prepared");
  out.number("id", id);
  if (!refusal.empty()) out.text("refuses", refusal, 100);
  return out.finish();
}

std::string_view notice_line(LineWriter& out, std::string_view what, std::string_view text) {
  out.begin("notice");
  out.text("what", what, 40);
  out.text("text", text, 200);
  return out.finish();
}

}  // namespace aerostat::agent
