import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, parseSize, sizeText } from "../../src/text/bytes";

const MIB = 1024 ** 2;
const read = (text: string) => {
  const parsed = parseSize(text);
  return "bytes" in parsed ? parsed.bytes : parsed.error;
};

test("sizes are read as the command line reads them", () => {
  assert.equal(read("1.5G"), 1536 * MIB);
  assert.equal(read("1536M"), 1536 * MIB);
  assert.equal(read("1536 MiB"), 1536 * MIB);
  assert.equal(read("65536 k"), 64 * MIB);
  assert.equal(read(" 2gib "), 2048 * MIB);
  assert.equal(read("1T"), 1024 ** 4);
});

test("a size that is not one is refused with a sentence that says why", () => {
  assert.match(String(read("1,5G")), /comma.*point: 1\.5G/);
  assert.match(String(read("512")), /no unit; write 512M/);
  assert.match(String(read("-1G")), /negative/);
  assert.match(String(read("much")), /does not start with a number/);
  assert.match(String(read("5X")), /not a unit/);
  assert.match(String(read("1e3M")), /not a unit/);
  assert.match(String(read("2000T")), /more than 1 PiB/);
});

test("a size in a field is read back exactly", () => {
  for (const size of [32 * MIB, 384 * MIB, 1536 * MIB, 1434 * MIB, 2 ** 31, 5 * 1024, 3 * 2 ** 40 + 4096]) {
    assert.equal(read(sizeText(size)), size);
  }
  assert.equal(sizeText(1536 * MIB), "1.5G");
});

test("a missing number is never zero", () => {
  assert.equal(bytes(null), "–");
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1.5 * 1024 ** 3), "1.50 GiB");
  assert.equal(bytes(512 * MIB), "512 MiB");
});
