// A chart over time by uPlot. It is made anew when its lines or the theme change, and destroyed with its place.
import uPlot from "uplot";
import { useEffect, useRef } from "preact/hooks";
import { dark } from "../state/theme";
import { clockTime, shortTime } from "../text/time";
import { cssColour } from "./colour";

export interface Line {
  label: string;
  colour: string; // a custom property of CSS
  fill?: boolean;
  dash?: number[];
}

export interface ChartProps {
  title: string;
  lines: Line[];
  data: uPlot.AlignedData;
  format: (value: number | null) => string;
  height?: number;
  stacked?: boolean;
  // Times (seconds) with what happened then.
  marks?: { time: number; bad: boolean }[];
  // How many seconds it shows, up to its last value.
  span?: number;
  // Steps of the axis: powers of two for bytes.
  binary?: boolean;
  // The scale's upper end, where it is given; and the least that it is.
  most?: number;
  least?: number;
}

const GRID = { stroke: "", width: 1 };

function increments(): number[] {
  const out: number[] = [];
  for (let power = 20; power < 50; power += 1) out.push(2 ** power);
  return out;
}

// Ticks by how far apart they are.
function timeText(seconds: number, apart: number): string {
  const time = new Date(seconds * 1000);
  if (apart < 60) return clockTime(time);
  return apart < 86400 ? shortTime(time) : time.toLocaleDateString(undefined, { month: "short", day: "numeric" });
}

function markPlugin(marks: () => ChartProps["marks"]): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        for (const mark of marks() ?? []) {
          const x = plot.valToPos(mark.time, "x", true);
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.fillStyle = cssColour(mark.bad ? "--bad" : "--accent");
          ctx.globalAlpha = mark.bad ? 0.9 : 0.55;
          ctx.fillRect(x - 1, bbox.top, 2, mark.bad ? bbox.height : 8);
        }
        ctx.restore();
      },
    },
  };
}

function options(props: ChartProps, width: number, marks: () => ChartProps["marks"]): uPlot.Options {
  const text = cssColour("--muted");
  const grid = { ...GRID, stroke: cssColour("--line") };
  const axis = { stroke: text, grid, ticks: grid, font: "11px system-ui, sans-serif" };
  return {
    width,
    height: props.height ?? 200,
    cursor: { y: false, points: { size: 6 } },
    padding: [8, 8, 0, 0],
    legend: { show: !props.stacked, markers: { width: 3 } },
    scales: {
      x: { range: (_plot, least, most) => [props.span && most ? most - props.span : least ?? 0, most ?? 1] },
      y: { range: (_plot, _least, most) => [0, props.most ?? Math.max((most ?? 0) * 1.08, props.least ?? 1)] },
    },
    axes: [
      { ...axis, space: 84, size: 30, values: (_plot, ticks, _axis, _space, apart) => ticks.map((tick) => timeText(tick, apart)) },
      { ...axis, size: 66, gap: 4, space: 34, values: (_plot, ticks) => ticks.map((tick) => props.format(tick)), ...(props.binary ? { incrs: increments() } : {}) },
    ],
    series: [
      { label: "Time" },
      ...props.lines.map((line) => series(line, props)),
    ],
    ...(props.stacked ? { bands: props.lines.slice(1).map((_line, index) => ({ series: [index + 2, index + 1] as [number, number] })) } : {}),
    plugins: [markPlugin(marks)],
  };
}

function series(line: Line, props: ChartProps): uPlot.Series {
  const colour = cssColour(line.colour);
  const out: uPlot.Series = {
    label: line.label,
    stroke: colour,
    width: props.stacked ? 1 : 1.6,
    spanGaps: false,
    points: { show: false },
    value: (_plot, value) => props.format(value),
  };
  if (line.fill || props.stacked) out.fill = cssColour(line.colour, props.stacked ? 0.7 : 0.13);
  if (line.dash) out.dash = line.dash;
  return out;
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marks = useRef(props.marks);
  marks.current = props.marks;
  const shape = `${dark.value} ${props.lines.map((line) => line.label + line.colour).join("|")} ${props.most ?? ""} ${props.span ?? ""}`;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = options(props, element.clientWidth || 300, () => marks.current);
    plot.current = new uPlot(made, props.data, element);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: props.height ?? 200 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    const shown = plot.current;
    if (!shown) return;
    shown.setData(props.data);
    // Without a pointer the legend says what is now.
    if ((shown.cursor.left ?? -1) < 0) shown.setLegend({ idx: props.data[0].length - 1 });
  }, [props.data, props.marks, shape]);

  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div ref={place} role="img" aria-label={props.title} />
    </figure>
  );
}
