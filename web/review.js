// Review: what is to be looked at first, and the article around it.

import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { filtersOf, get, query, searchPath } from "./api.js";
import { Article } from "./article.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { go } from "./router.js";
import { Confidence } from "./search.js";
import { findingName, t } from "./strings.js";
import { clip, visible } from "./text.js";

const PAGE = 100;

export function Review({ params, about }) {
  const by = params.get("by") ?? "doubt";
  const filters = filtersOf(params);
  const offset = Number(params.get("offset")) || 0;
  const doc = params.get("doc");
  const bead = Number(params.get("bead")) || 1;
  const index = params.get("index");

  const ask = () => get("queue", { ...filters, by, offset, limit: PAGE });
  const [round, setRound] = useState(0);
  const [found, problem, busy] = useAnswer(JSON.stringify([by, filters, offset, round]), ask);
  const items = found?.items ?? [];

  const path = (more) => `/review${query({ ...filters, by: by === "doubt" ? "" : by, offset: offset || "", ...more })}`;
  const pathOf = (item) => path({ doc: item.doc, bead: item.bead, index: item.finding?.index });
  const isHere = (item) => item.doc === doc && item.bead === bead && (index === null || String(item.finding?.index ?? "") === index);
  const place = items.findIndex(isHere);
  const last = useRef(0);
  if (place >= 0) last.current = place;

  // Without a place the first one is gone to, and stays there whatever the queue becomes.
  useEffect(() => {
    if (!doc && !busy && items.length) go(pathOf(items[0]), { replace: true });
  });

  /** The queue is asked anew: acts change the numbers of the pairs behind them, and what was decided on has gone from it. */
  const next = async () => {
    const { items } = await ask();
    const place = items.findIndex(isHere);
    const item = items[place < 0 ? last.current : place + 1] ?? items[0];
    if (item) go(pathOf(item), { stay: true });
  };

  return html`<div class="review">
    <section class="queue" aria-label=${t("queue")}>
      <${Head} ...${{ by, filters, about, path, total: found?.total }} />
      ${problem ? html`<${Trouble} problem=${problem} />` : !found ? html`<${Waiting} />` : !items.length && html`<p>${t("queueEmpty")}</p>`}
      <ol start=${offset + 1}>${items.map((item) => html`<${Item} item=${item} about=${about} path=${pathOf(item)} here=${isHere(item)} />`)}</ol>
      ${found?.total > PAGE && html`<nav class="pages" aria-label=${t("queue")}>
        ${offset > 0 && html`<a href=${path({ offset: Math.max(0, offset - PAGE) || "" })}>${t("earlier")}</a>`}
        <span>${t("shown", offset + 1, offset + items.length)}</span>
        ${offset + items.length < found.total && html`<a href=${path({ offset: offset + PAGE })}>${t("later")}</a>`}
      </nav>`}
    </section>
    ${doc && html`<${Article} ...${{ doc, bead, about }} finding=${Number(index ?? 0)}
      onBead=${(to) => go(path({ doc, bead: to, index: to === bead ? index : "" }), { replace: true })}
      onNext=${next} onSaved=${() => setRound((count) => count + 1)} />`}
  </div>`;
}

function Head({ by, filters, about, path, total }) {
  const order = (name, label) => html`<a href=${path({ by: name === "doubt" ? "" : name, offset: "" })} aria-current=${by === name ? "true" : undefined}>${t(label)}</a>`;
  const choose = (event) => go(path({ finding: event.target.value, offset: "" }));
  const { finding, ...others } = filters;
  const said = Object.values(others).filter(Boolean).join(" · ");
  return html`<h1>${t("queue")} ${total != null && html`<small>${total.toLocaleString()}</small>`}</h1>
    <nav class="orders" aria-label=${t("sort")}>${order("doubt", "byDoubt")} ${order("finding", "byFinding")}</nav>
    ${about.finding_kinds.length > 0 && html`<label class="of">${t("finding")} <select value=${finding} onChange=${choose}>
      <option value="">${t("any")}</option>${about.finding_kinds.map((kind) => html`<option value=${kind}>${findingName(kind)}</option>`)}
    </select></label>`}
    ${said && html`<p class="of">${t("filters")}: <a href=${searchPath(filters)}><bdi>${visible(said)}</bdi></a> · <a href=${`/review${query({ by: by === "doubt" ? "" : by })}`}>${t("noFilters")}</a></p>`}`;
}

function Item({ item, about, path, here }) {
  const side = item.source ? "source" : "target";
  return html`<li><a href=${path} data-stay aria-current=${here ? "true" : undefined}>
    <span class="what"><bdi lang=${about[`${side}_lang`]}>${visible(clip(item[side], 40))}</bdi></span>
    <span class="why"><span class="tag">${item.kind}</span> <${Confidence} value=${item.confidence} />
      ${item.finding && html`<span class="tag warn">${findingName(item.finding.type)} ${item.finding.probability.toFixed(2)}</span>`}</span>
  </a></li>`;
}
