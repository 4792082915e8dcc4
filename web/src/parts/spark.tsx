// A sparkline of ten minutes. Gaps stay gaps.
import { SPAN_S } from "../state/series";
import { bytes } from "../text/bytes";

const WIDTH = 100;
const HEIGHT = 24;

// One path a run of known values; the scale runs from zero to the most that is shown.
export function sparkPath(values: readonly number[], top: number): { line: string; area: string } {
  const step = WIDTH / Math.max(1, values.length - 1);
  let line = "";
  let area = "";
  let begin = -1;
  values.forEach((value, index) => {
    const known = !Number.isNaN(value);
    const x = (index * step).toFixed(1);
    if (known) {
      const y = (HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1);
      if (begin < 0) {
        begin = index;
        area += `M${x},${HEIGHT}L${x},${y}`;
      } else {
        area += `L${x},${y}`;
      }
      line += `${begin === index ? "M" : "L"}${x},${y}`;
    }
    const ends = begin >= 0 && (!known || index === values.length - 1);
    if (ends) {
      const last = known ? index : index - 1;
      area += `L${(last * step).toFixed(1)},${HEIGHT}Z`;
      begin = -1;
    }
  });
  return { line, area };
}

export function Spark({ values }: { values: readonly number[] }) {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return <span class="missing" aria-hidden="true" />;
  const least = Math.min(...known);
  const most = Math.max(...known);
  const { line, area } = sparkPath(values, most * 1.08 || 1);
  const label = `last ${SPAN_S / 60} minutes: ${bytes(least)} to ${bytes(most)}`;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      <path class="area" d={area} />
      <path class="line" d={line} />
    </svg>
  );
}
