// Overview: what the store holds.

import { html } from "./vendor/preact.js";
import { get, query, searchPath } from "./api.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { Bars, YearPlot } from "./plot.js";
import { findingName, t } from "./strings.js";

const STEPS = 20;

export function Overview({ theme }) {
  const [held, problem] = useAnswer("overview", () => get("overview"));
  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!held) return html`<${Waiting} />`;
  const byCount = (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1]);
  const tile = (label, count) => html`<div><dt>${t(label)}</dt><dd>${count.toLocaleString()}</dd></div>`;
  const steps = held.confidence.map((count, step) => {
    const [low, high] = [step / STEPS, (step + 1) / STEPS].map((value) => value.toFixed(2));
    // A step does not hold its upper end, but for the last; confidences have four digits.
    const max = step + 1 < STEPS ? (high - 0.0001).toFixed(4) : high;
    return [`${low}–${high}`, count, searchPath({ min: low, max })];
  });
  const dated = held.years.filter(({ year }) => /^\d+$/.test(year));
  const mean = (value) => (value == null ? "" : value.toFixed(3));
  return html`<h1 tabindex="-1">${t("overview")}</h1>
    <dl class="tiles">${tile("articles", held.articles)}${tile("pairs", held.pairs)}${tile("lockedPairs", held.locked)}
      ${tile("findings", Object.values(held.findings).reduce((sum, count) => sum + count, 0))}</dl>
    <div class="plots">
      ${dated.length > 1 && html`<${YearPlot} theme=${theme} label=${t("pairsOverTime")} points=${dated.map(({ year, pairs }) => [year, pairs])}
        columns=${[t("articles"), t("pairs"), t("meanConfidence"), t("findings")]}
        rows=${dated.map((year) => [year.year, year.articles, year.pairs, mean(year.confidence), year.findings])} />`}
      <${Bars} caption=${t("kinds")} rows=${byCount(held.kinds).map(([kind, count]) => [kind, count, searchPath({ kind })])} />
      <${Bars} caption=${t("confidenceSteps")} rows=${steps.reverse()} />
      ${Object.keys(held.findings).length > 0 && html`<${Bars} caption=${t("findings")}
        rows=${byCount(held.findings).map(([kind, count]) => [findingName(kind), count, `/review${query({ by: "finding", finding: kind })}`])} />`}
    </div>`;
}
