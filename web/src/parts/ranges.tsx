import { RANGES, type RangeId } from "../state/history";

export function Ranges({ value, set }: { value: RangeId; set: (id: RangeId) => void }) {
  return (
    <div class="groups" role="group" aria-label="How far back">
      {RANGES.map(({ id, title }) => (
        <button key={id} type="button" aria-pressed={value === id} onClick={() => set(id)}>{title}</button>
      ))}
    </div>
  );
}
