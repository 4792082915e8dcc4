// The host's memory as one bar: reserve, what each VM has, what is in flight, reserved and free.
import type { Live } from "../state/merge";
import { hrefOf } from "../state/route";
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
  out.push({ key: "+reserved", label: "Reserved for starts", size: host.reserved_bytes, kind: "reserved" });
  out.push({ key: "+free", label: "Free", size: host.free_bytes, kind: "free" });
  // The books have it, and the host's kernel does not: other programs use it.
  const rest = host.capacity_bytes - sum(out.map((segment) => segment.size));
  if (rest > host.capacity_bytes / 200) out.push({ key: "+rest", label: "Used by other programs", size: rest, kind: "rest" });
  return out.filter((segment) => segment.size > 0);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function HostBar({ live, legend = true }: { live: Live; legend?: boolean }) {
  const all = segments(live);
  const total = Math.max(live.host.capacity_bytes, sum(all.map((segment) => segment.size)));
  const spoken = all.map((segment) => `${segment.label} ${bytes(segment.size)}`).join(", ");
  return (
    <div class="hostbar">
      <div class="bar" role="img" aria-label={`Host memory of ${bytes(live.host.capacity_bytes)}: ${spoken}`}>
        {all.map((segment) => (
          <span
            key={segment.key}
            class={`segment ${segment.kind}`}
            style={{ flexGrow: String((segment.size / total) * 1000) }}
            title={`${segment.label}: ${bytes(segment.size)}`}
          >
            <span class="name">{segment.size / total > 0.05 ? segment.label : ""}</span>
            <span class="size">{segment.size / total > 0.05 ? bytes(segment.size) : ""}</span>
          </span>
        ))}
      </div>
      {legend && (
        <ul class="legend">
          {all.map((segment) => (
            <li key={segment.key}>
              <span class={`swatch ${segment.kind}`} aria-hidden="true" />
              {segment.vm ? <a href={hrefOf({ view: "vm", name: segment.vm })}>{segment.label}</a> : <span>{segment.label}</span>}{" "}
              <b>{bytes(segment.size)}</b>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
