// The host's memory as one bar: reserve, what each VM has, what is in flight, reserved and free.
import type { Live } from "../state/merge";
import { hrefOf } from "../state/route";
import { bytes } from "../text/bytes";
import { segments, sum } from "./segments";

export function HostBar({ live }: { live: Live }) {
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
      <ul class="legend">
        {all.map((segment) => (
          <li key={segment.key}>
            <span class={`swatch ${segment.kind}`} aria-hidden="true" />
            {segment.vm ? <a href={hrefOf({ view: "vm", name: segment.vm })}>{segment.label}</a> : <span>{segment.label}</span>}{" "}
            <b>{bytes(segment.size)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
