// One what-if question: it is asked, followed while the daemon works on it, and ended when nobody wants it any more.
import { ask, get, Problem, sentence } from "./api";
import type { WhatIf } from "./types";

const LOOK_MS = 300;
// The daemon answers one question at a time: an earlier one of ours may still be ending.
const PATIENCE_MS = 3000;

export interface Listener {
  progress: (percent: number) => void;
  done: (answer: WhatIf) => void;
  failed: (text: string, field: string | null) => void;
}

// Returns what ends it.
export function askWhatIf(body: unknown, listener: Listener): () => void {
  const stop = new AbortController();
  let id = "";
  const asleep = () => new Promise((done) => setTimeout(done, LOOK_MS));
  const begun = async (): Promise<WhatIf> => {
    for (const since = Date.now(); ; await asleep()) {
      try {
        return await ask<WhatIf>("POST", "/v1/whatif", body, stop.signal);
      } catch (problem) {
        const busy = problem instanceof Problem && problem.status === 503;
        if (!busy || stop.signal.aborted || Date.now() - since > PATIENCE_MS) throw problem;
      }
    }
  };
  const run = async () => {
    let state = await begun();
    id = state.id;
    while (state.state === "running") {
      listener.progress(state.progress_percent);
      await asleep();
      if (stop.signal.aborted) return;
      state = await get<WhatIf>(`/v1/whatif/${id}`, stop.signal);
    }
    if (state.state === "done") listener.done(state);
    else listener.failed(state.error ?? "It failed.", null);
  };
  run().catch((problem: unknown) => {
    if (!stop.signal.aborted) listener.failed(sentence(problem), problem instanceof Problem ? problem.field : null);
  });
  return () => {
    stop.abort();
    if (id) void ask("DELETE", `/v1/whatif/${id}`).catch(() => undefined);
  };
}
