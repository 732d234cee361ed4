// Review: what is to be looked at first, and the article around it.

import { html, useEffect, useState } from "./vendor/preact.js";
import { filtersOf, get, query } from "./api.js";
import { Article } from "./article.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { go } from "./router.js";
import { Confidence } from "./search.js";
import { t } from "./strings.js";
import { clip } from "./text.js";

const MOST = 100;

export function Review({ params, about }) {
  const by = params.get("by") ?? "doubt";
  const filters = { ...filtersOf(params), q: "" };
  const [round, setRound] = useState(0);
  const key = JSON.stringify([by, filters, round]);
  const [found, problem] = useAnswer(key, () => get("queue", { ...filters, by, limit: MOST }));
  const path = (more) => `/review${query({ ...filters, by: by === "doubt" ? "" : by, doc: params.get("doc"), bead: params.get("bead"), ...more })}`;
  const items = found?.items ?? [];
  const doc = params.get("doc");
  const bead = Number(params.get("bead")) || 1;
  useEffect(() => {
    if (!doc && items.length) go(path({ doc: items[0].doc, bead: items[0].bead }), { replace: true });
  }, [key, doc, items.length]);
  const place = items.findIndex((item) => item.doc === doc && item.bead === bead);
  const next = () => {
    const item = items[place + 1] ?? (place > 0 ? items[0] : undefined);
    // What was decided on is no longer in the queue.
    setRound(round + 1);
    if (item) go(path({ doc: item.doc, bead: item.bead }));
  };
  const order = (name, label) => html`<a href=${`/review${query({ by: name === "doubt" ? "" : name })}`} aria-current=${by === name ? "true" : undefined}>${t(label)}</a>`;
  return html`<div class="review">
    <section class="queue" aria-label=${t("queue")}>
      <h2>${t("queue")} ${found && html`<small>${found.total.toLocaleString()}</small>`}</h2>
      <nav class="orders" aria-label=${t("sort")}>${order("doubt", "byDoubt")} ${order("finding", "byFinding")}</nav>
      ${problem ? html`<${Trouble} problem=${problem} />` : !found ? html`<${Waiting} />` : !items.length && html`<p>${t("queueEmpty")}</p>`}
      <ol>${items.map((item) => html`<li><a href=${path({ doc: item.doc, bead: item.bead })} aria-current=${item.doc === doc && item.bead === bead ? "true" : undefined}>
        <span class="what"><bdi lang=${about.source_lang}>${clip(item.source || item.target, 40)}</bdi></span>
        <span class="why"><span class="tag">${item.kind}</span> <${Confidence} value=${item.confidence} /> ${item.finding && html`<span class="tag warn">${item.finding.type} ${item.finding.probability.toFixed(2)}</span>`}</span>
      </a></li>`)}</ol>
    </section>
    ${doc && html`<${Article} ...${{ doc, bead, about }} onBead=${(to) => go(path({ bead: to }), { replace: true })} onNext=${next} />`}
  </div>`;
}
