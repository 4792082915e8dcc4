// Times for people, in the reader's own zone.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const dated = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

export function clockTime(when: string | number | Date): string {
  return clock.format(new Date(when));
}

export function shortTime(when: string | number | Date): string {
  return short.format(new Date(when));
}

// With the date, where it is not today's.
export function when(time: string | number | Date): string {
  const date = new Date(time);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : dated.format(date);
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}
