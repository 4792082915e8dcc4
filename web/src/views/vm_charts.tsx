// The charts of one VM: memory, pressure, swap; and how long its programs waited for memory.
import { useMemo, useState } from "preact/hooks";
import { Chart, type Line } from "../parts/chart";
import { Ranges } from "../parts/ranges";
import { Panel } from "../parts/small";
import { aligned, secondsOf, useHistory, type RangeId } from "../state/history";
import { events } from "../state/live";
import { isBad } from "../parts/eventlist";
import type { Live } from "../state/merge";
import { useWaiting } from "../state/waiting";
import { bytes, percent } from "../text/bytes";

const COLUMNS = ["assigned_bytes", "visible_bytes", "demand_bytes", "wanted_bytes", "resident_bytes", "available_bytes", "pressure_percent", "swap_used_bytes"];

const MEMORY: (Line & { column: string })[] = [
  { column: "assigned_bytes", label: "Assigned", colour: "--accent", fill: true },
  { column: "demand_bytes", label: "Demand", colour: "--warm" },
  { column: "visible_bytes", label: "Visible", colour: "--cool", dash: [5, 4] },
  { column: "resident_bytes", label: "Resident", colour: "--muted", dash: [2, 3] },
];
const PRESSURE: Line[] = [{ label: "Pressure", colour: "--warm", fill: true }];
const WAITING: Line[] = [{ label: "Waiting", colour: "--watch", fill: true }];
const SWAP: Line[] = [{ label: "In swap", colour: "--bad", fill: true }];

export function VmCharts({ name }: { name: string }) {
  const [range, setRange] = useState<RangeId>("10m");
  const sample = (picture: Live, columns: string[]) =>
    columns.map((column) => (picture.vms.get(name)?.[column as "assigned_bytes"] ?? null) as number | null);
  const past = useHistory(`vm=${encodeURIComponent(name)}`, range, sample, COLUMNS);
  const data = useMemo(() => {
    const of = (...columns: string[]) => aligned(past.rows, past.columns, columns);
    return { memory: of(...MEMORY.map(({ column }) => column)), pressure: of("pressure_percent"), swap: of("swap_used_bytes") };
  }, [past]);
  const span = secondsOf(range);
  const waiting = useWaiting(name);
  const marks = events.value.filter((event) => event.vm === name && isBad(event)).map((event) => ({ time: Date.parse(event.time) / 1000, bad: true }));
  return (
    <Panel title="Over time" side={<Ranges value={range} set={setRange} />}>
      {past.note && <p class="muted">{past.note}</p>}
      <Chart title="Memory" lines={MEMORY} data={data.memory as never} format={bytes} binary height={220} span={span} marks={marks} />
      <div class="columns three">
        <Chart title="Pressure: demand in percent of assigned" lines={PRESSURE} data={data.pressure as never} format={percent} least={125} height={130} span={span} />
        <Chart title="Memory in the guest's swap" lines={SWAP} data={data.swap as never} format={bytes} binary least={64 * 2 ** 20} height={130} span={span} />
        {waiting[0].length > 2 && (
          <Chart title="Time that programs waited for memory (PSI), since this was opened" lines={WAITING} data={waiting as never} format={percent} least={10} height={130} />
        )}
      </div>
    </Panel>
  );
}
