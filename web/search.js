// Search: hits in context on both sides, their renderings, and how many there are over the years.

import { html, useState } from "./vendor/preact.js";
import { exportPath, FILTERS, filtersOf, get, query, readPath, searchPath } from "./api.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { YearPlot } from "./plot.js";
import { go } from "./router.js";
import { findingName, t } from "./strings.js";
import { clip, Text, visible } from "./text.js";

const PAGE = 50;
const SORTS = ["text", "date", "left", "right"];
const sortName = (sort) => t(`sort${sort[0].toUpperCase()}${sort.slice(1)}`);

export function Search({ params, about, theme }) {
  const filters = filtersOf(params);
  const sort = params.get("sort") ?? "text";
  const offset = Number(params.get("offset")) || 0;
  const asked = FILTERS.some((name) => filters[name]);
  return html`<h1 tabindex="-1">${t("search")}</h1>
    <${Form} ...${{ filters, sort, about }} />
    ${asked && html`<div class="found">
      <${Hits} ...${{ filters, sort, offset, about }} />
      <aside>
        <${Years} filters=${filters} theme=${theme} />
        ${filters.q && html`<${Renderings} filters=${filters} about=${about} />`}
      </aside>
    </div>`}`;
}

function Form({ filters, sort, about }) {
  const submit = (event) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
    go(searchPath({ ...said, sort: said.sort === "text" ? "" : said.sort }));
  };
  const field = (name, more = {}) => html`<label>${t(name)} <input name=${name} value=${filters[name]} ...${more} /></label>`;
  const choice = (name, options, chosen) => html`<label>${t(name)} <select name=${name} value=${chosen}>
    ${options.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
  </select></label>`;
  const open = FILTERS.some((name) => name !== "q" && filters[name]);
  return html`<form class="search" role="search" onSubmit=${submit}>
    <div class="query">
      <label for="q">${t("query")}</label>
      <input id="q" name="q" type="search" value=${filters.q} placeholder="zh:贸易 en:trade" aria-describedby="q-help" autocomplete="off" spellcheck="false" />
      <button type="submit" class="main">${t("find")}</button>
    </div>
    <p id="q-help" class="help">${t("queryHelp")}</p>
    <details open=${open}><summary>${t("filters")}</summary><div class="filters">
      ${field("dates", { placeholder: "1957-10..1957-12" })} ${field("page", { size: 4 })}
      ${choice("section", [["", t("any")], ["title", t("title")], ["body", t("body")]], filters.section)}
      ${field("kind", { placeholder: "1-1,1-2", size: 10 })}
      ${field("min", { type: "number", min: 0, max: 1, step: "any" })} ${field("max", { type: "number", min: 0, max: 1, step: "any" })}
      ${choice("finding", [["", t("any")], ...about.finding_kinds.map((kind) => [kind, findingName(kind)])], filters.finding)}
      ${choice("sort", SORTS.map((name) => [name, sortName(name)]), sort)}
    </div></details>
  </form>`;
}

function Hits({ filters, sort, offset, about }) {
  const asked = { ...filters, sort, offset, limit: PAGE };
  const [found, problem, busy] = useAnswer(JSON.stringify(asked), () => get("search", asked));
  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!found) return html`<${Waiting} />`;
  const step = (to, label) => html`<a href=${searchPath({ ...filters, sort: sort === "text" ? "" : sort, offset: to })}>${label}</a>`;
  const end = offset + found.hits.length;
  return html`<section aria-busy=${busy} aria-label=${t("search")}>
    <p class="total" role="status"><b>${t(found.total === 1 ? "oneHit" : "hits", found.total)}</b> ${found.sorted && t("sorted", found.sorted)}</p>
    ${found.total > 0 ? html`<div class="these"><${Download} formats=${about.formats} path=${(format) => exportPath({ ...filters, format })} /> <a href=${`/review${query(filters)}`}>${t("reviewThese")}</a></div>` : html`<p>${t("none")}</p>`}
    <ol class="hits" start=${offset + 1}>${found.hits.map((hit) => html`<${Hit} hit=${hit} about=${about} key=${hit.doc + hit.bead} />`)}</ol>
    ${found.total > PAGE && html`<nav class="pages" aria-label=${t("search")}>
      ${offset > 0 && step(Math.max(0, offset - PAGE), t("earlier"))} <span>${t("shown", offset + 1, end)}</span>
      ${end < found.total && step(end, t("later"))}
    </nav>`}
  </section>`;
}

