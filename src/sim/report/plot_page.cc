// The page that plot.cc fills: style, words and the drawing script. SVG, without any library.
#include "sim/report/plot.h"

namespace aerostat::sim {

const std::string_view kPlotPage = R"PAGE(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aerostat: replay</title>
<style>
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #1d2327; --soft: #667079; --line: #d8dcde; --need: #b35c00;
  --got: #2a6fb0; --short: #c8102e; --a: #2a6fb0; --b: #5b9bd0; --other: #9aa4ab; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181b; --ink: #e6e9eb; --soft: #98a3ab; --line: #333b41;
  --need: #f0a04b; --got: #6db1ec; --short: #ff5d6c; --a: #2f6ea6; --b: #4f93cc; --other: #59636a; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto;
  max-width: 1180px; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem; } h3 { font-size: .9rem; margin: .8rem 0 0; }
p { margin: .3rem 0; color: var(--soft); } b.short { color: var(--short); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { white-space: nowrap; padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); } th { color: var(--soft);
  font-weight: 600; } th:first-child, td:first-child { text-align: left; }
.vms { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: .2rem 1.2rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.key i { display: inline-block; width: 1.1em; height: .7em; margin: 0 .3em 0 1em; }
#tip { position: fixed; pointer-events: none; background: var(--ink); color: var(--paper); font-size: 12px; padding: .3rem .5rem;
  border-radius: 4px; white-space: pre; display: none; }
</style>
</head>
<body>
<h1 id="title"></h1>
<p id="about"></p>
<p class="key"><i style="background:var(--need)"></i>need<i style="background:var(--got)"></i>assigned
<i style="background:var(--short)"></i>short of it, felt<i style="border-top:2px dashed var(--ink)"></i>capacity
<i style="border-top:2px dotted var(--soft)"></i>committed</p>
<p>Simulated. Each point shows the lowest and the highest of the moments it stands for. A VM's first minute is not scored, nor marked.</p>
<div class="scroll"><table id="figures"></table></div>
<div id="policies"></div>
<div id="tip"></div>
<noscript>This page draws with a script.</noscript>
<script type="application/json" id="data">@DATA@</script>
<script>
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const tip = document.getElementById('tip');
const NS = 'http://www.w3.org/2000/svg';
const el = (name, attributes, text) => {
  const e = name[0] === '<' ? document.createElement(name.slice(1)) : document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes || {})) e.setAttribute(key, value);
  if (text !== undefined) e.textContent = text;
  return e;
};
const size = m => m >= 10240 ? (m / 1024).toFixed(1) + ' GiB' : m >= 1024 ? (m / 1024).toFixed(2) + ' GiB' : Math.round(m) + ' MiB';
const clock = s => { s = Math.round(s); const two = n => String(n).padStart(2, '0');
  return Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60); };
const percent = v => v === 0 ? '0' : v < 1e-5 ? '<0.001 %' : (v * 100).toFixed(v < 0.01 ? 3 : 1) + ' %';
// Round steps, four or five of them.
const ticks = (most, units) => { const raw = most / 4; let step = units.find(u => u >= raw);
  if (!step) { const ten = 10 ** Math.floor(Math.log10(raw)); step = ten * [1, 2, 5, 10].find(f => f * ten >= raw); }
  const out = []; for (let v = 0; v <= most * 1.0001; v += step) out.push(v); return out; };
const SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576];
const TIMES = [1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

function chart(width, height, series, options) {
  const left = 62, right = 8, top = 8, bottom = 20, strip = 6;
  const count = series.N.length;
  const x = i => left + (width - left - right) * i / count;
  const highest = list => list.reduce((most, v) => v > most ? v : most, 0);
  const most = 1.05 * Math.max(1, highest(series.N), highest(series.A), highest(options.committed || []), options.capacity || 0);
  const y = m => top + (height - top - bottom - strip) * (1 - m / most);
  const svg = el('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': options.label});
  for (const m of ticks(most, SIZES)) {
    svg.append(el('line', {x1: left, x2: width - right, y1: y(m), y2: y(m), stroke: 'var(--line)'}));
    svg.append(el('text', {x: left - 6, y: y(m) + 4, 'text-anchor': 'end'}, m === 0 ? '0' : size(m)));
  }
  for (const s of ticks(data.span_s, TIMES).slice(0, -1)) {
    svg.append(el('text', {x: x(count * s / data.span_s), y: height - 5}, clock(s)));
  }
  // Runs without gaps become one path each.
  const band = (low, high, fill, opacity) => {
    let d = '', from = -1;
    for (let i = 0; i <= count; i++) {
      const there = i < count && high[i] !== null && low[i] !== null;
      if (there && from < 0) from = i;
      if (there || from < 0) continue;
      let back = '';
      d += `M${x(from).toFixed(1)} ${y(high[from]).toFixed(1)}`;
      for (let k = from; k < i; k++) {
        d += `L${x(k).toFixed(1)} ${y(high[k]).toFixed(1)}L${x(k + 1).toFixed(1)} ${y(high[k]).toFixed(1)}`;
        back = `L${x(k + 1).toFixed(1)} ${y(low[k]).toFixed(1)}L${x(k).toFixed(1)} ${y(low[k]).toFixed(1)}` + back;
      }
      d += back + 'Z';
      from = -1;
    }
    const stroked = opacity >= 1;
    svg.append(el('path', {d, fill, 'fill-opacity': Math.min(1, opacity), stroke: stroked ? fill : 'none', 'stroke-width': stroked ? 1 : 0}));
  };
  const zeros = series.m.map(v => v === null ? null : 0);
  if (options.stack) {
    let below = zeros.slice();
    options.stack.forEach((vm, place) => {
      const above = below.map((b, i) => b === null ? null : b + (vm[i] || 0));
      band(below, above, place < options.named ? `var(--${place % 2 ? 'b' : 'a'})` : 'var(--other)', .55);
      below = above;
    });
  } else {
    band(zeros, series.m, 'var(--got)', .18);
    band(series.a, series.A, 'var(--got)', 1);
  }
  band(series.n, series.N, 'var(--need)', 1);
  const flat = (m, dash, colour) => svg.append(el('line', {x1: left, x2: width - right, y1: y(m), y2: y(m), stroke: colour,
    'stroke-dasharray': dash, 'stroke-width': 1.5}));
  if (options.capacity) flat(options.capacity, '6 4', 'var(--ink)');
  if (options.committed) {
    let d = '';
    options.committed.forEach((m, i) => { d += `${d ? 'L' : 'M'}${x(i + .5).toFixed(1)} ${y(m).toFixed(1)}`; });
    svg.append(el('path', {d, fill: 'none', stroke: 'var(--soft)', 'stroke-dasharray': '2 3'}));
  }
  for (let i = 0; i < count; i++) {
    if (!(series.x[i] > 0)) continue;
    svg.append(el('rect', {x: x(i), y: top, width: Math.max(1.5, x(i + 1) - x(i)), height: height - top - bottom - strip, fill: 'var(--short)',
      'fill-opacity': .22}));
    svg.append(el('rect', {x: x(i), y: height - bottom - strip, width: Math.max(1.5, x(i + 1) - x(i)), height: strip, fill: 'var(--short)'}));
  }
  const line = el('line', {y1: top, y2: height - bottom, stroke: 'var(--soft)', visibility: 'hidden'});
  svg.append(line);
  svg.addEventListener('mousemove', event => {
    const box = svg.getBoundingClientRect();
    const i = Math.floor(((event.clientX - box.left) / box.width * width - left) / (width - left - right) * count);
    if (i < 0 || i >= count || series.N[i] === null) return;
    line.setAttribute('x1', x(i + .5)); line.setAttribute('x2', x(i + .5)); line.setAttribute('visibility', 'visible');
    const span = (low, high) => size(low) + (size(high) !== size(low) ? ' to ' + size(high) : '');
    tip.textContent = `${clock(i / count * data.span_s)}\nneed ${span(series.n[i], series.N[i])}\nassigned ` +
      span(series.a[i], series.A[i]) + (series.x[i] > 0 ? `\nshort by up to ${size(series.x[i])}` : '');
    tip.style.display = 'block';
    tip.style.left = Math.min(event.clientX + 14, innerWidth - 230) + 'px';
    tip.style.top = event.clientY + 14 + 'px';
  });
  svg.addEventListener('mouseleave', () => { tip.style.display = 'none'; line.setAttribute('visibility', 'hidden'); });
  return svg;
}

