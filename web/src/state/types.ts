// What the API sends, as docs/guide/api.md describes it. null: not known.

export type Bytes = number | null;

export interface Host {
  version: string;
  manager: "running" | "paused";
  paused_since: string | null;
  vms: number;
  capacity_bytes: number;
  reserve_bytes: number;
  reserved_bytes: number;
  committed_bytes: number;
  committed_peak_bytes: number;
  free_bytes: number;
  host_available_bytes: Bytes;
  host_total_bytes: Bytes;
  over_committed_bytes: number;
  over_committed_passes: number;
  late_ticks: number;
  reclaimed_bytes: number;
  note: string;
  history: "on" | "paused" | "off";
}

export interface Settings {
  mode: "static" | "dynamic" | null;
  startup_bytes: Bytes;
  minimum_bytes: Bytes;
  maximum_bytes: Bytes;
  buffer_percent: number | null;
  weight: number | null;
}

export interface Vm {
  name: string;
  mode: "static" | "dynamic";
  status: string;
  status_text: string;
  startup_bytes: Bytes;
  minimum_bytes: Bytes;
  maximum_bytes: Bytes;
  buffer_percent: number | null;
  weight: number;
  assigned_bytes: Bytes;
  visible_bytes: Bytes;
  demand_bytes: Bytes;
  wanted_bytes: Bytes;
  pressure_percent: number | null;
  target_bytes: Bytes;
  committed_bytes: Bytes;
  resident_bytes: Bytes;
  available_bytes: Bytes;
  swap_used_bytes: Bytes;
  swap_in_pages: number | null;
  swap_out_pages: number | null;
  oom_kills: number | null;
  sample_age_s: number | null;
  integration: string;
  os: string;
  devices: string;
  grows: number;
  shrinks: number;
  added_bytes: number;
  removed_bytes: number;
  refusals: number;
  reboots: number;
  peak_assigned_bytes: Bytes;
  peak_demand_bytes: Bytes;
  watched_s: number | null;
  note: string;
  settings: Settings;
  warnings: string[];
}

export interface Reservation {
  vm: string;
  state: string;
  memory_bytes: number;
  missing_bytes: number;
  weight: number;
  asked_at: string;
  until: string | null;
  asked_by: string;
  why: string;
}

export interface Event {
  seq: number;
  time: string;
  code: string;
  vm: string;
  text: string;
  by: string | null; // who asked for it
}

export interface Decision {
  seq: number;
  time: string;
  vm: string;
  rule: string;
  from_bytes: Bytes;
  to_bytes: Bytes;
  why: string;
  assigned_bytes: Bytes;
  demand_bytes: Bytes;
  wanted_bytes: Bytes;
  wanted_parts: Record<string, number>;
  host_free_bytes: Bytes;
  repeated: number;
  result: string;
}

export interface Finding {
  check: string;
  severity: "ok" | "note" | "warning" | "problem";
  vm: string | null;
  text: string;
  evidence: string | null;
  remedy: string | null;
}

export interface History {
  of?: string;
  step_s: number;
  columns: string[];
  rows: (number | null)[][];
}

export interface HistoryStatus {
  history: "on" | "paused" | "off";
  note: string;
  used_bytes?: number;
  limit_bytes?: number;
  oldest?: string | null;
}

export interface Me {
  name: string;
  scope: "read" | "change";
}

export interface List<T> {
  items: T[];
  next: unknown;
}

// The messages of /v1/live.
export interface StateMessage {
  time: string;
  host: Host;
  vms: Vm[];
  reservations: Reservation[];
}
export interface ChangeMessage {
  time: string;
  host?: Partial<Host>;
  vms?: (Partial<Vm> & { name: string })[];
  gone?: string[];
  reservations?: Reservation[];
}

// What a change would have done, simulated. null: the VM was not there, or it is not known.
export interface WhatIfNumbers {
  judged_s: number;
  short_s: number;
  longest_short_s: number;
  paged_bytes: number;
  least_available_bytes: Bytes;
  mean_assigned_bytes: number;
  peak_assigned_bytes: number;
  refusals: number;
}
export interface WhatIfVm {
  name: string;
  like: string | null;
  need_known: boolean;
  before: WhatIfNumbers | null;
  after: WhatIfNumbers | null;
}
export interface WhatIfHost {
  capacity_bytes: number;
  peak_committed_bytes: number;
  mean_committed_bytes: number;
  least_free_bytes: number;
  short_s: number;
  paged_bytes: number;
  refusals: number;
}
export interface WhatIfReport {
  since: string;
  until: string;
  step_s: number;
  verdict: string;
  notes: string[];
  before: WhatIfHost;
  after: WhatIfHost;
  vms: WhatIfVm[];
  columns: string[];
  rows: (number | null)[][];
}
export interface WhatIf {
  id: string;
  state: "running" | "done" | "failed";
  progress_percent: number;
  error: string | null;
  report: WhatIfReport | null;
}
