import assert from "node:assert/strict";
import { test } from "node:test";
import { layers } from "../../src/parts/layers";

test("layers add up, the largest below, and a VM that never had memory has none", () => {
  const { names, stacked } = layers(["a", "b", "off"], [[1, 10, 30, null], [2, 10, null, null]]);
  assert.deepEqual(names, ["b", "a"]);
  assert.deepEqual(stacked, [[1, 30, 40], [2, 0, 10]]);
});

test("a time of which nothing is known is a gap, and not zero", () => {
  assert.deepEqual(layers(["a"], [[1, 5], [2, null]]).stacked, [[1, 5], [2, null]]);
});

test("beyond ten VMs the others are one layer", () => {
  const columns = Array.from({ length: 14 }, (_, index) => `vm${index}`);
  const { names, stacked, rest } = layers(columns, [[1, ...columns.map((_name, index) => 100 - index)]]);
  assert.equal(rest, true);
  assert.equal(names.at(-1), "4 others");
  assert.equal(stacked[0]?.at(-1), columns.reduce((sum, _name, index) => sum + 100 - index, 0));
});
