// A range of the daemon's history that goes on with what is live, so that a chart never stands still.
import { useEffect, useState } from "preact/hooks";
import { get, Problem, sentence } from "./api";
import { live, lostSince } from "./live";
import type { Live } from "./merge";
import type { History } from "./types";

export const RANGES = [
  { id: "10m", title: "10 min", seconds: 600 },
  { id: "1h", title: "1 h", seconds: 3600 },
  { id: "24h", title: "24 h", seconds: 86400 },
  { id: "7d", title: "7 days", seconds: 604800 },
  { id: "30d", title: "30 days", seconds: 2592000 },
] as const;
export type RangeId = (typeof RANGES)[number]["id"];

const POINTS = 300;

export function secondsOf(range: RangeId): number {
  return RANGES.find(({ id }) => id === range)?.seconds ?? 600;
}

export interface Past {
  columns: string[];
  rows: (number | null)[][];
  // Why there is nothing from before the page was opened; empty: there is.
  note: string;
  loading: boolean;
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

// `query`: vm=NAME, each=assigned_bytes, or empty for the host. `sample`: the same columns out of the live picture.
export function useHistory(query: string, range: RangeId, sample: (now: Live, columns: string[]) => (number | null)[], columns: string[]): Past {
  const [past, setPast] = useState<Past>({ columns, rows: [], note: "", loading: true });
  const seconds = secondsOf(range);
  const step = Math.max(1, seconds / POINTS);
  const alive = lostSince.value === null;

  useEffect(() => {
    if (!alive) return;
    const stop = new AbortController();
    const load = () =>
      get<History>(`/v1/history?${query ? `${query}&` : ""}since=${range}&points=${POINTS}`, stop.signal).then(
        (history) => setPast({ columns: history.columns.slice(1), rows: history.rows, note: "", loading: false }),
        (problem) => {
          if (stop.signal.aborted) return;
          const none = problem instanceof Problem && problem.status === 404;
          const since = none ? " This shows what was seen since the view was opened." : "";
          setPast((old) => ({ ...old, note: `${asSentence(sentence(problem))}${since}`, loading: false }));
        },
      );
    void load();
    // Long ranges move slowly; a new look keeps their averages the daemon's own.
    const again = step > 5 ? setInterval(load, step * 1000) : 0;
    return () => {
      stop.abort();
      clearInterval(again);
    };
  }, [query, range, alive]);

  const now = live.value;
  useEffect(() => {
    if (!now || past.loading || !alive) return;
    const time = Date.parse(now.time) / 1000;
    const last = past.rows.at(-1)?.[0] ?? 0;
    if (time - last < step) return;
    const since = time - seconds;
    setPast((old) => {
      const names = old.note ? columns : old.columns;
      const rows = old.rows.filter((row) => (row[0] ?? 0) >= since);
      return { ...old, columns: names, rows: [...rows, [time, ...sample(now, names)]] };
    });
  }, [now?.time, past.loading, alive]);
  return past;
}

// Columns as uPlot wants them: time, and the named ones. One that history does not have is not known.
export function aligned(rows: (number | null)[][], columns: string[], wanted: string[]): (number | null)[][] {
  const places = wanted.map((name) => columns.indexOf(name) + 1);
  return [rows.map((row) => row[0] ?? null), ...places.map((place) => rows.map((row) => (place ? row[place] ?? null : null)))];
}
