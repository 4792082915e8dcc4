// Why does nothing move, and is this host set up well?
import { Findings } from "../parts/findings";
import { Empty, Panel, Trouble } from "../parts/small";
import { usePolled } from "../state/polled";
import type { Finding, List } from "../state/types";
import { plural } from "../text/words";

const EVERY_MS = 10000;

export function Doctor() {
  const { value, error } = usePolled<List<Finding>>("/v1/doctor", EVERY_MS);
  const items = value?.items ?? [];
  const fine = items.filter((item) => item.severity === "ok");
  const found = items.filter((item) => item.severity !== "ok");
  const open = items.filter((item) => item.severity === "problem" || item.severity === "warning").length;
  return (
    <Panel title="Doctor" side={value && <span class="muted">{open === 0 ? "nothing to do" : `${plural(open, "finding")} to look at`}</span>}>
      {error && <Trouble text={error} />}
      {!value && !error && <Empty>Checking…</Empty>}
      {value && items.length === 0 && <Empty>No check has found anything.</Empty>}
      <Findings items={found} />
      {fine.length > 0 && (
        <details open={found.length === 0}>
          <summary>{plural(fine.length, "check")} found nothing wrong</summary>
          <Findings items={fine} />
        </details>
      )}
    </Panel>
  );
}
