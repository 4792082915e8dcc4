// The host: its bar, its memory over time stacked by VM, its counters, and what happened.
import { useMemo, useState } from "preact/hooks";
import { hueOf } from "../parts/colour";
import { Chart } from "../parts/chart";
import { EventList, isBad } from "../parts/eventlist";
import { HostBar } from "../parts/hostbar";
import { freeText } from "../parts/segments";
import { layers } from "../parts/layers";
import { Ranges } from "../parts/ranges";
import { Figure, Panel, Size } from "../parts/small";
import { aligned, secondsOf, useHistory, type RangeId } from "../state/history";
import { events } from "../state/live";
import type { Live } from "../state/merge";
import { usePolled } from "../state/polled";
import type { HistoryStatus } from "../state/types";
import { bytes } from "../text/bytes";

function sample(now: Live, columns: string[]): (number | null)[] {
  return columns.map((name) => now.vms.get(name)?.assigned_bytes ?? null);
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
  // Whether it is kept is live; its size changes slowly.
  const history = usePolled<HistoryStatus>("/v1/history/status", 60000).value;
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
        <Figure label="History" explain={history?.note || "Kept of the past, of what may be kept"}>
          {history?.used_bytes && host.history !== "off" ? <Size value={history.used_bytes} /> : host.history}
          {history?.used_bytes && host.history === "paused" && <span class="unit"> paused</span>}
        </Figure>
      </dl>
      {host.history === "paused" && <p class="banner watch">History is paused: {host.note}</p>}
      <Stack now={now} />
      <Panel title="Events"><EventList items={events.value} /></Panel>
    </>
  );
}