const names = data.policies.map(p => p.policy).join(', ');
const best = data.policies[0];
document.getElementById('title').textContent = data.policies.length === 1 && best
  ? `${best.policy}: S ${best.figures.s.toFixed(3)}, unmet ${percent(best.figures.violation)}, footprint ${best.figures.footprint_ratio.toFixed(2)}`
  : data.policies.map(p => `${p.policy} S ${p.figures.s.toFixed(3)}`).join(' · ');
document.title = 'Aerostat: ' + names;
document.getElementById('about').textContent = `${data.trace}, ${clock(data.span_s)} long, on a host of ${size(data.host_memory_mib)}; ` +
  `texture ${data.texture}, seed ${data.seed}`;
const COLUMNS = [['S', f => f.s.toFixed(3)], ['waste', f => f.waste.toFixed(3)], ['unmet', f => percent(f.violation)],
  ['move cost', f => f.move_cost.toFixed(3)], ['S / oracle', f => f.competitive_ratio.toFixed(2)], ['felt', f => percent(f.felt_time_share)],
  ['longest', f => f.longest_episode_s.toFixed(1) + ' s'], ['worst VM', f => percent(f.worst_vm_violation)], ['footprint', f => f.footprint_ratio.toFixed(2)],
  ['resizes/VM·h', f => f.resizes_per_vm_hour.toFixed(0)], ['peak', f => size(f.peak_assigned_mib)], ['laws', f => f.law_violations ? f.law_violations + ' broken' : 'kept']];
const table = document.getElementById('figures');
const head = el('<tr'); head.append(el('<th', {}, 'policy')); for (const [name] of COLUMNS) head.append(el('<th', {}, name)); table.append(head);
for (const p of data.policies) {
  const row = el('<tr'); row.append(el('<td', {}, p.policy));
  for (const [, value] of COLUMNS) row.append(el('<td', {}, value(p.figures)));
  table.append(row);
}
const place = document.getElementById('policies');
for (const p of data.policies) {
  place.append(el('<h2', {}, p.policy));
  place.append(el('<p', {}, `S ${p.figures.s.toFixed(3)} = waste ${p.figures.waste.toFixed(3)} + 500 × unmet ${percent(p.figures.violation)} + moves ` +
    `${p.figures.move_cost.toFixed(3)}; all VMs stacked` + (p.left_out ? `; ${p.left_out} VMs without a chart are grey` : '')));
  const stack = p.vms.map(vm => vm.series.m);
  if (p.left_out) stack.push(p.together.m.map((m, i) => Math.max(0, (m || 0) - stack.reduce((sum, vm) => sum + (vm[i] || 0), 0))));
  place.append(chart(1140, 260, p.together, {stack, named: p.vms.length, capacity: data.host_memory_mib, committed: p.committed, label: `${p.policy}: all VMs`}));
  const grid = el('<div', {class: 'vms'});
  for (const vm of p.vms) {
    const cell = el('<div');
    cell.append(el('<h3', {}, vm.vm));
    cell.append(chart(370, 150, vm.series, {capacity: vm.limit, label: `${p.policy}: ${vm.vm}`}));
    grid.append(cell);
  }
  place.append(grid);
}
</script>
</body>
</html>
)PAGE";

}  // namespace aerostat::sim
