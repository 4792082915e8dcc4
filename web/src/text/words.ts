// Names and explanations of what is shown; one place for all views.
import type { Vm } from "../state/types";

export const EXPLAIN = {
  assigned: "Memory that the host has given the VM now",
  visible: "Memory that the guest believes it has; its own tools show this number",
  demand: "What the guest needs to run without paging",
  wanted: "Demand and buffer, within minimum and maximum",
  pressure: "Demand in percent of assigned; 100 is exactly enough",
  resident: "Memory of the host that the VM's process occupies",
  available: "Memory that programs in the guest can still use",
  swap: "What the guest has moved to its own swap",
  target: "What was last asked of the VM",
  range: "From minimum to maximum, with what is assigned now",
  recent: "Assigned memory in the last ten minutes",
  startup: "Memory that the VM boots with",
  minimum: "A running VM is never pushed below this",
  maximum: "A VM never grows above this",
  buffer: "Headroom above demand that is kept ready",
  weight: "Who gets memory first when there is not enough for all",
};

export type Tone = "good" | "watch" | "bad" | "quiet";

const TONES: Record<string, Tone> = {
  ok: "good",
  low: "watch",
  warning: "bad",
  paging: "bad",
  starting: "watch",
  stalled: "bad",
  "no-integration": "watch",
  "not-responding": "bad",
  "bad-reports": "bad",
  static: "quiet",
  paused: "quiet",
  off: "quiet",
};

export function tone(vm: Pick<Vm, "status">): Tone {
  return TONES[vm.status] ?? "watch";
}

// The worst first, so that sorting by status brings up who needs help.
const ORDER = ["paging", "warning", "not-responding", "stalled", "bad-reports", "low", "no-integration", "starting", "ok", "paused", "static", "off"];

export function severity(vm: Pick<Vm, "status">): number {
  const place = ORDER.indexOf(vm.status);
  return place < 0 ? 0 : place;
}

export const RULES: Record<string, string> = {
  hold: "Held",
  grow: "Grew",
  "give-back": "Gave back",
  startup: "Startup",
  "return-idle": "Returned idle memory",
  yield: "Yielded",
  "share-buffers": "Shared buffers",
  "cut-by-weight": "Cut by weight",
  refused: "Refused",
  waiting: "Waiting",
  guarded: "Guarded",
};

export const PARTS: Record<string, string> = {
  demand: "demand",
  headroom: "learned headroom",
  block: "room for a block",
  ahead: "growth ahead",
  buffer: "buffer",
  floor: "learned floor",
  minimum: "up to the minimum",
  maximum: "cut by the maximum",
  startup: "up to startup",
  held: "held",
  kernel: "for the kernel",
  rescue: "rescue",
  slack: "least slack",
  offer: "not offered",
  unproven: "not believed",
};

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
