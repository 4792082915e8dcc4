// The newest decisions about a VM: a sentence each, and the numbers behind it.
import { Empty, Trouble } from "../parts/small";
import { vmPath } from "../state/api";
import { usePolled } from "../state/polled";
import type { Decision, List } from "../state/types";
import { bytes } from "../text/bytes";
import { when } from "../text/time";
import { PARTS, RULES } from "../text/words";

const EVERY_MS = 2000;

function partsText(decision: Decision): string {
  return Object.entries(decision.wanted_parts)
    .map(([name, size]) => `${PARTS[name.replace(/_bytes$/, "")] ?? name} ${bytes(size)}`)
    .join(" + ");
}

function Item({ decision }: { decision: Decision }) {
  const moves = decision.from_bytes !== null && decision.to_bytes !== null && decision.from_bytes !== decision.to_bytes;
  return (
    <li class={decision.rule === "refused" ? "bad" : ""}>
      <time dateTime={decision.time}>{when(decision.time)}</time>
      <div>
        <p>
          <span class="rule">{RULES[decision.rule] ?? decision.rule}</span>
          {moves && <b>{bytes(decision.from_bytes)} → {bytes(decision.to_bytes)}</b>}
          {decision.repeated > 1 && <span class="muted"> {decision.repeated} times in a row</span>}
        </p>
        <p>{decision.why}</p>
        <p class="muted">
          wanted {bytes(decision.wanted_bytes)}{partsText(decision) && ` = ${partsText(decision)}`}; the host had {bytes(decision.host_free_bytes)} free
          {decision.result && `; ${decision.result}`}
        </p>
      </div>
    </li>
  );
}

export function Decisions({ name }: { name: string }) {
  const { value, error } = usePolled<List<Decision>>(vmPath(name, "/decisions?limit=30"), EVERY_MS);
  if (error && !value) return <Trouble text={error} />;
  if (!value) return <Empty>Loading…</Empty>;
  if (value.items.length === 0) return <Empty>Nothing was decided yet.</Empty>;
  return <ol class="decisions" tabIndex={0} aria-label="Decisions, the newest first">{[...value.items].reverse().map((item) => <Item key={item.seq} decision={item} />)}</ol>;
}
