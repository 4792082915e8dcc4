// An answer to a what-if question, of numbers that only look right: nothing is simulated here.
import { GIB, MIB } from "./fake_world.mjs";

export function whatIfReport(world, { capacity_bytes: capacity, add = [] }) {
  const host = world.host();
  const added = add.flatMap(({ like, count }) => Array.from({ length: count }, (_, i) => ({ name: `${like}-new-${i + 1}`, like })));
  const numbers = (assigned, short) => ({ judged_s: 86340, short_s: short, longest_short_s: short, paged_bytes: short * 4 * MIB, least_available_bytes: 48 * MIB,
    mean_assigned_bytes: assigned, peak_assigned_bytes: assigned * 1.4, refusals: short ? 3 : 0 });
  const old = [...world.vms.values()].filter(({ assigned_bytes }) => assigned_bytes);
  const vms = [
    ...old.map(({ name, assigned_bytes, demand_bytes }) => ({ name, like: null, need_known: demand_bytes !== null, before: numbers(assigned_bytes, 0), after: numbers(assigned_bytes, name === "db" && added.length ? 42.5 : 0) })),
    ...added.map(({ name, like }) => ({ name, like, need_known: true, before: null, after: numbers(600 * MIB, 3) })),
  ];
  const side = (of, more) => ({ capacity_bytes: of, peak_committed_bytes: 6 * GIB + more, mean_committed_bytes: 5 * GIB + more, least_free_bytes: Math.max(0, of - 7 * GIB - more),
    short_s: more ? 42.5 + 3 * added.length : 0, paged_bytes: more ? 182 * MIB : 0, refusals: more ? 6 : 0 });
  const more = added.length * 600 * MIB;
  const since = Math.floor(Date.now() / 1000) - 86400;
  const rows = Array.from({ length: 240 }, (_, i) => {
    const before = 5 * GIB + Math.sin(i / 20) * GIB;
    return [since + i * 360, before, before + more, before * 0.8, before * 0.8 + more * 0.8];
  });
  return { since: new Date(since * 1000).toISOString(), until: new Date().toISOString(), step_s: 44,
    verdict: added.length ? "It would have been tighter: db would have been short of memory for 42.5 s (before no time); at the peak 7.76 GiB of 9.00 GiB would have been committed (before 6.00 GiB), and at least 0 B free."
      : "It would have fitted: no VM would have been short of memory; at the peak 6.00 GiB of 9.00 GiB would have been committed (before 6.00 GiB), and at least 2.00 GiB free.",
    notes: ["The history has no need of legacy in that time: the memory they had counts, and nobody can tell whether they lacked any."],
    before: side(host.capacity_bytes, 0), after: side(capacity ?? host.capacity_bytes, more), vms,
    columns: ["time", "committed_before_bytes", "committed_after_bytes", "need_before_bytes", "need_after_bytes"], rows };
}
