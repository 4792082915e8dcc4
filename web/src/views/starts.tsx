// VMs that are about to start, and the memory that is gathered for them.
import { useState } from "preact/hooks";
import { Empty, Panel, Trouble } from "../parts/small";
import { ask, sentence } from "../state/api";
import type { Live } from "../state/merge";
import { mayChange } from "../state/session";
import type { Reservation } from "../state/types";
import { bytes } from "../text/bytes";
import { when } from "../text/time";

function Start({ start, fail }: { start: Reservation; fail: (text: string) => void }) {
  const has = start.memory_bytes - start.missing_bytes;
  const release = () => ask("DELETE", `/v1/reservations/${encodeURIComponent(start.vm)}`).catch((problem) => fail(sentence(problem)));
  return (
    <li>
      <div class="line">
        <b>{start.vm}</b>
        <span class="muted">{start.state}</span>
        <span>{bytes(has)} of {bytes(start.memory_bytes)}</span>
        {start.until && <span class="muted">until {when(start.until)}</span>}
        <span class="muted">asked by {start.asked_by}</span>
        <button type="button" disabled={!mayChange()} onClick={release}>Release</button>
      </div>
      <progress max={start.memory_bytes} value={has} aria-label={`Gathered for ${start.vm}`} />
      <p class="muted">{start.why}</p>
    </li>
  );
}

export function Starts({ now }: { now: Live }) {
  const [error, setError] = useState("");
  return (
    <Panel title="VMs about to start" side={<span class="muted">{bytes(now.host.reserved_bytes)} reserved</span>}>
      {error && <Trouble text={error} />}
      {now.reservations.length === 0 ? (
        <Empty>Nothing is reserved. <code>aerostat reserve</code> and libvirt's hook ask for memory before a VM starts.</Empty>
      ) : (
        <ul class="starts">{now.reservations.map((start) => <Start key={start.vm} start={start} fail={setError} />)}</ul>
      )}
    </Panel>
  );
}
