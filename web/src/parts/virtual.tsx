// Draws only the rows that can be seen; the window scrolls. All rows have one height, which CSS gives (--row).
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { visibleSpan, type Span } from "./span";

export function Virtual(props: { count: number; row: (index: number) => ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(44);
  const [span, setSpan] = useState<Span>({ from: 0, to: 40 });

  const row = useRef(44);

  const measure = () => {
    if (place.current) row.current = parseFloat(getComputedStyle(place.current).getPropertyValue("--row")) || 44;
    setHeight(row.current);
    look();
  };
  const look = () => {
    const element = place.current;
    if (!element) return;
    const next = visibleSpan(element.getBoundingClientRect().top, window.innerHeight, row.current, props.count);
    setSpan((old) => (old.from === next.from && old.to === next.to ? old : next));
  };

  useLayoutEffect(measure, [props.count]);
  useEffect(() => {
    // A browser tells of scrolling once a frame, before it draws.
    window.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      window.removeEventListener("scroll", look);
      window.removeEventListener("resize", measure);
    };
  }, [props.count]);

  const to = Math.min(span.to, props.count);
  const from = Math.min(span.from, to);
  const rows: ComponentChildren[] = [];
  for (let index = from; index < to; index += 1) rows.push(props.row(index));
  return (
    <div
      ref={place}
      class="rows"
      role="rowgroup"
      style={{ paddingTop: `${from * height}px`, paddingBottom: `${(props.count - to) * height}px` }}
    >
      {rows}
    </div>
  );
}
