// The first view: the host's bar, and all VMs.
import { HostBar } from "../parts/hostbar";
import { freeText } from "../parts/segments";
import { Panel } from "../parts/small";
import type { Live } from "../state/merge";
import { hrefOf } from "../state/route";
import { VmTable } from "./table";

export function Overview({ now }: { now: Live }) {
  const { host } = now;
  return (
    <>
      <Panel
        title="Host memory"
        class="host"
        side={
          <span class="muted">
            {freeText(host)} · <a href={hrefOf({ view: "host" })}>over time</a>
          </span>
        }
      >
        <HostBar live={now} />
      </Panel>
      <Panel title="Virtual machines" class="table">
        <VmTable now={now} />
      </Panel>
    </>
  );
}
