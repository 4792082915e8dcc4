import assert from "node:assert/strict";
import { test } from "node:test";
import type { Settings, Vm } from "../../src/state/types";
import { changeOf, draftOf, effects } from "../../src/views/settings_form";

const MIB = 1024 ** 2;
const own: Settings = { mode: "dynamic", startup_bytes: null, minimum_bytes: 256 * MIB, maximum_bytes: null, buffer_percent: 20, weight: null };
const vm = (over: Partial<Vm> = {}): Vm =>
  ({ name: "web", mode: "dynamic", status: "ok", startup_bytes: 384 * MIB, minimum_bytes: 256 * MIB, maximum_bytes: 2048 * MIB, buffer_percent: 20, weight: 5000,
    assigned_bytes: 1024 * MIB, settings: own, ...over }) as Vm;

test("nothing typed is no change", () => {
  assert.deepEqual(changeOf(draftOf(vm()), own, "dynamic"), { change: {}, errors: {} });
});

test("the same size in another unit is no change", () => {
  assert.deepEqual(changeOf({ ...draftOf(vm()), minimum_bytes: "262144k" }, own, "dynamic").change, {});
});

test("an emptied field goes back to the default", () => {
  assert.deepEqual(changeOf({ ...draftOf(vm()), minimum_bytes: "", buffer_percent: " " }, own, "dynamic").change, { minimum_bytes: null, buffer_percent: null });
});

test("each wrong field has its own sentence", () => {
  const { errors } = changeOf({ ...draftOf(vm()), minimum_bytes: "1,5G", weight: "high" }, own, "dynamic");
  assert.match(errors.minimum_bytes ?? "", /1\.5G/);
  assert.match(errors.weight ?? "", /whole number/);
  assert.equal(errors.maximum_bytes, undefined);
});

test("a lower maximum says how much the VM gives back", () => {
  const [effect] = effects(vm(), vm({ maximum_bytes: 512 * MIB }), { maximum_bytes: 512 * MIB });
  assert.equal(effect?.when, "now");
  assert.match(effect?.text ?? "", /asked to give back 512 MiB/);
});

test("startup counts at the next boot, and limits of a static VM once it is dynamic", () => {
  assert.equal(effects(vm(), vm({ startup_bytes: 512 * MIB }), { startup_bytes: 512 * MIB })[0]?.when, "start");
  assert.equal(effects(vm({ mode: "static" }), vm({ mode: "static", minimum_bytes: 512 * MIB }), { minimum_bytes: 512 * MIB })[0]?.when, "kept");
});

test("what the daemon would ask of it at once is said with its numbers", () => {
  const text = (before: Partial<Vm>, after: Partial<Vm>) => effects(vm(before), vm(after), { weight: 7000 }).at(-1)?.text ?? "";
  const now = { target_bytes: 1024 * MIB, wanted_bytes: 900 * MIB };
  assert.equal(text(now, { target_bytes: 1536 * MIB, wanted_bytes: 1536 * MIB }), "In all it is asked to have 1.50 GiB instead of 1.00 GiB: 512 MiB more. It would want 1.50 GiB.");
  assert.equal(text(now, { ...now, target_bytes: 1025 * MIB }), "In all nothing moves at once. It would want 900 MiB, as now.");
  assert.match(text(now, { target_bytes: null }), /^Weight/);
  assert.match(effects(vm({ ...now, mode: "static" }), vm({ ...now, mode: "static" }), { weight: 7 }).at(-1)?.text ?? "", /^Weight/);
});
