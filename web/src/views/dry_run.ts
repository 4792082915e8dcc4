// What a change would do, asked of the daemon while it is typed.
import { useEffect } from "preact/hooks";
import type { Vm } from "../state/types";

const PAUSE_MS = 250; // from the last key to the dry run

// For each new `key`: `begin`, and then, if there is something to ask, one of the other two. A newer key ends the question.
export function useDryRun(key: string, ask: ((stop: AbortSignal) => Promise<Vm>) | null,
  { begin, told, refused }: { begin: () => void; told: (after: Vm) => void; refused: (problem: unknown) => void }) {
  useEffect(() => {
    begin();
    if (!ask) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(stop.signal).then(told, (problem) => !stop.signal.aborted && refused(problem));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
}
