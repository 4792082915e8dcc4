// The last ten minutes of each VM's assigned memory, for the sparklines: one bounded ring a VM.

export const SPAN_S = 600;
const STEP_S = 5;
const SLOTS = SPAN_S / STEP_S;

export class Ring {
  // NaN: not known.
  private readonly values = new Float64Array(SLOTS).fill(NaN);
  private newest = -Infinity; // number of the newest slot since the epoch

  put(time_s: number, value: number | null): void {
    const slot = Math.floor(time_s / STEP_S);
    if (slot <= this.newest - SLOTS) return;
    if (slot > this.newest) {
      const skipped = Math.min(SLOTS, slot - this.newest);
      for (let back = 0; back < skipped; back += 1) this.values[mod(slot - back)] = NaN;
      this.newest = slot;
    }
    this.values[mod(slot)] = value ?? NaN;
  }

  // Oldest first, up to `now_s`; NaN where nothing is known.
  read(now_s: number): number[] {
    const last = Math.floor(now_s / STEP_S);
    const out: number[] = [];
    for (let slot = last - SLOTS + 1; slot <= last; slot += 1) {
      out.push(slot > this.newest || slot <= this.newest - SLOTS ? NaN : this.values[mod(slot)] ?? NaN);
    }
    return out;
  }
}

function mod(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}
