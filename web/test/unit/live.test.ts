import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, started } from "../../src/state/merge";
import { Ring } from "../../src/state/series";
import type { Host, StateMessage, Vm } from "../../src/state/types";

const vm = (name: string, assigned: number) => ({ name, assigned_bytes: assigned, status: "ok" }) as Vm;
const state = (): StateMessage => ({ time: "2026-05-04T10:00:00Z", host: { free_bytes: 5 } as Host, vms: [vm("a", 1), vm("b", 2)], reservations: [] });

test("a change alters what it names and keeps everything else as it is", () => {
  const before = started(state());
  const after = changed(before, { time: "2026-05-04T10:00:01Z", host: { free_bytes: 4 }, vms: [{ name: "a", assigned_bytes: 3 }] });
  assert.equal(after.vms.get("a")?.assigned_bytes, 3);
  assert.equal(after.vms.get("a")?.status, "ok");
  assert.equal(after.vms.get("b"), before.vms.get("b"), "what did not change is the same object, and is not drawn anew");
  assert.equal(after.host.free_bytes, 4);
  assert.equal(before.vms.get("a")?.assigned_bytes, 1, "the old picture is untouched");
});

test("a VM that is gone leaves, and a new one arrives with all its members", () => {
  const after = changed(started(state()), { time: "2026-05-04T10:00:01Z", vms: [vm("c", 9)], gone: ["b"] });
  assert.deepEqual([...after.vms.keys()], ["a", "c"]);
});

test("the ring keeps ten minutes, with gaps where nothing was known", () => {
  const ring = new Ring();
  ring.put(10000, 1);
  ring.put(10020, null);
  ring.put(10030, 3);
  const values = ring.read(10030);
  assert.equal(values.length, 120);
  assert.equal(values.at(-1), 3);
  assert.equal(values.at(-7), 1);
  assert.ok(Number.isNaN(values.at(-3)), "not known is a gap");
  assert.ok(Number.isNaN(values.at(-2)), "not heard is a gap");
  assert.ok(ring.read(20000).every(Number.isNaN), "an hour later nothing of it is shown");
});

test("what came before is filled in behind what is live", () => {
  const ring = new Ring();
  ring.put(10000, 9);
  ring.put(9990, 7);
  ring.put(9000, 1);
  assert.equal(ring.read(10000).at(-3), 7);
  assert.equal(ring.read(10000).filter((value) => !Number.isNaN(value)).length, 2);
});
