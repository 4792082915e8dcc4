// The table of VMs: sortable, filterable, and drawn only where it can be seen.
import { signal } from "@preact/signals";
import { Component } from "preact";
import { Empty } from "../parts/small";
import { Virtual } from "../parts/virtual";
import { filled } from "../state/live";
import type { Live } from "../state/merge";
import type { Vm } from "../state/types";
import { plural, tone } from "../text/words";
import { COLUMNS, sorted, type Order } from "./columns";

// They outlive a visit to another view.
const order = signal<Order>({ id: "name", down: false });
const wanted = signal("");
const group = signal("all");

const GROUPS: { id: string; title: string; has: (vm: Vm) => boolean }[] = [
  { id: "all", title: "All", has: () => true },
  { id: "needs", title: "Needs attention", has: (vm) => tone(vm) === "bad" || tone(vm) === "watch" },
  { id: "dynamic", title: "Dynamic", has: (vm) => vm.mode === "dynamic" && vm.status !== "off" },
  { id: "static", title: "Static", has: (vm) => vm.mode === "static" && vm.status !== "off" },
  { id: "off", title: "Off", has: (vm) => vm.status === "off" },
];

function matches(vm: Vm, words: string[]): boolean {
  const text = `${vm.name} ${vm.status_text} ${vm.mode} ${vm.os} ${vm.note}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

interface RowProps {
  vm: Vm;
  index: number;
  now: number;
  past: number;
}

// Scrolling and other VMs' changes leave it as it is.
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { vm, index, now, past } = this.props;
    return next.vm !== vm || next.index !== index || next.now !== now || next.past !== past;
  }
  override render({ vm, index, now }: RowProps) {
    return (
      <div class={`row ${tone(vm)}`} role="row" aria-rowindex={index + 2}>
        {COLUMNS.map((column) => (
          <div key={column.id} class={`cell ${column.id} ${column.numeric ? "number" : ""}`} role="cell" data-title={column.title}>
            {column.cell(vm, now)}
          </div>
        ))}
      </div>
    );
  }
}

function Head() {
  const current = order.value;
  const sortBy = (id: string, numeric: boolean) => {
    order.value = current.id === id ? { id, down: !current.down } : { id, down: numeric };
  };
  return (
    <div role="rowgroup" class="head">
      <div class="row" role="row" aria-rowindex={1}>
        {COLUMNS.map((column) => {
          const here = current.id === column.id;
          const sort = here ? (current.down ? "descending" : "ascending") : undefined;
          return (
            <div key={column.id} class={`cell ${column.id} ${column.numeric ? "number" : ""}`} role="columnheader" aria-sort={sort} title={column.explain}>
              {column.key ? (
                <button type="button" onClick={() => sortBy(column.id, column.numeric ?? false)}>
                  {column.title}
                  <span class="arrow" aria-hidden="true">{here ? (current.down ? "↓" : "↑") : ""}</span>
                </button>
              ) : (
                column.title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Tools({ all, shown }: { all: Vm[]; shown: number }) {
  return (
    <div class="tools">
      <label class="search">
        <span class="hidden">Filter the VMs</span>
        <input type="search" placeholder="Filter by name, status or system" value={wanted.value} onInput={(event) => (wanted.value = event.currentTarget.value)} />
      </label>
      <div class="groups" role="group" aria-label="Which VMs">
        {GROUPS.map(({ id, title, has }) => (
          <button key={id} type="button" aria-pressed={group.value === id} onClick={() => (group.value = id)}>
            {title} <span class="count">{all.filter(has).length}</span>
          </button>
        ))}
      </div>
      <label class="sortby">
        <span class="hidden">Sort by</span>
        <select value={order.value.id} onChange={(event) => (order.value = { id: event.currentTarget.value, down: COLUMNS.find((column) => column.id === event.currentTarget.value)?.numeric ?? false })}>
          {COLUMNS.filter((column) => column.key).map((column) => (
            <option key={column.id} value={column.id}>{column.title}</option>
          ))}
        </select>
      </label>
      <span class="muted" role="status">{shown === all.length ? plural(all.length, "VM") : `${shown} of ${plural(all.length, "VM")}`}</span>
    </div>
  );
}

export function VmTable({ now }: { now: Live }) {
  const all = [...now.vms.values()];
  const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = GROUPS.find(({ id }) => id === group.value)?.has ?? (() => true);
  const shown = sorted(all.filter((vm) => has(vm) && matches(vm, words)), order.value);
  // A sparkline moves on every five seconds, also where nothing else does.
  const tick = Math.floor(Date.parse(now.time) / 5000) * 5;
  if (all.length === 0) {
    return <Empty>No VM is known yet. A VM appears here as soon as its monitor's socket does; <code>aerostat qemu-args</code> prints what QEMU needs, and <code>aerostat adopt</code> prepares a domain of libvirt.</Empty>;
  }
  return (
    <>
      <Tools all={all} shown={shown.length} />
      <div class="vms" role="table" aria-label="Virtual machines" aria-rowcount={shown.length + 1}>
        <Head />
        <Virtual count={shown.length} row={(index) => shown[index] && <Row key={shown[index].name} vm={shown[index]} index={index} now={tick} past={filled.value} />} />
      </div>
      {shown.length === 0 && <Empty>No VM matches. <button type="button" class="link" onClick={() => { wanted.value = ""; group.value = "all"; }}>Show all</button></Empty>}
    </>
  );
}
