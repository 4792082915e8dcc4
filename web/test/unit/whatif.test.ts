import assert from "node:assert/strict";
import { test } from "node:test";
import type { Vm, WhatIfVm } from "../../src/state/types";
import { asked, changedFor, fieldOf, shortText, summary, worseFirst, type Question } from "../../src/views/whatif_form";

const MIB = 2 ** 20;
const vm = (name: string): Vm => ({ name, mode: "dynamic", settings: { mode: "dynamic", startup_bytes: null, minimum_bytes: 256 * MIB, maximum_bytes: null, buffer_percent: null, weight: null } } as unknown as Vm);
const vms = new Map([["web", vm("web")], ["db", vm("db")]]);
const nothing: Question = { since: "24h", capacity: "", added: [], changed: [] };

test("a question names only what differs", () => {
  const web = changedFor(1, vm("web"));
  web.draft.maximum_bytes = "1.5G";
  web.draft.minimum_bytes = "";
  const { body, errors } = asked({ ...nothing, capacity: "64G", changed: [web], added: [{ key: 2, like: "db", count: "2", minimum: "", maximum: "4G" }] }, vms);
  assert.deepEqual(errors, {});
  assert.deepEqual(body, {
    since: "24h", capacity_bytes: 64 * 1024 * MIB,
    vms: [{ name: "web", maximum_bytes: 1536 * MIB, minimum_bytes: null }],
    add: [{ like: "db", count: 2, maximum_bytes: 4096 * MIB }],
  });
});

test("what is written wrongly is marked before anybody is asked", () => {
  const web = changedFor(3, vm("web"));
  web.draft.weight = "much";
  const { errors } = asked({ ...nothing, capacity: "1,5G", changed: [web], added: [{ key: 4, like: "db", count: "two", minimum: "5", maximum: "" }] }, vms);
  assert.deepEqual(Object.keys(errors).sort(), ["added-4-count", "added-4-minimum_bytes", "capacity", "changed-3-weight"]);
  assert.match(errors.capacity ?? "", /decimal sign is a point: 1.5G/);
});

test("the daemon's refusals lead to their fields", () => {
  const question: Question = { ...nothing, changed: [changedFor(7, vm("web")), changedFor(9, vm("db"))], added: [{ key: 8, like: "db", count: "1", minimum: "", maximum: "" }] };
  assert.equal(fieldOf("vms[1].minimum_bytes", question), "changed-9-minimum_bytes");
  assert.equal(fieldOf("add[0].like", question), "added-8-like");
  assert.equal(fieldOf("capacity_bytes", question), "capacity");
  assert.equal(fieldOf("vms[5].weight", question), "");
  assert.equal(fieldOf(null, question), "");
});

test("a question can be said in words", () => {
  assert.equal(summary(nothing, vms), "nothing changed");
  const web = changedFor(1, vm("web"));
  web.draft.mode = "static";
  assert.equal(summary({ ...nothing, capacity: "8G", changed: [web], added: [{ key: 2, like: "db", count: "2", minimum: "", maximum: "" }] }, vms),
    "2 more like db; web: mode changed; a capacity of 8G");
});

test("who would fare worse comes first, and never is no number", () => {
  const short = (name: string, before: number | null, after: number) => ({ name, before: before === null ? null : { short_s: before }, after: { short_s: after } }) as unknown as WhatIfVm;
  assert.deepEqual(worseFirst([short("a", 5, 1), short("b", 0, 0), short("new", null, 9)]).map(({ name }) => name), ["new", "b", "a"]);
  assert.equal(shortText(0), "never");
  assert.equal(shortText(undefined), "–");
});
