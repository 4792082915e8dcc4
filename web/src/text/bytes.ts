// Sizes for people: printed with three digits as the command line does, read with the same rules.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export const MISSING = "–";

export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined) return MISSING;
  const sign = n < 0 ? "−" : "";
  let value = Math.abs(n);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  // MiB and below have no useful fraction; 1023.6 MiB is not "1024 MiB".
  const digits = unit < 3 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${sign}${value.toFixed(digits)} ${UNITS[unit]}`;
}

export type Parsed = { bytes: number } | { error: string };

const FACTORS: Record<string, number> = {};
for (const [index, letter] of ["K", "M", "G", "T"].entries()) {
  for (const name of [letter, `${letter}B`, `${letter}IB`]) FACTORS[name] = 1024 ** (index + 1);
}

// "1.5G", "1536M", "1536 MiB", "65536 k".
export function parseSize(text: string): Parsed {
  const trimmed = text.trim();
  const found = /^(\d+(?:\.\d*)?|\.\d+)(.*)$/.exec(trimmed);
  if (!found) {
    if (trimmed.startsWith("-")) return { error: `“${trimmed}” is negative; write a size such as 512M or 1.5G.` };
    return { error: `“${trimmed}” does not start with a number; write a size such as 512M or 1.5G.` };
  }
  const [, number = "", rest = ""] = found;
  const comma = /^,(\d+)\s*(.*)$/.exec(rest);
  if (comma) {
    return { error: `“${trimmed}” has a comma. The decimal sign is a point: ${number}.${comma[1]}${comma[2] || "G"}. There are no thousands separators.` };
  }
  const unit = rest.trim().toUpperCase();
  if (unit === "") return { error: `“${trimmed}” has no unit; write ${trimmed}M or ${trimmed}G.` };
  const factor = FACTORS[unit];
  if (factor === undefined) return { error: `“${rest.trim()}” is not a unit; the units are K, M, G and T.` };
  const size = Math.round(Number(number) * factor);
  if (size > 1024 ** 5) return { error: `“${trimmed}” is more than 1 PiB.` };
  return { bytes: size };
}

// The shortest text that parseSize() reads back exactly: for input fields.
export function sizeText(n: number): string {
  for (const [letter, power] of [["T", 4], ["G", 3], ["M", 2], ["K", 1]] as const) {
    const value = n / 1024 ** power;
    if (value < 1) continue;
    const short = String(Number(value.toFixed(2)));
    if (Math.round(Number(short) * 1024 ** power) === n) return `${short}${letter}`;
  }
  return `${n / 1024}K`;
}

export function percent(n: number | null | undefined): string {
  return n === null || n === undefined ? MISSING : `${Math.round(n)} %`;
}
