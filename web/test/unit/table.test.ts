import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleSpan } from "../../src/parts/span";
import { sparkPath } from "../../src/parts/spark";

test("only rows near the window are drawn", () => {
  assert.deepEqual(visibleSpan(100, 900, 46, 500), { from: 0, to: 24 });
  assert.deepEqual(visibleSpan(-4600, 920, 46, 500), { from: 92, to: 128 });
  assert.deepEqual(visibleSpan(-4650, 920, 46, 500), { from: 92, to: 128 }, "a little further nothing changes");
  assert.deepEqual(visibleSpan(-99999, 900, 46, 500), { from: 500, to: 500 });
  assert.deepEqual(visibleSpan(0, 900, 46, 3), { from: 0, to: 3 });
});

test("a gap in a sparkline is no line", () => {
  const { line } = sparkPath([1, 2, NaN, 4, 5], 5);
  assert.equal(line.match(/M/g)?.length, 2);
});
