// A scripted host for the page's own tests and benchmarks: VMs that move as told by a fixed pattern. Nothing here is measured.
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

const NAMED = [
  ["web", "dynamic", "ok", 600, 256, 2048, "Debian 12", ""],
  ["db", "dynamic", "low", 1450, 512, 3072, "Debian 12", "131 MiB of its buffer of 190 MiB are there; the host has no more to give"],
  ["cache", "dynamic", "paging", 900, 256, 2048, "Alpine 3.20", "it uses its swap; 412 MiB more were refused: the host is full"],
  ["build", "dynamic", "warning", 760, 384, 4096, "Fedora 41", "assigned is 96 MiB below demand"],
  ["mail", "dynamic", "ok", 410, 256, 1024, "Debian 13", ""],
  ["legacy", "dynamic", "no-integration", 384, 384, 2048, "", "no service reported within 2 minutes, and the balloon has no statistics"],
  ["files", "static", "static", 1024, null, null, "Windows Server 2022", "the owner chose it"],
  ["batch", "dynamic", "starting", 512, 512, 2048, "", "it boots"],
];
const TEXT = { ok: "OK", low: "Low", warning: "Warning", paging: "Paging", "no-integration": "No integration", static: "Static", starting: "Starting", off: "Off" };

const noSettings = { mode: null, startup_bytes: null, minimum_bytes: null, maximum_bytes: null, buffer_percent: null, weight: null };

function vm([name, mode, status, assigned, minimum, maximum, os, note]) {
  const known = status !== "no-integration" && status !== "off" && status !== "starting" && status !== "static";
  const size = assigned * MIB;
  return {
    name, mode, status, status_text: TEXT[status], startup_bytes: 384 * MIB, minimum_bytes: minimum && minimum * MIB,
    maximum_bytes: maximum && maximum * MIB, buffer_percent: null, weight: 5000, assigned_bytes: status === "off" ? null : size,
    visible_bytes: known ? size - 28 * MIB : null, demand_bytes: known ? Math.round(size * (status === "paging" ? 1.3 : 0.8)) : null,
    wanted_bytes: known ? Math.round(size * 0.95) : null, pressure_percent: known ? (status === "paging" ? 130.2 : 80.1) : null,
    target_bytes: size, committed_bytes: size, resident_bytes: status === "off" ? null : Math.round(size * 0.93),
    available_bytes: known ? Math.round(size * 0.2) : null, swap_used_bytes: known ? (status === "paging" ? 220 * MIB : 0) : null,
    swap_in_pages: 0, swap_out_pages: 0, oom_kills: known ? 0 : null, oom_kills_in_limits: 0, sample_age_s: known ? 0.1 : null,
    integration: known ? "service 0.1.0" : "none", os: os ? os : "", devices: status === "off" ? "" : "balloon, virtio-mem up to 1.62 GiB, service port",
    grows: 3, shrinks: 1, added_bytes: 3 * MIB, removed_bytes: MIB, refusals: status === "paging" ? 4 : 0, reboots: 0, peak_assigned_bytes: size, peak_demand_bytes: size,
    watched_s: known ? 5400.2 : null, note, settings: { ...noSettings, mode, minimum_bytes: minimum && minimum * MIB }, warnings: [],
  };
}

export class World {
  constructor(count = 0) {
    const rows = count ? Array.from({ length: count }, (_, i) => {
      const [, ...rest] = NAMED[i % NAMED.length];
      return [`vm-${String(i).padStart(3, "0")}`, ...rest];
    }) : [...NAMED, ["old", "dynamic", "off", 0, 512, 1024, "", "it does not run; its settings wait for it"]];
    this.vms = new Map(rows.map((row) => [row[0], vm(row)]));
    this.bases = new Map([...this.vms].map(([name, { assigned_bytes }]) => [name, assigned_bytes]));
    this.events = [];
    this.reservations = count ? [] : [{ vm: "reports", state: "gathering", memory_bytes: GIB, missing_bytes: 384 * MIB, weight: 5000,
      asked_at: new Date().toISOString(), until: new Date(Date.now() + 60000).toISOString(), wait_seconds: 60, lasts_seconds: 300, asked_by: "user 0",
      why: "384 MiB of 1.00 GiB are still to come from running VMs" }];
    this.paused = false;
    this.ticks = 0;
    this.happened("vm.refused", "cache", "412 MiB more are wanted and the host has none free");
    this.happened("vm.grow", "web", "480 MiB → 600 MiB: demand 470 MiB");
  }

  happened(code, name, text) {
    const event = { seq: this.events.length + 1, time: new Date().toISOString(), code, vm: name, text, by: null };
    this.events.push(event);
    return event;
  }

  host() {
    const assigned = [...this.vms.values()].reduce((sum, { assigned_bytes }) => sum + (assigned_bytes ?? 0), 0);
    const capacity = this.vms.size > 20 ? assigned * 1.2 + GIB : 9 * GIB;
    const reserved = this.reservations.reduce((sum, start) => sum + start.memory_bytes - start.missing_bytes, 0);
    const committed = assigned + 64 * MIB;
    return { version: "0.1.0", manager: this.paused ? "paused" : "running", paused_since: this.paused ? new Date().toISOString() : null, vms: this.vms.size,
      capacity_bytes: capacity, reserve_bytes: GIB, reserved_bytes: reserved, committed_bytes: committed, committed_peak_bytes: committed,
      free_bytes: Math.max(0, capacity - GIB - committed - reserved), host_available_bytes: 3 * GIB, host_total_bytes: 16 * GIB, passes: this.ticks * 4,
      over_committed_bytes: 0, over_committed_passes: 0, late_ticks: 3, reclaimed_bytes: 9 * GIB, note: "", history: "on" };
  }

  // One second: demand swings, memory follows. Returns what changed.
  tick() {
    this.ticks += 1;
    const changes = [];
    let place = 0;
    for (const vm of this.vms.values()) {
      place += 1;
      if (!vm.assigned_bytes || vm.mode === "static" || vm.demand_bytes === null) continue;
      const wave = Math.sin(this.ticks / 17 + place) * 0.12 + Math.sin(this.ticks / 5 + place * 3) * 0.03;
      const assigned = clamp(Math.round(((this.bases.get(vm.name) ?? GIB) * (1 + wave)) / (2 * MIB)) * 2 * MIB, vm.minimum_bytes, vm.maximum_bytes);
      const demand = Math.round((assigned * vm.pressure_percent) / 100);
      const change = { name: vm.name, assigned_bytes: assigned, visible_bytes: assigned - 28 * MIB, demand_bytes: demand, resident_bytes: Math.round(assigned * 0.93) };
      Object.assign(vm, change);
      changes.push(change);
    }
    return changes;
  }

  history(each, seconds, points) {
    const now = Date.now() / 1000;
    const step = Math.max(1, seconds / points);
    const times = Array.from({ length: Math.floor(seconds / step) }, (_, i) => now - seconds + i * step);
    const value = (name, time) => {
      const base = this.bases.get(name);
      return base ? Math.round(base * (1 + Math.sin(time / (seconds / 9) + name.length * 2) * 0.12)) : null;
    };
    if (each) {
      const names = [...this.vms.keys()];
      return { step_s: step, columns: ["time", ...names], rows: times.map((time) => [time, ...names.map((name) => value(name, time))]) };
    }
    return { step_s: step, value, times };
  }
}

function clamp(value, least, most) {
  return Math.min(most ?? Infinity, Math.max(least ?? 0, value));
}
