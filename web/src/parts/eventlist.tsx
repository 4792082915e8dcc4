// What happened, newest first.
import { useState } from "preact/hooks";
import { hrefOf } from "../state/route";
import type { Event } from "../state/types";
import { when } from "../text/time";
import { Empty } from "./small";

const BAD = new Set(["vm.refused", "vm.oom", "vm.stalled", "vm.growth-stalled", "vm.start-refused", "vm.meddled", "host.over-committed", "host.unreadable"]);
const FIRST = 30;

export function isBad(event: Event): boolean {
  return BAD.has(event.code);
}

export function EventList({ items, own = false }: { items: readonly Event[]; own?: boolean }) {
  const [all, setAll] = useState(false);
  if (items.length === 0) return <Empty>Nothing happened yet.</Empty>;
  const newest = [...items].reverse();
  return (
    <>
      <ol class="events">
        {newest.slice(0, all ? undefined : FIRST).map((event) => (
          <li key={`${event.seq} ${event.time}`} class={isBad(event) ? "bad" : ""}>
            <time dateTime={event.time}>{when(event.time)}</time>
            <span class="code">{event.code}</span>
            <span class="text">{!own && event.vm && <a href={hrefOf({ view: "vm", name: event.vm })}>{event.vm}</a>} {event.text}{event.by && <span class="by"> by {event.by}</span>}</span>
          </li>
        ))}
      </ol>
      {!all && newest.length > FIRST && <button type="button" class="link" onClick={() => setAll(true)}>Show all {newest.length}</button>}
    </>
  );
}
