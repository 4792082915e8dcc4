// Which rows of a long list can be seen.
const SPARE = 6; // rows beyond each edge, at least
const STEP = 4; // rows come and go so many at a time: most frames of a scroll then change nothing

export interface Span {
  from: number;
  to: number;
}

export function visibleSpan(top: number, height: number, row: number, count: number): Span {
  const from = Math.max(0, Math.floor((-top / row - SPARE) / STEP) * STEP);
  const to = Math.min(count, Math.ceil(((height - top) / row + SPARE) / STEP) * STEP);
  return { from: Math.min(from, count), to: Math.max(to, Math.min(from, count)) };
}
