// From minimum to maximum as a small bar, with what is assigned, demanded and asked for now.
import type { Vm } from "../state/types";
import { bytes } from "../text/bytes";

export function Range({ vm }: { vm: Vm }) {
  const { minimum_bytes: minimum, maximum_bytes: maximum, assigned_bytes: assigned, demand_bytes: demand } = vm;
  if (maximum === null || maximum === 0) return minimum ? <span class="muted">from {bytes(minimum)}</span> : null;
  const least = minimum ?? 0;
  const at = (value: number) => `${Math.min(100, Math.max(0, (value / maximum) * 100)).toFixed(1)}%`;
  const label = `${bytes(least)} to ${bytes(maximum)}; assigned ${bytes(assigned)}; demand ${bytes(demand)}`;
  return (
    <div class="range">
      <svg width="100%" height="10" role="img" aria-label={label}>
        <title>{label}</title>
        <rect class="track" x="0" y="3" width="100%" height="4" rx="2" />
        <rect class="allowed" x={at(least)} y="3" width={at(maximum - least)} height="4" rx="2" />
        {assigned !== null && <rect class="has" x="0" y="3" width={at(assigned)} height="4" rx="2" />}
        <line class="limit" x1={at(least)} x2={at(least)} y1="1" y2="9" />
        {demand !== null && <line class="demand" x1={at(demand)} x2={at(demand)} y1="0" y2="10" />}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>{bytes(minimum)}</span>
        <span>{bytes(maximum)}</span>
      </div>
    </div>
  );
}
