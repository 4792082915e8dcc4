// The settings dialog. Each edit is checked by the daemon as a dry run; nothing changes before Apply.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, Problem, sentence, vmPath } from "../state/api";
import { live } from "../state/live";
import type { Vm } from "../state/types";
import { bytes } from "../text/bytes";
import { EXPLAIN } from "../text/words";
import { useDryRun } from "./dry_run";
import { changeOf, draftOf, effects, type Change, type Draft, type Effect, type Errors, type Field } from "./settings_form";

const WHEN = { now: "Now", start: "Next start", kept: "Once dynamic" };

function Row(props: {
  field: Exclude<Field, "mode">;
  label: string;
  explain: string;
  otherwise: string;
  draft: Draft;
  errors: Errors;
  set: (field: Exclude<Field, "mode">, text: string) => void;
  unit?: string;
}) {
  const { field, errors } = props;
  const error = errors[field];
  const own = props.draft[field] !== "";
  return (
    <div class={`setting ${error ? "wrong" : ""}`}>
      <label for={`set-${field}`}>{props.label}</label>
      <div class="entry">
        <input
          id={`set-${field}`}
          name={field}
          value={props.draft[field]}
          placeholder={props.otherwise}
          inputMode={props.unit ? "numeric" : "text"}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={error ? "true" : "false"}
          aria-describedby={`say-${field}`}
          onInput={(event) => props.set(field, event.currentTarget.value)}
        />
        {props.unit && <span class="unit">{props.unit}</span>}
        <button type="button" class="link" disabled={!own} onClick={() => props.set(field, "")} aria-label={`${props.label}: use the default`}>
          default
        </button>
      </div>
      <p id={`say-${field}`} class={error ? "error" : "hint"} role={error ? "alert" : undefined}>
        {error ?? props.explain}
      </p>
    </div>
  );
}

// The fields of a problem; one that belongs to none of them stands above the buttons.
function errorsOf(problem: unknown): Errors {
  if (problem instanceof Problem && problem.field && problem.field in ({ mode: 1, startup_bytes: 1, minimum_bytes: 1, maximum_bytes: 1, buffer_percent: 1, weight: 1 })) {
    return { [problem.field]: problem.message };
  }
  return { "": sentence(problem) };
}

export function SettingsDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // What the dialog was opened on: later samples must not overwrite what is being typed.
  const [vm] = useState<Vm | undefined>(() => live.peek()?.vms.get(name));
  const [draft, setDraft] = useState<Draft | null>(vm ? draftOf(vm) : null);
  const [errors, setErrors] = useState<Errors>({});
  const [checked, setChecked] = useState<{ change: Change; effects: Effect[]; warnings: string[] } | null>(null);
  const [busy, setBusy] = useState(false);

  // Before it is painted: the first key belongs to it.
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const wish = vm && draft ? changeOf(draft, vm.settings, vm.mode) : { change: {}, errors: {} };
  const nothing = Object.keys(wish.change).length === 0;
  const clean = Object.keys(wish.errors).length === 0;
  const key = JSON.stringify(wish);

  useDryRun(key, vm && clean && !nothing ? (stop) => ask<Vm>("PATCH", vmPath(name, "?dry_run=1"), wish.change, stop) : null, {
    begin: () => {
      setChecked(null);
      setErrors(wish.errors);
    },
    told: (after) => {
      const now = live.peek()?.vms.get(name) ?? vm;
      if (now) setChecked({ change: wish.change, effects: effects(now, after, wish.change), warnings: after.warnings });
    },
    refused: (problem) => setErrors(errorsOf(problem)),
  });

  const apply = async (event: Event) => {
    event.preventDefault();
    if (nothing) return onClose();
    if (!clean) return focusWrong(dialog.current);
    setBusy(true);
    try {
      await ask<Vm>("PATCH", vmPath(name), wish.change);
      onClose();
    } catch (problem) {
      setErrors(errorsOf(problem));
      setTimeout(() => focusWrong(dialog.current));
    } finally {
      setBusy(false);
    }
  };

  if (!vm || !draft) return null;
  const set = (field: Exclude<Field, "mode">, text: string) => setDraft({ ...draft, [field]: text });
  const shared = { draft, errors, set };
  const dynamic = draft.mode === "dynamic";
  return (
    <dialog ref={dialog} class="settings" aria-labelledby="settings-title" onClose={onClose} onCancel={onClose}>
      <form method="dialog" onSubmit={apply} noValidate>
        <header>
          <h2 id="settings-title">Memory of {name}</h2>
          <button type="button" class="quiet" aria-label="Close" onClick={onClose}>✕</button>
        </header>
        <fieldset class="modes">
          <legend class="hidden">Mode</legend>
          <Mode value="static" draft={draft} setDraft={setDraft} title="Static" text="Memory does not change." />
          <Mode value="dynamic" draft={draft} setDraft={setDraft} title="Dynamic" text="Aerostat gives what the VM needs, and takes back what lies idle." />
          {errors.mode && <p class="error" role="alert">{errors.mode}</p>}
        </fieldset>
        <Row {...shared} field="startup_bytes" label="Startup" explain={`${EXPLAIN.startup}.`} otherwise={`default: ${bytes(vm.startup_bytes)}`} />
        <div class={dynamic ? "" : "idle"}>
          <Row {...shared} field="minimum_bytes" label="Minimum" explain={`${EXPLAIN.minimum}.`} otherwise={`default: startup`} />
          <Row {...shared} field="maximum_bytes" label="Maximum" explain={`${EXPLAIN.maximum}.`} otherwise="default: what its devices allow" />
          <Row {...shared} field="buffer_percent" label="Buffer" explain={`${EXPLAIN.buffer}; empty: learned.`} otherwise="learned" unit="%" />
          <Row {...shared} field="weight" label="Weight" explain={`${EXPLAIN.weight}; 0 to 10000.`} otherwise="5000" />
        </div>
        <Preview nothing={nothing} clean={clean && Object.keys(errors).length === 0} checked={checked} dynamic={dynamic} />
        {errors[""] && <p class="error" role="alert">{errors[""]}</p>}
        <footer>
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary" disabled={busy || nothing}>{busy ? "Applying…" : "Apply"}</button>
        </footer>
      </form>
    </dialog>
  );
}

function focusWrong(dialog: HTMLElement | null): void {
  dialog?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}

function Mode(props: { value: "static" | "dynamic"; draft: Draft; setDraft: (draft: Draft) => void; title: string; text: string }) {
  const { value, draft, setDraft } = props;
  return (
    <label class="mode">
      <input type="radio" name="mode" value={value} checked={draft.mode === value} onChange={() => setDraft({ ...draft, mode: value })} />
      <span><b>{props.title}</b><span class="muted">{props.text}</span></span>
    </label>
  );
}

function Preview(props: { nothing: boolean; clean: boolean; checked: { effects: Effect[]; warnings: string[] } | null; dynamic: boolean }) {
  const { checked } = props;
  return (
    <section class="preview" aria-live="polite" aria-label="What the change would do">
      {props.nothing && <p class="muted">Nothing is changed yet.</p>}
      {!props.nothing && !props.clean && <p class="muted">Nothing can be applied until the marked field is right.</p>}
      {!props.nothing && props.clean && !checked && <p class="muted">Asking the daemon what this would do…</p>}
      {checked && props.clean && (
        <ul>
          {checked.effects.map((effect) => (
            <li key={effect.text}><span class={`when ${effect.when}`}>{WHEN[effect.when]}</span> {effect.text}</li>
          ))}
          {checked.warnings.map((warning) => (
            <li key={warning} class="warning"><span class="when watch">Note</span> {warning}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
