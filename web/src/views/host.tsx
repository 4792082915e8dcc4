// The host: its bar, its memory over time stacked by VM, its counters, and what happened.
import { useMemo, useState } from "preact/hooks";
import { hueOf } from "../parts/colour";
import { Chart } from "../parts/chart";
import { EventList, isBad } from "../parts/eventlist";
import { HostBar } from "../parts/hostbar";
import { freeText } from "../parts/segments";
import { Ranges } from "../parts/ranges";
import { Figure, Panel, Size } from "../parts/small";
import { aligned, secondsOf, useHistory, type RangeId } from "../state/history";
import { events } from "../state/live";
import type { Live } from "../state/merge";
import { bytes } from "../text/bytes";

const MOST = 10; // VMs with a layer of their own

function sample(now: Live, columns: string[]): (number | null)[] {
  return columns.map((name) => now.vms.get(name)?.assigned_bytes ?? null);
}

// Layers from the bottom up: the VMs with the most memory, and all others as one. A missing VM has nothing.
function layers(columns: string[], rows: (number | null)[][]) {
  const total = columns.map((_name, index) => rows.reduce((sum, row) => sum + (row[index + 1] ?? 0), 0));
  const order = columns.map((_name, index) => index).filter((index) => total[index]).sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0));
  const own = order.slice(0, MOST);
  const rest = order.slice(MOST);
  const groups = [...own.map((index) => [index]), ...(rest.length ? [rest] : [])];
  const names = [...own.map((index) => columns[index] ?? ""), ...(rest.length ? [`${rest.length} others`] : [])];
  const stacked = rows.map((row) => {
    let sum = 0;
    return [row[0] ?? null, ...groups.map((group) => (sum += group.reduce((both, index) => both + (row[index + 1] ?? 0), 0)))];
  });
  return { names, stacked, rest: rest.length > 0 };
}

function Stack({ now }: { now: Live }) {
  const [range, setRange] = useState<RangeId>("10m");
  const columns = [...now.vms.values()].filter((vm) => vm.assigned_bytes !== null).map((vm) => vm.name);
  const past = useHistory("each=assigned_bytes", range, sample, columns);
  const { names, stacked, rest } = useMemo(() => layers(past.columns, past.rows), [past]);
  const data = useMemo(() => aligned(stacked, names, names), [stacked]);
  const marks = events.value
    .filter(({ code }) => code !== "vm.grow" && code !== "vm.shrink")
    .map((event) => ({ time: Date.parse(event.time) / 1000, bad: isBad(event) }));
  const limit = now.host.capacity_bytes - now.host.reserve_bytes;
  const top = Math.max(limit, ...stacked.map((row) => row.at(-1) ?? 0));
  return (
    <Panel title="Assigned over time" side={<Ranges value={range} set={setRange} />}>
      {past.note && <p class="muted">{past.note}</p>}
      <Chart
        key={names.join("|")}
        title={`Assigned memory by VM; VMs may share ${bytes(limit)}`}
        stacked
        binary
        height={260}
        span={secondsOf(range)}
        most={top}
        lines={names.map((label, index) => ({ label, colour: rest && index === names.length - 1 ? "--others" : `--c${hueOf(label)}` }))}
        data={data as never}
        format={bytes}
        marks={marks}
      />
      <ul class="legend">
        {names.map((name, index) => (
          <li key={name}><span class={`swatch ${rest && index === names.length - 1 ? "others" : `c${hueOf(name)}`}`} aria-hidden="true" />{name}</li>
        ))}
        <li><span class="swatch markbad" aria-hidden="true" />refused, killed or stalled</li>
        <li><span class="swatch mark" aria-hidden="true" />other events</li>
      </ul>
    </Panel>
  );
}

export function HostView({ now }: { now: Live }) {
  const { host } = now;
  return (
    <>
      <Panel title="Host memory" class="host" side={<span class="muted">{freeText(host)}</span>}>
        <HostBar live={now} />
      </Panel>
      <dl class="figures">
        <Figure label="Committed" explain="The most all VMs may hold"><Size value={host.committed_bytes} /></Figure>
        <Figure label="Committed, peak" explain="The most that ever was committed"><Size value={host.committed_peak_bytes} /></Figure>
        <Figure label="Free" explain="What may be promised now"><Size value={Math.max(0, host.free_bytes)} /></Figure>
        <Figure label="Reserve" explain="Kept for the host"><Size value={host.reserve_bytes} /></Figure>
        <Figure label="Host available" explain="MemAvailable of the host"><Size value={host.host_available_bytes} /></Figure>
        <Figure label="Given back" explain="Memory that was seen to come back from VMs"><Size value={host.reclaimed_bytes} /></Figure>
        <Figure label="Late passes" explain="Passes that came late: the host's processors are overloaded">{host.late_ticks}</Figure>
        <Figure label="History">{host.history ?? "–"}</Figure>
      </dl>
      <Stack now={now} />
      <Panel title="Events"><EventList items={events.value} /></Panel>
    </>
  );
}
