// The what-if view's logic, free of drawing: what was typed, and what it asks of the daemon.
import type { Settings, Vm, WhatIfVm } from "../state/types";
import { parseSize } from "../text/bytes";
import { duration } from "../text/time";
import { changeOf, draftOf, NAMES, type Change, type Draft, type Field } from "./settings_form";

export interface Added {
  key: number;
  like: string;
  count: string;
  minimum: string;
  maximum: string;
}
export interface Changed {
  key: number;
  name: string;
  draft: Draft;
}
export interface Question {
  since: string;
  capacity: string;
  added: Added[];
  changed: Changed[];
}

export interface Asked {
  body: Record<string, unknown>;
  // By the id of the field; "" stands above the button.
  errors: Record<string, string>;
}

const NOTHING: Settings = { mode: null, startup_bytes: null, minimum_bytes: null, maximum_bytes: null, buffer_percent: null, weight: null };

export function changedFor(key: number, vm: Vm): Changed {
  return { key, name: vm.name, draft: draftOf(vm) };
}

function sizeInto(out: Record<string, unknown>, errors: Record<string, string>, name: string, text: string, id: string): void {
  if (text.trim() === "") return;
  const parsed = parseSize(text);
  if ("error" in parsed) errors[id] = parsed.error;
  else out[name] = parsed.bytes;
}

export function asked(question: Question, vms: ReadonlyMap<string, Vm>): Asked {
  const body: Record<string, unknown> = { since: question.since };
  const errors: Record<string, string> = {};
  sizeInto(body, errors, "capacity_bytes", question.capacity, "capacity");
  body.vms = question.changed.map(({ key, name, draft }) => {
    const vm = vms.get(name);
    const wish = changeOf(draft, vm?.settings ?? NOTHING, vm?.mode ?? "dynamic");
    for (const [field, text] of Object.entries(wish.errors)) errors[`changed-${key}-${field}`] = text;
    return { name, ...wish.change } satisfies Change & { name: string };
  });
  body.add = question.added.map(({ key, like, count, minimum, maximum }) => {
    const out: Record<string, unknown> = { like, count: Number(count) };
    if (!/^\d+$/.test(count.trim())) errors[`added-${key}-count`] = `“${count}” is not a whole number.`;
    sizeInto(out, errors, "minimum_bytes", minimum, `added-${key}-minimum_bytes`);
    sizeInto(out, errors, "maximum_bytes", maximum, `added-${key}-maximum_bytes`);
    return out;
  });
  return { body, errors };
}

// "vms[1].minimum_bytes" of the daemon is the field of the second change.
export function fieldOf(field: string | null, question: Question): string {
  if (field === "capacity_bytes") return "capacity";
  if (field === "since" || field === "until") return "since";
  const found = /^(vms|add)\[(\d+)\]\.(\w+)$/.exec(field ?? "");
  if (!found) return "";
  const [, list, place, name] = found;
  const entry = (list === "vms" ? question.changed : question.added)[Number(place)];
  return entry ? `${list === "vms" ? "changed" : "added"}-${entry.key}-${name}` : "";
}

// What is asked, in words, for the heading above an answer.
export function summary(question: Question, vms: ReadonlyMap<string, Vm>): string {
  const parts = question.added.map(({ like, count }) => `${count} more like ${like}`);
  for (const { name, draft } of question.changed) {
    const vm = vms.get(name);
    const change = changeOf(draft, vm?.settings ?? NOTHING, vm?.mode ?? "dynamic").change;
    const fields = Object.keys(change) as Field[];
    if (fields.length) parts.push(`${name}: ${fields.map((field) => NAMES[field].toLowerCase()).join(", ")} changed`);
  }
  if (question.capacity.trim()) parts.push(`a capacity of ${question.capacity.trim()}`);
  return parts.length ? parts.join("; ") : "nothing changed";
}

// The VMs that would fare worse first, then by name.
export function worseFirst(vms: readonly WhatIfVm[]): WhatIfVm[] {
  const worse = ({ before, after }: WhatIfVm) => (after?.short_s ?? 0) - (before?.short_s ?? 0);
  return [...vms].sort((a, b) => worse(b) - worse(a) || a.name.localeCompare(b.name));
}

export function shortText(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  return seconds === 0 ? "never" : duration(seconds);
}
