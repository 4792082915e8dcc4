// The size of a static VM. What is typed is checked by the daemon as a dry run; nothing moves before Resize.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, Problem, sentence, vmPath } from "../state/api";
import { live } from "../state/live";
import type { Vm } from "../state/types";
import { bytes, parseSize, sizeText } from "../text/bytes";
import { useDryRun } from "./dry_run";

// What the daemon's answer to a dry run means: `after.target_bytes` is what its devices can have.
export function resizeEffect(before: Vm, after: Vm): string {
  const has = before.assigned_bytes ?? 0;
  const to = after.target_bytes ?? has;
  if (to === has) return `It has ${bytes(has)} already: nothing moves.`;
  const room = after.available_bytes === null ? "" : ` Programs in it can use ${bytes(after.available_bytes)} now.`;
  return to > has ? `It gets ${bytes(to - has)} more, and has ${bytes(to)} then.` : `It is asked to give back ${bytes(has - to)}, and has ${bytes(to)} then.${room}`;
}

export function ResizeDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [vm] = useState<Vm | undefined>(() => live.peek()?.vms.get(name));
  const [text, setText] = useState(() => (vm?.assigned_bytes ? sizeText(vm.assigned_bytes) : ""));
  const [error, setError] = useState("");
  const [checked, setChecked] = useState<{ effect: string; warnings: string[] } | null>(null);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const parsed = parseSize(text);
  const size = "bytes" in parsed ? parsed.bytes : null;
  const same = size !== null && size === vm?.assigned_bytes;
  const request = (rest: string, signal?: AbortSignal) => ask<Vm>("POST", vmPath(name, `/resize${rest}`), { memory_bytes: size }, signal);
  // All of them are about the one field, but for a VM or a daemon that does not answer.
  const refused = (problem: unknown) => setError(problem instanceof Problem ? problem.message : sentence(problem));

  useDryRun(text, vm && size !== null && !same ? (stop) => request("?dry_run=1", stop) : null, {
    begin: () => {
      setChecked(null);
      setError("error" in parsed && text.trim() ? parsed.error : "");
    },
    told: (after) => vm && setChecked({ effect: resizeEffect(live.peek()?.vms.get(name) ?? vm, after), warnings: after.warnings }),
    refused,
  });

  const apply = async (event: Event) => {
    event.preventDefault();
    if (size === null) return;
    setBusy(true);
    try {
      await request("");
      onClose();
    } catch (problem) {
      refused(problem);
    } finally {
      setBusy(false);
    }
  };

  if (!vm) return null;
  return (
    <dialog ref={dialog} class="settings" aria-labelledby="resize-title" onClose={onClose} onCancel={onClose}>
      <form method="dialog" onSubmit={apply} noValidate>
        <header>
          <h2 id="resize-title">Size of {name}</h2>
          <button type="button" class="quiet" aria-label="Close" onClick={onClose}>✕</button>
        </header>
        <div class={`setting ${error ? "wrong" : ""}`}>
          <label for="resize-size">Memory</label>
          <div class="entry">
            <input id="resize-size" name="memory_bytes" value={text} autocomplete="off" spellcheck={false} aria-invalid={error ? "true" : "false"} aria-describedby="say-resize"
              onInput={(event) => setText(event.currentTarget.value)} />
          </div>
          <p id="say-resize" class={error ? "error" : "hint"} role={error ? "alert" : undefined}>
            {error || "What a static VM has until it ends, or is resized again; it boots with its startup memory."}
          </p>
        </div>
        <section class="preview" aria-live="polite" aria-label="What it would do">
          {same && <p class="muted">It has that now.</p>}
          {!same && (error || size === null) && <p class="muted">Nothing can be applied until the size is right.</p>}
          {!same && !error && size !== null && !checked && <p class="muted">Asking the daemon what this would do…</p>}
          {checked && !error && (
            <ul>
              <li><span class="when now">Now</span> {checked.effect}</li>
              {checked.warnings.map((warning) => <li key={warning} class="warning"><span class="when watch">Note</span> {warning}</li>)}
            </ul>
          )}
        </section>
        <footer>
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary" disabled={busy || size === null || same || error !== ""}>{busy ? "Resizing…" : "Resize"}</button>
        </footer>
      </form>
    </dialog>
  );
}
