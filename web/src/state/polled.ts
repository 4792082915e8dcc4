// Something that is asked for again while it is looked at: not in a hidden tab, and not while the daemon is away.
import { useEffect, useState } from "preact/hooks";
import { get, sentence } from "./api";
import { lostSince } from "./live";

export interface Polled<T> {
  value: T | null;
  error: string;
}

export function usePolled<T>(path: string, every_ms: number): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ value: null, error: "" });
  const alive = lostSince.value === null;
  useEffect(() => {
    if (!alive) return;
    const stop = new AbortController();
    let timer = 0;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const value = await get<T>(path, stop.signal);
          setState({ value, error: "" });
        } catch (problem) {
          if (!stop.signal.aborted) setState((old) => ({ ...old, error: sentence(problem) }));
        }
      }
      if (!stop.signal.aborted) timer = window.setTimeout(ask, every_ms);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, every_ms, alive]);
  return state;
}
