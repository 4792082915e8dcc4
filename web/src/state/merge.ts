// Applies the messages of /v1/live. Objects that did not change stay the same, so that only what changed is drawn anew.
import type { ChangeMessage, Host, Reservation, StateMessage, Vm } from "./types";

export interface Live {
  host: Host;
  vms: ReadonlyMap<string, Vm>;
  reservations: Reservation[];
  time: string;
}

export function started(message: StateMessage): Live {
  const vms = new Map(message.vms.map((vm) => [vm.name, vm]));
  return { host: message.host, vms, reservations: message.reservations ?? [], time: message.time };
}

export function changed(live: Live, message: ChangeMessage): Live {
  const host = message.host ? { ...live.host, ...message.host } : live.host;
  const reservations = message.reservations ?? live.reservations;
  if (!message.vms?.length && !message.gone?.length) return { ...live, host, reservations, time: message.time };
  const vms = new Map(live.vms);
  for (const name of message.gone ?? []) vms.delete(name);
  for (const vm of message.vms ?? []) vms.set(vm.name, { ...vms.get(vm.name), ...vm } as Vm);
  return { host, vms, reservations, time: message.time };
}
