// What if: VMs are added, or settings changed, and the daemon's simulator says what would have happened on this host.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Chart, type Line } from "../parts/chart";
import { Empty, Missing, Panel, Trouble } from "../parts/small";
import { aligned } from "../state/history";
import { lostSince } from "../state/live";
import type { Live } from "../state/merge";
import { usePolled } from "../state/polled";
import type { HistoryStatus, WhatIfHost, WhatIfNumbers, WhatIfReport } from "../state/types";
import { askWhatIf } from "../state/whatif";
import { bytes } from "../text/bytes";
import { when } from "../text/time";
import { NAMES, type Draft } from "./settings_form";
import { asked, changedFor, fieldOf, shortText, summary, worseFirst, type Added, type Changed, type Question } from "./whatif_form";

const SPANS = [["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["7d", "7 days"]] as const;
const COMMITTED: Line[] = [
  { label: "Before", colour: "--muted", dash: [5, 4] },
  { label: "After", colour: "--accent", fill: true },
];
const NEED: Line[] = [
  { label: "Before", colour: "--muted", dash: [5, 4] },
  { label: "After", colour: "--warm", fill: true },
];
const FIELDS = ["startup_bytes", "minimum_bytes", "maximum_bytes", "buffer_percent", "weight"] as const;

interface EntryProps {
  id: string;
  label: string;
  value: string;
  set: (text: string) => void;
  errors: Record<string, string>;
  placeholder?: string;
}

function Entry({ id, label, value, set, errors, placeholder }: EntryProps) {
  const error = errors[id];
  return (
    <div class="field">
      <label for={`wi-${id}`}>{label}</label>
      <input id={`wi-${id}`} value={value} placeholder={placeholder} autocomplete="off" spellcheck={false} aria-invalid={error ? "true" : "false"}
        aria-describedby={error ? `say-wi-${id}` : undefined} onInput={(event) => set(event.currentTarget.value)} />
      {error && <p id={`say-wi-${id}`} class="error" role="alert">{error}</p>}
    </div>
  );
}

interface RowProps<T> {
  row: T;
  names: string[];
  set: (row: T) => void;
  remove: () => void;
  errors: Record<string, string>;
}

function Choice({ id, label, value, names, set, error }: { id: string; label: string; value: string; names: string[]; set: (name: string) => void; error: string | undefined }) {
  return (
    <div class="field">
      <label for={`wi-${id}`}>{label}</label>
      <select id={`wi-${id}`} value={value} aria-invalid={error ? "true" : "false"} onChange={(event) => set(event.currentTarget.value)}>
        {names.map((name) => <option key={name} value={name}>{name}</option>)}
      </select>
      {error && <p class="error" role="alert">{error}</p>}
    </div>
  );
}

function AddedRow({ row, names, set, remove, errors }: RowProps<Added>) {
  const id = `added-${row.key}`;
  return (
    <div class="wish" role="group" aria-label={`New VMs like ${row.like}`}>
      <Entry id={`${id}-count`} label="How many" value={row.count} set={(count) => set({ ...row, count })} errors={errors} />
      <Choice id={`${id}-like`} label="more like" value={row.like} names={names} set={(like) => set({ ...row, like })} error={errors[`${id}-like`]} />
      <Entry id={`${id}-minimum_bytes`} label="Minimum" value={row.minimum} placeholder="the same" set={(minimum) => set({ ...row, minimum })} errors={errors} />
      <Entry id={`${id}-maximum_bytes`} label="Maximum" value={row.maximum} placeholder="the same" set={(maximum) => set({ ...row, maximum })} errors={errors} />
      <button type="button" class="quiet" aria-label={`Remove the VMs like ${row.like}`} onClick={remove}>✕</button>
    </div>
  );
}

function ChangedRow({ row, names, set, remove, errors, choose }: RowProps<Changed> & { choose: (name: string) => void }) {
  const id = `changed-${row.key}`;
  const draft = (part: Partial<Draft>) => set({ ...row, draft: { ...row.draft, ...part } });
  return (
    <div class="wish" role="group" aria-label={`Other settings for ${row.name}`}>
      <Choice id={`${id}-name`} label="VM" value={row.name} names={names} set={choose} error={errors[`${id}-name`]} />
      <Choice id={`${id}-mode`} label="Mode" value={row.draft.mode} names={["dynamic", "static"]} set={(mode) => draft({ mode: mode as Draft["mode"] })} error={errors[`${id}-mode`]} />
      {FIELDS.map((field) => (
        <Entry key={field} id={`${id}-${field}`} label={field === "buffer_percent" ? "Buffer %" : NAMES[field]} value={row.draft[field]} placeholder="default"
          set={(text) => draft({ [field]: text })} errors={errors} />
      ))}
      <button type="button" class="quiet" aria-label={`Remove the change of ${row.name}`} onClick={remove}>✕</button>
    </div>
  );
}

function Pair({ before, after, show }: { before: number | null | undefined; after: number | null | undefined; show: (value: number) => string }) {
  const text = (value: number | null | undefined) => (value === null || value === undefined ? <Missing /> : show(value));
  return <><td>{text(before)}</td><td class={before !== after ? "differs" : ""}>{text(after)}</td></>;
}

const HOST_ROWS: [string, (host: WhatIfHost) => number, (value: number) => string][] = [
  ["Short of memory, all VMs", (host) => host.short_s, shortText],
  ["Committed, peak", (host) => host.peak_committed_bytes, bytes],
  ["Committed, mean", (host) => host.mean_committed_bytes, bytes],
  ["Free, least", (host) => host.least_free_bytes, bytes],
  ["Paged in the guests", (host) => host.paged_bytes, bytes],
  ["Refused growths", (host) => host.refusals, String],
];
const VM_COLUMNS: [string, (numbers: WhatIfNumbers) => number | null, (value: number) => string][] = [
  ["Short of memory", (n) => n.short_s, shortText],
  ["Least available", (n) => n.least_available_bytes, bytes],
  ["Assigned, mean", (n) => n.mean_assigned_bytes, bytes],
  ["Assigned, peak", (n) => n.peak_assigned_bytes, bytes],
  ["Paged", (n) => n.paged_bytes, bytes],
  ["Refusals", (n) => n.refusals, String],
];

function Answer({ report, title }: { report: WhatIfReport; title: string }) {
  const data = useMemo(() => {
    const of = (...names: string[]) => aligned(report.rows, report.columns.slice(1), names);
    return { committed: of("committed_before_bytes", "committed_after_bytes"), need: of("need_before_bytes", "need_after_bytes") };
  }, [report]);
  const limit = Math.max(report.before.capacity_bytes, report.after.capacity_bytes);
  return (
    <Panel title="What would have happened" side={<span class="muted">{when(report.since)} to {when(report.until)}, {title}</span>}>
      <p class="verdict" role="status">{report.verdict}</p>
      <p class="muted">Both sides are simulated: the VMs' recorded need, with the settings of now and with the changed ones. Nothing on the host changed.</p>
      {report.notes.map((note) => <p key={note} class="muted">{note}</p>)}
      <div class="columns">
        <Chart title="Committed" lines={COMMITTED} data={data.committed as never} format={bytes} binary height={190} />
        <Chart title={`Need of all VMs; the capacity is ${bytes(report.after.capacity_bytes)}`} lines={NEED} data={data.need as never} format={bytes} binary height={190} least={limit / 4} />
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="The host, before and after">
        <table class="pairs">
          <thead><tr><th scope="col">Host</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
          <tbody>
            {HOST_ROWS.map(([label, of, show]) => (
              <tr key={label}><th scope="row">{label}</th><Pair before={of(report.before)} after={of(report.after)} show={show} /></tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Each VM, before and after">
        <table class="pairs vmpairs">
          <thead>
            <tr><th scope="col" rowSpan={2}>VM</th>{VM_COLUMNS.map(([label]) => <th key={label} scope="colgroup" colSpan={2}>{label}</th>)}</tr>
            <tr>{VM_COLUMNS.flatMap(([label]) => [<th key={`${label}b`} scope="col">before</th>, <th key={`${label}a`} scope="col">after</th>])}</tr>
          </thead>
          <tbody>
            {worseFirst(report.vms).map((vm) => (
              <tr key={vm.name}>
                <th scope="row">{vm.name}{vm.like && <span class="muted"> new</span>}{!vm.need_known && <span class="muted"> need not known</span>}</th>
                {VM_COLUMNS.map(([label, of, show], index) => {
                  const known = vm.need_known || index === 2 || index === 3;
                  const value = (numbers: WhatIfNumbers | null) => (numbers && known ? of(numbers) : null);
                  return <Pair key={label} before={value(vm.before)} after={value(vm.after)} show={show} />;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

type Outcome = { report: WhatIfReport; title: string } | null;

export function WhatIfView({ now }: { now: Live }) {
  const [question, setQuestion] = useState<Question>({ since: "24h", capacity: "", added: [], changed: [] });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [progress, setProgress] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const end = useRef<(() => void) | null>(null);
  const next = useRef(1);
  const status = usePolled<HistoryStatus>("/v1/history/status", 10000);
  useEffect(() => () => end.current?.(), []);

  const names = useMemo(() => [...now.vms.keys()].sort(), [now.vms.size]);
  const set = (part: Partial<Question>) => {
    setQuestion({ ...question, ...part });
    setErrors({});
  };
  const replaced = <T extends { key: number }>(rows: T[], row: T) => rows.map((old) => (old.key === row.key ? row : old));
  const without = <T extends { key: number }>(rows: T[], key: number) => rows.filter((row) => row.key !== key);
  const first = names.find((name) => now.vms.get(name)?.demand_bytes != null) ?? names[0];

  const stop = () => {
    end.current?.();
    end.current = null;
    setProgress(null);
  };
  const run = (event: Event) => {
    event.preventDefault();
    stop();
    const wish = asked(question, now.vms);
    setErrors(wish.errors);
    if (Object.keys(wish.errors).length) return;
    const title = summary(question, now.vms);
    setProgress(0);
    end.current = askWhatIf(wish.body, {
      progress: setProgress,
      done: (answer) => {
        end.current = null;
        setProgress(null);
        if (answer.report) setOutcome({ report: answer.report, title });
      },
      failed: (text, field) => {
        end.current = null;
        setProgress(null);
        setErrors({ [fieldOf(field, question)]: text });
      },
    });
  };

  const past = status.value;
  const none = past && (past.history === "off" || !past.oldest);
  return (
    <>
      <Panel title="What if" side={past?.oldest ? <span class="muted">History since {when(past.oldest)}</span> : undefined}>
        {none ? (
          <Empty>{past.history === "off"
            ? `No history is kept, so nothing can be replayed. ${past.note || "Write enabled = true in [history] of aerostat.toml, and restart aerostatd."}`
            : "There is no history yet. It grows while the daemon runs; come back in a few minutes."}</Empty>
        ) : (
          <form class="whatif" onSubmit={run} noValidate>
            <div class="wish first">
              <div class="field">
                <span id="wi-span">How far back</span>
                <div class="groups" role="group" aria-labelledby="wi-span">
                  {SPANS.map(([id, title]) => <button key={id} type="button" aria-pressed={question.since === id} onClick={() => set({ since: id })}>{title}</button>)}
                </div>
                {errors.since && <p class="error" role="alert">{errors.since}</p>}
              </div>
              <Entry id="capacity" label="Capacity" value={question.capacity} placeholder={`${bytes(now.host.capacity_bytes)}, as now`} set={(capacity) => set({ capacity })} errors={errors} />
            </div>
            <div class="wishes">
              {question.added.map((row) => (
                <AddedRow key={row.key} row={row} names={names} errors={errors} set={(to) => set({ added: replaced(question.added, to) })} remove={() => set({ added: without(question.added, row.key) })} />
              ))}
              {question.changed.map((row) => (
                <ChangedRow key={row.key} row={row} names={names} errors={errors} set={(to) => set({ changed: replaced(question.changed, to) })}
                  remove={() => set({ changed: without(question.changed, row.key) })}
                  choose={(name) => {
                    const vm = now.vms.get(name);
                    if (vm) set({ changed: replaced(question.changed, changedFor(row.key, vm)) });
                  }} />
              ))}
            </div>
            <div class="actions">
              <button type="button" disabled={!first} onClick={() => set({ added: [...question.added, { key: next.current++, like: first ?? "", count: "1", minimum: "", maximum: "" }] })}>Add VMs</button>
              <button type="button" disabled={!first} onClick={() => {
                const vm = first && now.vms.get(first);
                if (vm) set({ changed: [...question.changed, changedFor(next.current++, vm)] });
              }}>Change settings</button>
              {progress === null
                ? <button type="submit" class="primary" disabled={lostSince.value !== null}>Simulate</button>
                : <button type="button" onClick={stop}>Stop</button>}
            </div>
            {progress !== null && (
              <div class="working" role="status">
                <progress max={100} value={progress} aria-label="Progress of the simulation" /> <span>Simulating, {progress} %</span>
              </div>
            )}
            {errors[""] && <Trouble text={errors[""]} />}
          </form>
        )}
      </Panel>
      {outcome ? <Answer report={outcome.report} title={outcome.title} /> : !none && (
        <Panel title="What would have happened">
          <Empty>Add VMs or change settings above, and run the simulator. It replays what the VMs of this host needed; nothing on the host changes.</Empty>
        </Panel>
      )}
    </>
  );
}
