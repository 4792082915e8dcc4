// How long programs in a guest wait for memory: the rate of its PSI counter, seen since the view was opened.
import { useEffect, useState } from "preact/hooks";
import { vmPath } from "./api";
import { usePolled } from "./polled";

const EVERY_MS = 2000;
const MOST = 300;

interface Sample {
  sample_age_s: number | null;
  psi_some_us: number | null;
}

// Times in seconds, and percent of time in which at least one program waited; null: not known.
export type Waiting = [number[], (number | null)[]];

export function useWaiting(name: string): Waiting {
  const { value, error } = usePolled<Sample>(vmPath(name, "/sample"), EVERY_MS);
  const [state, setState] = useState<{ last: { at: number; us: number } | null; data: Waiting }>({ last: null, data: [[], []] });
  useEffect(() => {
    if (!value) return;
    setState(({ last, data }) => {
      const now = Date.now() / 1000;
      const us = error ? null : value.psi_some_us;
      const at = now - (value.sample_age_s ?? 0);
      let rate: number | null = null;
      // A counter that falls is another boot's.
      if (us !== null && last && at > last.at && us >= last.us) rate = Math.min(100, (us - last.us) / (at - last.at) / 1e4);
      return { last: us === null ? null : { at, us }, data: [[...data[0], now].slice(-MOST), [...data[1], rate].slice(-MOST)] };
    });
  }, [value, error]);
  return state.data;
}
