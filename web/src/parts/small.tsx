// Small pieces that every view uses.
import type { ComponentChildren } from "preact";
import { bytes, MISSING } from "../text/bytes";
import { duration } from "../text/time";
import { tone, type Tone } from "../text/words";
import type { Vm } from "../state/types";

export function Status({ vm }: { vm: Vm }) {
  return (
    <span class={`status ${tone(vm)}`}>
      <span class="dot" aria-hidden="true" />
      {vm.status_text || vm.status}
    </span>
  );
}

export function Size({ value, age }: { value: number | null | undefined; age?: number | null | undefined }) {
  if (value === null || value === undefined) return <Missing age={age} />;
  const [number, unit] = bytes(value).split(" ");
  return (
    <>
      {number} <span class="unit">{unit}</span>
    </>
  );
}

// `age`: of the last report, in seconds; null: there was none; undefined: the guest does not report this.
export function Missing({ age }: { age?: number | null | undefined }) {
  const text = age === undefined ? "not known" : age === null ? "not known: its guest never reported" : `not known: last report ${duration(age)} ago`;
  return (
    <span class="missing" title={text}>
      <span aria-hidden="true">{MISSING}</span>
      <span class="hidden">{text}</span>
    </span>
  );
}

// Old numbers say so; an age below this is what a guest that reports has.
const FRESH_S = 3;

export function Age({ vm }: { vm: Vm }) {
  const age = vm.sample_age_s;
  if (age === null) return <span class="muted">no report</span>;
  return <span class={age > FRESH_S ? "old" : "muted"}>{duration(age)} ago</span>;
}

export function isStale(vm: Vm): boolean {
  return vm.sample_age_s !== null && vm.sample_age_s > FRESH_S;
}

export function Figure(props: { label: string; explain?: string; children: ComponentChildren; tone?: Tone }) {
  return (
    <div class={`figure ${props.tone ?? ""}`} title={props.explain}>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

export function Panel(props: { title: string; side?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={`panel ${props.class ?? ""}`}>
      <header>
        <h2>{props.title}</h2>
        {props.side}
      </header>
      {props.children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Trouble({ text, retry }: { text: string; retry?: () => void }) {
  return (
    <p class="trouble" role="alert">
      {text}{" "}
      {retry && (
        <button type="button" class="link" onClick={retry}>
          Try again
        </button>
      )}
    </p>
  );
}
