// The live picture: one stream of the daemon, merged into signals that views read.
// While the tab is hidden messages are merged and nothing is drawn. A lost stream says since when, and comes back.
import { batch, signal } from "@preact/signals";
import { get, Problem } from "./api";
import { changed, started, type Live } from "./merge";
import { Ring } from "./series";
import { checkSession, me, needsLogin } from "./session";
import type { ChangeMessage, Event, History, List, StateMessage, Vm } from "./types";

const KEPT_EVENTS = 300;
const RETRY_MS = 1000;

export const live = signal<Live | null>(null);
export const events = signal<readonly Event[]>([]);
// Since when nothing was heard; null: connected.
export const lostSince = signal<Date | null>(null);

// Counts how often the past was filled in: sparklines change then, and no VM does.
export const filled = signal(0);

const rings = new Map<string, Ring>();
let source: EventSource | null = null;
let retry: number | undefined;
// The merged state that is not shown yet.
let pending: Live | null = null;
let drawing = false;

export function ringOf(name: string): Ring {
  let ring = rings.get(name);
  if (!ring) rings.set(name, (ring = new Ring()));
  return ring;
}

// However many messages arrive, views are drawn once a frame.
function show(next: Live): void {
  pending = next;
  if (drawing) return;
  drawing = true;
  const draw = () => {
    drawing = false;
    live.value = pending;
  };
  if (document.hidden) setTimeout(draw, 1000);
  else requestAnimationFrame(draw);
}

function remember(time: string, vms: Iterable<Pick<Vm, "name" | "assigned_bytes">>): void {
  const now = Date.parse(time) / 1000;
  for (const vm of vms) ringOf(vm.name).put(now, vm.assigned_bytes);
}

function onState(message: StateMessage): void {
  lostSince.value = null;
  for (const name of [...rings.keys()]) if (!message.vms.some((vm) => vm.name === name)) rings.delete(name);
  remember(message.time, message.vms);
  show(started(message));
  void fill();
}

function onChange(message: ChangeMessage): void {
  if (!pending) return;
  const next = changed(pending, message);
  for (const name of message.gone ?? []) rings.delete(name);
  remember(message.time, next.vms.values());
  show(next);
}

function onEvent(event: Event): void {
  const known = events.value;
  if (known.some((other) => other.seq === event.seq && other.time === event.time)) return;
  events.value = [...known, event].slice(-KEPT_EVENTS);
}

// What happened before this page was opened, or while it was away.
async function fill(): Promise<void> {
  const [old, past] = await Promise.allSettled([
    get<List<Event>>("/v1/events"),
    get<History>("/v1/history?each=assigned_bytes&since=10m&points=120"),
  ]);
  batch(() => {
    if (old.status === "fulfilled") events.value = old.value.items.slice(-KEPT_EVENTS);
    if (past.status === "fulfilled") fillRings(past.value);
  });
}

function fillRings(history: History): void {
  history.columns.slice(1).forEach((name, index) => {
    if (!pending?.vms.has(name)) return;
    const ring = ringOf(name);
    for (const row of history.rows) if (row[0] != null) ring.put(row[0], row[index + 1] ?? null);
  });
  filled.value += 1;
}

function parsed<T>(handler: (data: T) => void): (event: MessageEvent<string>) => void {
  return (event) => handler(JSON.parse(event.data) as T);
}

export function connect(): void {
  close();
  source = new EventSource("/v1/live");
  source.addEventListener("state", parsed(onState));
  source.addEventListener("change", parsed(onChange));
  source.addEventListener("event", parsed(onEvent));
  source.onerror = () => void onLost();
}

function close(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

// An EventSource says nothing about why; a plain request does.
async function onLost(): Promise<void> {
  lostSince.value ??= new Date();
  close();
  try {
    await checkSession();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return;
  }
  if (!needsLogin.value) retry = window.setTimeout(connect, RETRY_MS);
}

export async function begin(): Promise<void> {
  try {
    await checkSession();
  } catch {
    // Not reachable: the stream says so and tries again.
  }
  if (!needsLogin.value) connect();
}

export function end(): void {
  close();
  pending = null;
  batch(() => {
    live.value = null;
    me.value = null;
    events.value = [];
    lostSince.value = null;
  });
}
