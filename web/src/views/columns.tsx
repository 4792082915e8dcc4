// The columns of the table of VMs: what each shows and how it sorts.
import type { ComponentChildren } from "preact";
import { Missing, Size, Status, isStale } from "../parts/small";
import { Range } from "../parts/range";
import { Spark } from "../parts/spark";
import { ringOf } from "../state/live";
import { hrefOf } from "../state/route";
import type { Vm } from "../state/types";
import { percent } from "../text/bytes";
import { EXPLAIN, severity } from "../text/words";

export interface Column {
  id: string;
  title: string;
  explain?: string;
  numeric?: boolean;
  // Missing sort key: the column does not sort. null sorts last, in both directions.
  key?: (vm: Vm) => number | string | null;
  cell: (vm: Vm, now_s: number) => ComponentChildren;
}

function size(id: string, title: string, explain: string, value: (vm: Vm) => number | null, old = true): Column {
  return {
    id,
    title,
    explain,
    numeric: true,
    key: value,
    cell: (vm) => <span class={old && isStale(vm) ? "old" : ""}><Size value={value(vm)} age={old ? vm.sample_age_s : undefined} /></span>,
  };
}

// Which bound makes it feel short: at 100 % demand is exactly met.
function Pressure({ vm }: { vm: Vm }) {
  const value = vm.pressure_percent;
  if (value === null) return <Missing age={vm.sample_age_s} />;
  return <span class={`pressure ${value > 100 ? "bad" : value > 90 ? "watch" : ""}`}>{percent(value)}</span>;
}

export const COLUMNS: Column[] = [
  {
    id: "name",
    title: "Name",
    key: (vm) => vm.name.toLowerCase(),
    cell: (vm) => (
      <>
        <a href={hrefOf({ view: "vm", name: vm.name })}>{vm.name}</a>
        <span class="sub">{vm.mode}{vm.os && ` · ${vm.os}`}</span>
      </>
    ),
  },
  { id: "status", title: "Status", key: severity, cell: (vm) => <Status vm={vm} /> },
  size("assigned", "Assigned", EXPLAIN.assigned, (vm) => vm.assigned_bytes, false),
  size("visible", "Visible", EXPLAIN.visible, (vm) => vm.visible_bytes),
  size("demand", "Demand", EXPLAIN.demand, (vm) => vm.demand_bytes),
  size("wanted", "Wanted", EXPLAIN.wanted, (vm) => vm.wanted_bytes),
  { id: "pressure", title: "Pressure", explain: EXPLAIN.pressure, numeric: true, key: (vm) => vm.pressure_percent, cell: (vm) => <Pressure vm={vm} /> },
  size("resident", "Resident", EXPLAIN.resident, (vm) => vm.resident_bytes, false),
  { id: "range", title: "Min – max", explain: EXPLAIN.range, key: (vm) => vm.maximum_bytes, cell: (vm) => <Range vm={vm} /> },
  { id: "recent", title: "10 minutes", explain: EXPLAIN.recent, cell: (vm, now) => <Spark values={ringOf(vm.name).read(now)} /> },
  { id: "why", title: "Why", cell: (vm) => <span class="lines" title={vm.note}>{vm.note}</span> },
];

export interface Order {
  id: string;
  down: boolean;
}

export function sorted(vms: Vm[], order: Order): Vm[] {
  const key = COLUMNS.find((column) => column.id === order.id)?.key;
  if (!key) return vms;
  const sign = order.down ? -1 : 1;
  return [...vms].sort((a, b) => {
    const left = key(a);
    const right = key(b);
    if (left === right) return a.name < b.name ? -1 : 1;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -sign : sign;
  });
}
