// The settings dialog's logic, free of drawing: what was typed, what it means, and what the change would do.
import type { Settings, Vm } from "../state/types";
import { bytes, parseSize, sizeText } from "../text/bytes";

export type SizeField = "startup_bytes" | "minimum_bytes" | "maximum_bytes";
export type Field = SizeField | "mode" | "buffer_percent" | "weight";
export const SIZES: SizeField[] = ["startup_bytes", "minimum_bytes", "maximum_bytes"];

export type Draft = Record<Exclude<Field, "mode">, string> & { mode: "static" | "dynamic" };
export type Errors = Partial<Record<Field | "", string>>;
export type Change = Partial<Record<Field, string | number | null>>;

export const NAMES: Record<Field, string> = {
  mode: "Mode",
  startup_bytes: "Startup",
  minimum_bytes: "Minimum",
  maximum_bytes: "Maximum",
  buffer_percent: "Buffer",
  weight: "Weight",
};

export function draftOf(vm: Vm): Draft {
  const own = vm.settings;
  const size = (value: number | null) => (value === null ? "" : sizeText(value));
  const number = (value: number | null) => (value === null ? "" : String(value));
  return {
    mode: own.mode ?? vm.mode,
    startup_bytes: size(own.startup_bytes),
    minimum_bytes: size(own.minimum_bytes),
    maximum_bytes: size(own.maximum_bytes),
    buffer_percent: number(own.buffer_percent),
    weight: number(own.weight),
  };
}

// Only what differs from what the owner wrote before. An emptied field goes back to the default.
export function changeOf(draft: Draft, own: Settings, mode: "static" | "dynamic"): { change: Change; errors: Errors } {
  const change: Change = {};
  const errors: Errors = {};
  if (draft.mode !== (own.mode ?? mode)) change.mode = draft.mode;
  for (const field of SIZES) {
    const text = draft[field].trim();
    if (text === "") {
      if (own[field] !== null) change[field] = null;
      continue;
    }
    const parsed = parseSize(text);
    if ("error" in parsed) errors[field] = parsed.error;
    else if (parsed.bytes !== own[field]) change[field] = parsed.bytes;
  }
  for (const field of ["buffer_percent", "weight"] as const) {
    const text = draft[field].trim();
    if (text === "") {
      if (own[field] !== null) change[field] = null;
    } else if (!/^\d+$/.test(text)) {
      errors[field] = `“${text}” is not a whole number.`;
    } else if (Number(text) !== own[field]) {
      change[field] = Number(text);
    }
  }
  return { change, errors };
}

export interface Effect {
  text: string;
  when: "now" | "start" | "kept";
}

// What the daemon's answer to a dry run means for this VM now, one sentence an effect.
export function effects(before: Vm, after: Vm, change: Change): Effect[] {
  const out: Effect[] = [];
  const say = (when: Effect["when"], text: string) => out.push({ when, text });
  const off = before.status === "off" || before.assigned_bytes === null;
  const acts = off ? "start" : "now";
  const has = before.assigned_bytes ?? 0;
  const managed = after.mode === "dynamic";
  if (change.mode === "dynamic") say(acts, off ? "Aerostat will manage its memory." : "Aerostat starts to manage its memory.");
  if (change.mode === "static") say(acts, off ? "Its memory will not change." : `Its memory stays as it is, at ${bytes(has)}.`);
  if ("startup_bytes" in change) say("start", `Startup: ${bytes(before.startup_bytes)} → ${bytes(after.startup_bytes)}. It counts when the VM boots.`);
  if ("minimum_bytes" in change) {
    say(managed ? acts : "kept", `Minimum: ${bytes(before.minimum_bytes)} → ${bytes(after.minimum_bytes)}.${rises(after, has, off || !managed)}`);
  }
  if ("maximum_bytes" in change) {
    say(managed ? acts : "kept", `Maximum: ${bytes(before.maximum_bytes)} → ${bytes(after.maximum_bytes)}.${falls(after, has, off || !managed)}`);
  }
  if ("buffer_percent" in change) say(managed ? acts : "kept", `Buffer: ${buffer(before)} → ${buffer(after)}.`);
  if ("weight" in change) say(managed ? acts : "kept", `Weight: ${before.weight} → ${after.weight}. It decides when memory does not suffice for all.`);
  if (!off && managed && before.mode === "dynamic") atOnce(before, after, say);
  return out;
}

const LEAST_MOVE = 2 * 2 ** 20;

// What the daemon would ask of the VM now: it tried its policy on what it sees.
function atOnce(before: Vm, after: Vm, say: (when: Effect["when"], text: string) => void): void {
  const { target_bytes: from } = before;
  const { target_bytes: to, wanted_bytes: wanted } = after;
  if (from == null || to == null) return;
  const wants = wanted == null ? "" : ` It would want ${bytes(wanted)}${wanted === before.wanted_bytes ? ", as now" : ""}.`;
  if (Math.abs(to - from) >= LEAST_MOVE) say("now", `In all it is asked to have ${bytes(to)} instead of ${bytes(from)}: ${bytes(Math.abs(to - from))} ${to > from ? "more" : "less"}.${wants}`);
  else if (wants) say("now", `In all nothing moves at once.${wants}`);
}

function buffer(vm: Vm): string {
  return vm.buffer_percent === null ? "learned" : `${vm.buffer_percent} %`;
}

function rises(after: Vm, has: number, idle: boolean): string {
  const least = after.minimum_bytes;
  if (idle || least === null) return "";
  if (has >= least) return ` The VM has ${bytes(has)}: nothing moves at once.`;
  return ` The VM has ${bytes(has)} and grows to ${bytes(least)} as far as the host has memory.`;
}

function falls(after: Vm, has: number, idle: boolean): string {
  const most = after.maximum_bytes;
  if (idle || most === null) return "";
  if (has <= most) return ` The VM has ${bytes(has)}: nothing moves at once.`;
  return ` The VM has ${bytes(has)} and is asked to give back ${bytes(has - most)}.`;
}
