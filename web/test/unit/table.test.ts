import assert from "node:assert/strict";
import { test } from "node:test";
import { freeText, segments } from "../../src/parts/segments";
import type { Live } from "../../src/state/merge";
import type { Host, Vm } from "../../src/state/types";
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

test("memory that is promised to a start and not there yet is never shown as negative free memory", () => {
  const host = { capacity_bytes: 1000, reserve_bytes: 100, reserved_bytes: 400, committed_bytes: 600, free_bytes: -100, over_committed_bytes: 0 } as Host;
  const vms = new Map([["a", { name: "a", assigned_bytes: 600 } as Vm]]);
  const all = segments({ host, vms, reservations: [], time: "" } as Live);
  assert.deepEqual(all.map(({ key, size }) => [key, size]), [["+reserve", 100], ["a", 600], ["+reserved", 300]]);
  assert.equal(freeText(host), "nothing free of 1000 B; 100 B still to be gathered for starts");
});
