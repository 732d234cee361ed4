// Plots and bars; the numbers behind each can be read as a table.

import { html, useEffect, useRef } from "./vendor/preact.js";
import uPlot from "./vendor/uPlot.esm.js";
import { t } from "./strings.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A line over the years. `points` are [year, value], `columns` the heads of the table beside year. */
export function YearPlot({ points, label, columns, rows, theme }) {
  const place = useRef();
  useEffect(() => {
    if (points.length < 2) return undefined;
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "12px system-ui" };
    const plain = (u, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : ""));
    const options = {
      width: place.current.clientWidth,
      height: 170,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false }, y: { range: (u, low, high) => [0, high || 1] } },
      axes: [{ ...axis, values: plain }, { ...axis, size: 56 }],
      series: [{}, { label, stroke: colour("--accent"), width: 2, points: { show: points.length < 40, size: 5 } }],
    };
    const plot = new uPlot(options, [points.map(([year]) => Number(year)), points.map(([, value]) => value)], place.current);
    const resize = new ResizeObserver(() => plot.setSize({ width: place.current?.clientWidth || 300, height: 170 }));
    resize.observe(place.current);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [JSON.stringify(points), theme]);
  return html`<figure class="plot">
    <figcaption>${label}</figcaption>
    <div ref=${place} aria-hidden="true"></div>
    <${Numbers} columns=${[t("year"), ...columns]} rows=${rows} />
  </figure>`;
}

function Numbers({ columns, rows }) {
  return html`<details><summary>${t("numbers")}</summary><table class="numbers">
    <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></details>`;
}

/** A bar for each of [label, number, link]. */
export function Bars({ caption, rows }) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return html`<table class="bars"><caption>${caption}</caption><tbody>
    ${rows.map(([label, count, link]) => html`<tr>
      <th scope="row">${link ? html`<a href=${link}>${label}</a>` : label}</th>
      <td class="number">${count.toLocaleString()}</td>
      <td class="bar" aria-hidden="true"><svg width="100%" height="10"><rect width="${(100 * count) / most}%" height="10" rx="2" /></svg></td>
    </tr>`)}
  </tbody></table>`;
}
