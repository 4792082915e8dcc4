// What the host's memory is divided into, in numbers and in words.
import type { Live } from "../state/merge";
import type { Host } from "../state/types";
import { bytes } from "../text/bytes";
import { plural } from "../text/words";
import { hueOf } from "./colour";

// More would be slivers that nobody can hit; the rest is one segment.
const MOST = 16;

export interface Segment {
  key: string;
  label: string;
  size: number;
  kind: string;
  vm?: string;
}

export function segments(live: Live): Segment[] {
  const { host } = live;
  const running = [...live.vms.values()]
    .filter((vm) => (vm.assigned_bytes ?? 0) > 0)
    .map((vm) => ({ name: vm.name, size: vm.assigned_bytes ?? 0 }))
    .sort((a, b) => b.size - a.size);
  const shown = running.slice(0, MOST);
  const others = running.slice(MOST);
  const assigned = sum(running.map((vm) => vm.size));
  const out: Segment[] = [{ key: "+reserve", label: "Host reserve", size: host.reserve_bytes, kind: "reserve" }];
  for (const { name, size } of shown) out.push({ key: name, label: name, size, kind: `c${hueOf(name)}`, vm: name });
  if (others.length > 0) {
    out.push({ key: "+others", label: plural(others.length, "smaller VM"), size: sum(others.map((vm) => vm.size)), kind: "others" });
  }
  out.push({ key: "+flight", label: "In flight", size: Math.max(0, host.committed_bytes - assigned), kind: "flight" });
  // What is promised to a start and not gathered yet is still with the VMs that have it.
  out.push({ key: "+reserved", label: "Reserved for starts", size: host.reserved_bytes - Math.min(host.reserved_bytes, lacking(host)), kind: "reserved" });
  out.push({ key: "+free", label: "Free", size: Math.max(0, host.free_bytes), kind: "free" });
  // The books have it, and the host's kernel does not: other programs use it.
  const rest = host.capacity_bytes - sum(out.map((segment) => segment.size));
  if (rest > host.capacity_bytes / 200) out.push({ key: "+rest", label: "Used by other programs", size: rest, kind: "rest" });
  return out.filter((segment) => segment.size > 0);
}

// Free memory below zero: how much more is promised than there is.
export function lacking(host: Host): number {
  return Math.max(0, -host.free_bytes);
}

// People misread a negative amount of free memory; this says what it means.
export function freeText(host: Host): string {
  if (host.free_bytes >= 0) return `${bytes(host.free_bytes)} free of ${bytes(host.capacity_bytes)}`;
  const reason = host.over_committed_bytes > 0 ? "more is held than there is" : "still to be gathered for starts";
  return `nothing free of ${bytes(host.capacity_bytes)}; ${bytes(lacking(host))} ${reason}`;
}

export function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
