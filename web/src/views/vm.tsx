// One VM: its numbers, charts, decisions, and what is missing to move it.
import { useState } from "preact/hooks";
import { EventList } from "../parts/eventlist";
import { Findings } from "../parts/findings";
import { Range } from "../parts/range";
import { Age, Empty, Figure, Panel, Size, Status } from "../parts/small";
import { vmPath } from "../state/api";
import { events, lostSince } from "../state/live";
import type { Live } from "../state/merge";
import { usePolled } from "../state/polled";
import { hrefOf } from "../state/route";
import { mayChange } from "../state/session";
import type { Finding, List, Vm } from "../state/types";
import { bytes, percent } from "../text/bytes";
import { duration } from "../text/time";
import { EXPLAIN, plural, tone } from "../text/words";
import { VmCharts } from "./vm_charts";
import { Decisions } from "./decisions";
import { ResizeDialog } from "./resize";
import { SettingsDialog } from "./settings";

// The question people ask most: why does the guest's own tool show another number?
function seen({ assigned_bytes: assigned, visible_bytes: visible, available_bytes: available }: Vm): string {
  if (assigned === null) return "";
  if (visible === null) return `The host has given it ${bytes(assigned)}. What the guest sees is not known.`;
  const rest = assigned > visible ? " The rest is its kernel's own, or in memory blocks that are not complete." : "";
  const free = available === null ? "" : ` Programs in it can still use ${bytes(available)}.`;
  return `The host has given it ${bytes(assigned)}; the guest's own tools show a total of ${bytes(visible)}.${rest}${free}`;
}

function Figures({ vm }: { vm: Vm }) {
  return (
    <dl class="figures">
      <Figure label="Assigned" explain={EXPLAIN.assigned}><Size value={vm.assigned_bytes} /></Figure>
      <Figure label="Visible" explain={EXPLAIN.visible}><Size value={vm.visible_bytes} /></Figure>
      <Figure label="Demand" explain={EXPLAIN.demand}><Size value={vm.demand_bytes} /></Figure>
      <Figure label="Wanted" explain={EXPLAIN.wanted}><Size value={vm.wanted_bytes} /></Figure>
      <Figure label="Pressure" explain={EXPLAIN.pressure}>{percent(vm.pressure_percent)}</Figure>
      <Figure label="Resident" explain={EXPLAIN.resident}><Size value={vm.resident_bytes} /></Figure>
      <Figure label="Available" explain={EXPLAIN.available}><Size value={vm.available_bytes} /></Figure>
      <Figure label="In swap" explain={EXPLAIN.swap}><Size value={vm.swap_used_bytes} /></Figure>
    </dl>
  );
}

function Facts({ vm }: { vm: Vm }) {
  const { value } = usePolled<List<Finding>>(vmPath(vm.name, "/doctor"), 10000);
  const open = (value?.items ?? []).filter((item) => item.severity !== "ok");
  const facts: [string, string][] = [
    ["Service", vm.integration || "none"],
    ["System", vm.os || "not known"],
    ["Devices", vm.devices || "none"],
    ["Startup", bytes(vm.startup_bytes)],
    ["Buffer", vm.buffer_percent === null ? "learned" : `${vm.buffer_percent} %`],
    ["Weight", String(vm.weight)],
    ["Moves", `${plural(vm.grows, "growth")}, ${plural(vm.shrinks, "shrink")}, ${plural(vm.refusals, "refusal")}; ${bytes(vm.added_bytes)} added, ${bytes(vm.removed_bytes)} removed`],
    ["Most ever", `${bytes(vm.peak_assigned_bytes)} assigned, ${bytes(vm.peak_demand_bytes)} demand`],
    ["Watched for", vm.watched_s === null ? "–" : duration(vm.watched_s)],
    ["Killed for lack of memory", vm.oom_kills === null ? "not known" : plural(vm.oom_kills, "program")],
  ];
  return (
    <Panel title="How it can be moved">
      <dl class="facts">{facts.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}
        <div><dt>Last report</dt><dd><Age vm={vm} /></dd></div></dl>
      {open.length > 0 && <Findings items={open} own />}
    </Panel>
  );
}

export function VmView({ now, name }: { now: Live; name: string }) {
  const [editing, setEditing] = useState(false);
  const [resizing, setResizing] = useState(false);
  const vm = now.vms.get(name);
  const own = events.value.filter((event) => event.vm === name);
  if (!vm) {
    return (
      <Panel title={name}>
        <Empty>There is no VM of this name now. <a href={hrefOf({ view: "overview" })}>All VMs</a></Empty>
        <EventList items={own} own />
      </Panel>
    );
  }
  return (
    <>
      <section class={`panel vmhead ${tone(vm)}`}>
        <header>
          <h1>{vm.name}</h1>
          <Status vm={vm} />
          <span class="muted">{vm.mode}</span>
          {vm.mode === "static" && vm.assigned_bytes !== null && (
            <button type="button" disabled={!mayChange() || lostSince.value !== null} onClick={() => setResizing(true)}
              title={mayChange() ? undefined : "You may only read"}>Resize…</button>
          )}
          <button type="button" class="primary" disabled={!mayChange() || lostSince.value !== null} onClick={() => setEditing(true)}
            title={mayChange() ? undefined : "You may only read"}>Settings…</button>
        </header>
        {vm.note && <p class="note">{vm.note}</p>}
        <p class="muted">{seen(vm)}</p>
        <Range vm={vm} />
      </section>
      <Figures vm={vm} />
      <VmCharts name={name} />
      <div class="columns">
        <Panel title="Decisions"><Decisions name={name} /></Panel>
        <div>
          <Facts vm={vm} />
          <Panel title="Events"><EventList items={own} own /></Panel>
        </div>
      </div>
      {resizing && <ResizeDialog name={name} onClose={() => setResizing(false)} />}
      {editing && <SettingsDialog name={name} onClose={() => setEditing(false)} />}
    </>
  );
}