/** A format and a link: the file is made by the server. */
export function Download({ formats, path }) {
  const [format, setFormat] = useState("jsonl");
  return html`<p class="download"><label>${t("format")} <select onChange=${(event) => setFormat(event.target.value)}>
      ${formats.map((name) => html`<option value=${name} selected=${name === format}>${name}</option>`)}
    </select></label> <a href=${path(format)} download>${t("download")}</a></p>`;
}

function Hit({ hit, about }) {
  const other = hit.side === "source" ? "target" : "source";
  const lang = { source: about.source_lang, target: about.target_lang };
  const parts = hit[hit.side];
  const middle = parts.findIndex(([, found]) => found);
  const joined = (some) => some.map(([text]) => text).join("");
  return html`<li>
    <p class="place"><a href=${readPath(hit.doc, hit.bead)}><bdi>${hit.doc}</bdi> · ${hit.bead}</a> ${hit.date} ${hit.page && t("pageNumber", hit.page)} ${hit.section === "title" && html`<span class="tag">${t("title")}</span>`} <span class="tag">${hit.kind}</span> <${Confidence} value=${hit.confidence} /> ${hit.findings > 0 && html`<span class="tag warn">${t(hit.findings === 1 ? "oneFinding" : "someFindings", hit.findings)}</span>`}</p>
    ${middle >= 0 && html`<p class="kwic" lang=${lang[hit.side]}>
      <bdi class="left"><span>${visible(clip(joined(parts.slice(0, middle)), 60, true))}</span></bdi><mark>${visible(clip(parts[middle][0], 80))}</mark><bdi class="right">${visible(clip(joined(parts.slice(middle + 1)), 60))}</bdi>
    </p>`}
    ${middle < 0 && html`<p><${Text} parts=${parts} lang=${lang[hit.side]} /></p>`}
    <p class="other"><${Text} parts=${hit[other]} lang=${lang[other]} /></p>
  </li>`;
}

export function Confidence({ value }) {
  if (value == null) return null;
  const level = value >= 0.9 ? "high" : value >= 0.6 ? "middle" : "low";
  return html`<span class="tag confidence ${level}" title=${t("confidence")}>${value.toFixed(2)}</span>`;
}

function Years({ filters, theme }) {
  const [years] = useAnswer(JSON.stringify(filters), () => get("years", filters));
  const dated = (years ?? []).filter(({ year }) => /^\d+$/.test(year));
  if (dated.length < 2) return null;
  const share = ({ hits, pairs }) => (1000 * hits) / Math.max(1, pairs);
  return html`<section><h2>${t("overTime")}</h2><${YearPlot} theme=${theme} label=${t("perThousand")}
    points=${dated.map((year) => [year.year, share(year)])} columns=${[t("count"), t("pairs"), t("perThousand")]}
    rows=${dated.map((year) => [year.year, year.hits, year.pairs, share(year).toFixed(2)])} /></section>`;
}

function Renderings({ filters, about }) {
  const [found, problem] = useAnswer(JSON.stringify(filters), () => get("renderings", { ...filters, limit: 30 }));
  if (problem || !found?.renderings.length) return null;
  const han = /\p{Script=Han}/u;
  const narrowed = (word) => {
    const side = han.test(word) === /^(zh|ja|lzh|yue)/.test(about.source_lang) ? about.source_lang : about.target_lang;
    return searchPath({ ...filters, q: `${filters.q} ${side}:${word}` });
  };
  return html`<section><h2>${t("renderings")}</h2><p class="help">${t("renderingsOf", found.pairs)}</p>
    <table class="numbers renderings"><thead><tr><th scope="col">${t("word")}</th><th scope="col">${t("count")}</th><th scope="col">${t("elsewhere")}</th><th scope="col">${t("association")}</th></tr></thead>
    <tbody>${found.renderings.map((one) => html`<tr><th scope="row"><a href=${narrowed(one.word)}><bdi>${one.word}</bdi></a></th>
      <td>${one.count.toLocaleString()}</td><td>${one.elsewhere.toLocaleString()}</td><td>${one.score.toFixed(1)}</td></tr>`)}</tbody></table>
  </section>`;
}
