"use strict";
(async () => {
  const $ = id => document.getElementById(id);
  const view = $("view"), tip = $("tip");
  const SEVERITIES = ["neutral", "minor", "major", "critical"];
  const PER_PAGE = 100;

  // ------------------------------------------------------------------------------------------------------------ data
  async function unpack(id) {
    const bytes = Uint8Array.from(atob($(id).textContent), c => c.charCodeAt(0));
    const { writable, readable } = new DecompressionStream("gzip"), writer = writable.getWriter();
    // Not awaited: the writer waits until what comes out is read.
    Promise.all([writer.write(bytes), writer.close()]).catch(() => {});
    return JSON.parse(await new Response(readable).text());
  }
  const index = await unpack("index");
  const [source, target] = (index.language ?? ["zh", "en"]).map(tag => tag.replace(/[^\w-]/g, ""));
  const types = index.types.map(([name, says, mqm, its]) => ({ name, says, mqm, its }));
  const articles = index.articles.map(([id, title, translated, date, page, section, pairs, chars, lost, part], at) =>
    ({ at, id, title, translated, date, page, section, pairs, chars, lost, part, year: /^\d{4}/.test(date) ? +date.slice(0, 4) : null, findings: [] }));
  for (const [article, type, p, severity, n, message] of index.findings) articles[article].findings.push({ type, p, severity, n, message });
  const byId = new Map(articles.map(article => [article.id, article]));
  const parts = new Map();
  const part = n => parts.get(n) ?? (parts.set(n, unpack(`part-${n}`)), parts.get(n));

  // ------------------------------------------------------------------------------------------------------------ small tools
  const escape = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
  const number = (n, digits = 0) => n.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percent = (n, digits = 1) => `${number(n * 100, digits)} %`;
  const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);
  const link = (article, text) => `<a href="#/a/${encodeURIComponent(article.id)}">${text}</a>`;
  const key = (type, text) => `<span class="key ${types[type].name}">${escape(text)}</span>`;

  // ------------------------------------------------------------------------------------------------------------ filters
  const health = types.findIndex(type => type.name === "text-health");
  const filter = { types: new Set(types.keys()), least: 0.5, severity: 0, from: null, to: null, words: "" };
  const passes = finding => filter.types.has(finding.type) && finding.p >= filter.least - 1e-9 && finding.severity >= filter.severity;
  const fits = article => (filter.from === null || article.year !== null && article.year >= filter.from)
    && (filter.to === null || article.year !== null && article.year <= filter.to)
    && (!filter.words || `${article.id} ${article.title} ${article.translated}`.toLowerCase().includes(filter.words));
  function drawTypes() {
    const counts = types.map(() => 0);
    for (const article of articles) for (const finding of article.findings) counts[finding.type]++;
    $("types").innerHTML = types.map((type, at) =>
      `<label data-count="${counts[at]}" title="${escape(type.says)}"><input type="checkbox" value="${at}" checked> ${key(at, type.name)} ${number(counts[at])}</label>`).join("");
  }
  function readFilters() {
    filter.types = new Set([...document.querySelectorAll("#types input:checked")].map(input => +input.value));
    filter.least = $("least").value / 100;
    $("least-shown").textContent = `${$("least").value} %`;
    filter.severity = +$("severity").value;
    filter.from = $("from").value ? +$("from").value : null;
    filter.to = $("to").value ? +$("to").value : null;
    filter.words = $("words").value.trim().toLowerCase();
  }

  // ------------------------------------------------------------------------------------------------------------ plots
  const svg = (width, height, label, inner) => `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${inner}</svg>`;
  const figure = (caption, note, drawing) => `<figure><figcaption>${caption}<small>${note}</small></figcaption>${drawing}</figure>`;
  function bars(label, rows, show) {
    if (!rows.length) return "<p class=none>Nothing to show.</p>";
    const left = 110, right = 60, step = 24, width = 560, most = Math.max(...rows.map(row => row.value), 1e-9);
    return svg(width, rows.length * step + 4, label, rows.map((row, at) => {
      const long = (width - left - right) * row.value / most, y = at * step;
      return `<g class="${row.class ?? ""}"><title>${escape(row.label)}: ${show(row.value)}</title>
        <text x="${left - 8}" y="${y + 17}" text-anchor="end">${escape(row.label)}</text>
        <rect x="${left}" y="${y + 4}" width="${Math.max(long, row.value ? 1 : 0).toFixed(1)}" height="${step - 8}" fill="var(--c, var(--blue))"/>
        <text class="soft" x="${(left + long + 6).toFixed(1)}" y="${y + 17}">${show(row.value)}</text></g>`;
    }).join(""));
  }
  function line(label, points, show, low, high) {
    if (!points.length) return "<p class=none>No dates are known.</p>";
    // Round numbers stand at the lines: steps of 1, 2 or 5 in some decimal place.
    const rough = (high - low || 1) / 4, place = 10 ** Math.floor(Math.log10(rough));
    const step = place * [1, 2, 5, 10].find(times => times * place >= rough * 0.999);
    low = Math.floor(low / step + 1e-9) * step;
    const ticks = Array.from({ length: Math.ceil((high - low) / step - 1e-9) + 1 }, (_, at) => low + at * step);
    high = ticks.at(-1);
    const width = 560, height = 220, left = 52, right = 14, top = 12, bottom = 28;
    const xs = points.map(point => point.x), first = Math.min(...xs), last = Math.max(...xs);
    const x = value => left + (width - left - right) * (last > first ? (value - first) / (last - first) : 0.5);
    const y = value => top + (height - top - bottom) * (1 - (value - low) / (high - low || 1));
    const years = [...new Set(Array.from({ length: 6 }, (_, t) => Math.round(first + t / 5 * (last - first))))];
    // A year without articles breaks the line.
    let path = "", before = null;
    for (const point of points) { path += `${before !== null && point.x - before === 1 ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`; before = point.x; }
    return svg(width, height, label,
      ticks.map(t => `<line class="axis" x1="${left}" x2="${width - right}" y1="${y(t)}" y2="${y(t)}"/><text class="soft" x="${left - 6}" y="${y(t) + 4}" text-anchor="end">${show(t)}</text>`).join("")
      + years.map(year => `<text class="soft" x="${x(year)}" y="${height - 8}" text-anchor="middle">${year}</text>`).join("")
      + `<path d="${path}" fill="none" stroke="var(--blue)" stroke-width="2"/>`
      + points.map(point => `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="3.5" fill="var(--blue)"><title>${point.x}: ${show(point.y)} (${number(point.n)} articles)</title></circle>`).join(""));
  }

  // ------------------------------------------------------------------------------------------------------------ views
  const WEIGHT = [0, 1, 3, 9];
  const weight = article => sum(article.shown, finding => finding.p * WEIGHT[finding.severity]);
  function select() {
    const chosen = articles.filter(fits);
    for (const article of chosen) article.shown = article.findings.filter(passes);
    return chosen;
  }
  const rate = list => { const chars = sum(list, article => article.chars); return chars ? sum(list, article => article.shown.filter(finding => finding.type !== health).length) * 1000 / chars : 0; };
  const carried = list => { const chars = sum(list, article => article.chars); return chars ? 1 - sum(list, article => article.lost) / chars : 1; };
  function grouped(list, of) {
    const groups = new Map();
    for (const one of list) { const name = of(one); if (name !== null) (groups.get(name) ?? groups.set(name, []).get(name)).push(one); }
    return [...groups].sort((a, b) => a[0] - b[0]);
  }
  function overview() {
    const chosen = select(), all = sum(chosen, article => article.shown.length);
    const tile = (value, what) => `<li><b>${value}</b>${what}</li>`;
    const counts = types.map(() => 0);
    for (const article of chosen) for (const finding of article.shown) counts[finding.type]++;
    const years = grouped(chosen, article => article.year), pages = grouped(chosen, article => article.page);
    const carriedBy = years.map(([x, list]) => ({ x, y: carried(list), n: list.length }));
    const rateBy = years.map(([x, list]) => ({ x, y: rate(list), n: list.length }));
    const lowest = Math.min(...carriedBy.map(point => point.y), 0.95), floor = Math.max(0, Math.floor(lowest * 20 - 1) / 20);
    const worst = chosen.filter(article => article.shown.length).map(article => [weight(article), article]).sort((a, b) => b[0] - a[0] || a[1].at - b[1].at).slice(0, 20).map(pair => pair[1]);
    return `<h2>Overview</h2>
      <ul class="tiles">${tile(number(chosen.length), "articles")}${tile(number(chosen.filter(article => article.shown.length).length), "with findings")}
      ${tile(number(sum(chosen, article => article.pairs)), "pairs")}${tile(number(all), "findings")}${tile(number(rate(chosen), 2), "per 1,000 characters")}${tile(percent(carried(chosen)), "of the original carried over")}</ul>
      <div class="plots">
      ${figure("Findings by type", "of the articles and findings that the filters leave", bars("Findings by type", types.map((type, at) => ({ label: type.name, value: counts[at], class: type.name })).filter(row => row.value), number))}
      ${figure("Fidelity over time", "share of the original carried over, by year", line("Share of the original carried over, by year", carriedBy, value => percent(value, 0), floor, 1))}
      ${figure("Findings over time", "for a thousand characters of the original, text health apart, by year", line("Findings for a thousand characters, by year", rateBy, value => number(value, 1), 0, Math.max(...rateBy.map(point => point.y), 0.1)))}
      ${figure("Findings by page", "for a thousand characters of the original, text health apart, by the newspaper's page", bars("Findings for a thousand characters, by page", pages.slice(0, 30).map(([page, list]) => ({ label: `page ${page}`, value: rate(list) })), value => number(value, 2)))}
      </div>
      <h2>Where to look first</h2><p>Articles by the weight of their findings: probability times 9 for critical, 3 for major, 1 for minor ones.</p>${table(worst)}`;
  }
  function table(list, head = "") {
    if (!list.length) return "<p class=none>No article has a finding that the filters leave.</p>";
    const row = article => {
      const counts = new Map();
      for (const finding of article.shown) counts.set(finding.type, (counts.get(finding.type) ?? 0) + 1);
      const chips = [...counts].sort((a, b) => a[0] - b[0]).map(([type, count]) => key(type, `${types[type].name} ${count}`)).join(" ");
      const title = `${article.title ? `<span lang="${source}">${escape(article.title)}</span>` : escape(article.id)}${article.translated ? `<br>${escape(article.translated)}` : ""}`;
      return `<tr><td class="n">${escape(article.date)}</td><td class="n">${article.page ?? ""}</td><td>${link(article, title)}</td><td class="n">${number(article.shown.length)}</td><td class="chips">${chips}</td><td class="n">${percent(article.chars ? 1 - article.lost / article.chars : 1)}</td></tr>`;
    };
    return `<table class="list"><thead>${head || "<tr><th class=n>Date<th class=n>Page<th>Article<th class=n>Findings<th>Types<th class=n>Carried over</tr>"}</thead><tbody>${list.map(row).join("")}</tbody></table>`;
  }
  const list = { by: "date", down: false, page: 0 };
  const ORDERS = {
    date: article => article.date, page: article => article.page ?? 0, article: article => article.translated || article.id,
    findings: article => article.shown.length, weight, carried: article => article.chars ? 1 - article.lost / article.chars : 1,
  };
  function articleList() {
    const chosen = select().map(article => [ORDERS[list.by](article), article]);
    chosen.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1].at - b[1].at) * (list.down ? -1 : 1));
    const pages = Math.max(1, Math.ceil(chosen.length / PER_PAGE));
    list.page = Math.min(list.page, pages - 1);
    const here = chosen.slice(list.page * PER_PAGE, (list.page + 1) * PER_PAGE).map(pair => pair[1]);
    const head = (by, text, number) => `<th${number ? " class=n" : ""} aria-sort="${list.by === by ? list.down ? "descending" : "ascending" : "none"}"><button type="button" data-sort="${by}">${text}</button>`;
    const pager = `<p class="pager"><button type="button" data-page="-1"${list.page ? "" : " disabled"}>Earlier</button> ${number(list.page * PER_PAGE + (chosen.length ? 1 : 0))} to ${number(Math.min(chosen.length, (list.page + 1) * PER_PAGE))} of ${number(chosen.length)} <button type="button" data-page="1"${list.page + 1 < pages ? "" : " disabled"}>Later</button></p>`;
    return `<h2>Articles</h2>${pager}${table(here, `<tr>${head("date", "Date", 1)}${head("page", "Page", 1)}${head("article", "Article")}${head("findings", "Findings", 1)}${head("weight", "Types, by weight")}${head("carried", "Carried over", 1)}</tr>`)}${pager}`;
  }

  // Renderings of a word over time: columns by year, the most frequent rendering at the foot. The colours are Okabe and Ito's.
  const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#bbbbbb"];
  const rendered = rendering => rendering.text === null ? "none found" : rendering.text;
  function columns(label, term) {
    const years = Object.keys(term.years).filter(Boolean).map(Number);
    if (!years.length) return "<p class=none>No dates are known.</p>";
    const first = Math.min(...years), last = Math.max(...years), count = last - first + 1;
    const width = 900, height = 260, left = 52, right = 14, top = 12, bottom = 28, step = (width - left - right) / count;
    const most = Math.max(...years.map(year => term.years[year])), y = value => top + (height - top - bottom) * (1 - value / most);
    const unit = 10 ** Math.floor(Math.log10(most)), gap = [unit / 5, unit / 2, unit, unit * 2, unit * 5].map(n => Math.max(1, Math.round(n))).find(n => most / n <= 5) ?? unit;
    let drawing = "";
    for (let value = 0; value <= most; value += gap) drawing += `<line class="axis" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/><text class="soft" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${number(value)}</text>`;
    const every = Math.ceil(count / 12);
    for (let year = first; year <= last; year++) {
      const x = left + (year - first) * step;
      if ((year - first) % every === 0) drawing += `<text class="soft" x="${(x + step / 2).toFixed(1)}" y="${height - 8}" text-anchor="middle">${year}</text>`;
      let below = 0;
      for (const [at, rendering] of grouping(term).entries()) {
        const own = rendering.years[year] ?? 0;
        if (!own) continue;
        drawing += `<rect x="${(x + step * 0.1).toFixed(1)}" width="${(step * 0.8).toFixed(1)}" y="${y(below + own).toFixed(1)}" height="${(y(below) - y(below + own)).toFixed(1)}" fill="${COLOURS[at]}" stroke="white"><title>${year}, ${escape(rendered(rendering))}: ${number(own)} of ${number(term.years[year])}</title></rect>`;
        below += own;
      }
    }
    return svg(width, height, label, drawing) + `<ul class="legend">${grouping(term).map((rendering, at) => `<li><i style="background:${COLOURS[at]}"></i>${escape(rendered(rendering))} (${number(rendering.pairs)})</li>`).join("")}</ul>`;
  }
  // The first renderings, and what is left as one.
  function grouping(term) {
    if (term.renderings.length <= COLOURS.length) return term.renderings;
    const rest = term.renderings.slice(COLOURS.length - 1), years = {};
    for (const rendering of rest) for (const [year, count] of Object.entries(rendering.years)) years[year] = (years[year] ?? 0) + count;
    return [...term.renderings.slice(0, COLOURS.length - 1), { text: `${rest.length} others`, pairs: sum(rest, rendering => rendering.pairs), years }];
  }
  function termsView() {
    const around = (text, words, room) => {
      const at = words ? text.indexOf(words) : -1;
      if (at < 0) return escape(text.length > 3 * room ? `${text.slice(0, 3 * room)}…` : text);
      const from = Math.max(0, at - room), to = Math.min(text.length, at + words.length + room);
      return `${from ? "…" : ""}${escape(text.slice(from, at))}<b class="word">${escape(words)}</b>${escape(text.slice(at + words.length, to))}${to < text.length ? "…" : ""}`;
    };
    const example = one => `<li>${byId.has(one.pair.slice(0, one.pair.lastIndexOf("#"))) ? `<a href="#/p/${encodeURIComponent(one.pair)}">${escape(one.pair)}</a>` : escape(one.pair)}${one.date ? `, ${escape(one.date)}` : ""}<br><span lang="${source}">${around(one.source, one.source_words, 40)}</span><br><span lang="${target}">${around(one.target, one.target_words, 80)}</span></li>`;
    return index.terms.map(term => {
      const row = rendering => `<tr><td>${rendering.text === null ? "<span class=none>none found</span>" : escape(rendering.text)}<details><summary>examples</summary><ol class="examples">${rendering.examples.map(example).join("")}</ol></details></td><td class="n">${number(rendering.pairs)}</td><td class="n">${percent(rendering.share)}</td><td class="n">${escape(rendering.first)}</td><td class="n">${escape(rendering.last)}</td></tr>`;
      const when = term.first ? `, from ${escape(term.first)} to ${escape(term.last)}` : "";
      return `<h2><span lang="${source}">${escape(term.query)}</span></h2><p>${number(term.pairs)} pairs of ${number(term.documents)} articles${when}.</p>
        ${term.pairs ? figure("Renderings by year", "pairs that have the word", columns(`Renderings of ${term.query} by year`, term)) + `<table class="terms"><thead><tr><th>Rendering<th class=n>Pairs<th class=n>Share<th class=n>First<th class=n>Last</tr></thead><tbody>${term.renderings.map(row).join("")}</tbody></table>` : ""}`;
    }).join("");
  }

  // One side of a row, its findings marked. Places may overlap: the text is cut at every border.
  function marked(text, places) {
    const borders = [...new Set([0, text.length, ...places.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
    let out = "", seen = new Set();
    for (let at = 0; at + 1 < borders.length; at++) {
      const [start, end] = [borders[at], borders[at + 1]], inside = places.filter(place => place[1] <= start && place[2] >= end), piece = escape(text.slice(start, end));
      if (!inside.length) { out += piece; continue; }
      const first = inside.filter(place => !seen.has(place[0]));
      first.forEach(place => seen.add(place[0]));
      const names = inside.map(place => place[0]).join(" ");
      out += `<mark class="${types[inside[0][3]].name}" data-findings="${names}"${first.length ? ` tabindex="0" aria-describedby="tip"` : ""}>${piece}${first.map(place => `<sup>${place[0] + 1}</sup>`).join("")}</mark>`;
    }
    return out;
  }
  let current = [];
  async function articleView(article, pair) {
    const around = select().filter(one => one.shown.length), place = around.indexOf(article);
    const head = `<h2>${article.title ? `<span lang="${source}">${escape(article.title)}</span>` : escape(article.id)}</h2>
      <p>${article.translated ? `${escape(article.translated)}<br>` : ""}${[article.date, article.page ? `page ${article.page}` : "", article.section, article.id].filter(Boolean).map(escape).join(" · ")}</p>
      <p class="pager">${place > 0 ? link(around[place - 1], "← previous article with findings") : ""} ${place >= 0 && place + 1 < around.length ? link(around[place + 1], "next article with findings →") : ""}</p>`;
    const late = article.findings.filter(finding => finding.message && passes(finding));
    const lateNotes = late.length ? `<ol class="findings">${late.map(finding => `<li>${key(finding.type, types[finding.type].name)} ${percent(finding.p, 0)}, ${SEVERITIES[finding.severity]}: ${escape(finding.message)}</li>`).join("")}</ol>` : "";
    if (article.part === null) { current = []; return `${head}${lateNotes || "<p class=none>No finding: the page does not hold this article's text.</p>"}`; }
    const { rows, findings } = (await part(article.part))[article.at];
    const shown = findings.filter(finding => passes({ type: finding.type, p: finding.probability, severity: SEVERITIES.indexOf(finding.severity) }));
    current = shown;
    const places = (side, row) => shown.flatMap((finding, at) => finding[side].filter(place => place[0] === row).map(([, start, end]) => [at, start, end, finding.type]));
    const body = rows.map((row, at) => {
      const own = shown.map((finding, number) => [finding, number]).filter(([finding]) => finding.row === at);
      const cell = (side, lang, missing) => row[side] ? `<td lang="${lang}">${marked(row[side], places(side, at))}</td>` : `<td class="none">${missing}</td>`;
      const id = `${article.id}#${row.n}`;
      const notes = own.length ? `<tr><td></td><td colspan="2" class="notes"><ol class="findings">${own.map(([finding, number]) =>
        `<li><b>${number + 1}</b> ${key(finding.type, types[finding.type].name)} ${percent(finding.probability, 0)}, ${finding.severity} <span class="rule">(${escape(finding.rule.replaceAll("-", " "))}; MQM ${escape(types[finding.type].mqm)}; ITS ${escape(types[finding.type].its)})</span>: ${escape(finding.message)}</li>`).join("")}</ol></td></tr>` : "";
      return `<tr class="${row.title ? "title " : ""}${own.length ? "with" : ""}" data-n="${row.n}"><th class="at" scope="row"><a href="#/p/${encodeURIComponent(id)}" title="${escape(id)}">${row.n}</a> ${row.kind}${row.confidence === null ? "" : `<br><span title="the aligner's confidence">${percent(Math.min(row.confidence, row.confidence < 0.9995 ? 0.99 : 1), 0)}</span>`}</th>${cell("source", source, "not in the original")}${cell("target", target, "not in the translation")}</tr>${notes}`;
    }).join("");
    const html = `${head}${lateNotes}<table class="pairs"><colgroup><col class="at"><col><col></colgroup><thead><tr><th class="at" scope="col">Pair<th scope="col">Original<th scope="col">Translation</tr></thead><tbody>${body}</tbody></table>`;
    // Not called `then`: what is awaited must not look like a promise.
    return { html, after() { const row = pair && view.querySelector(`tr[data-n="${pair}"]`); if (row) { row.classList.add("here"); row.scrollIntoView({ block: "center" }); } } };
  }

  // ------------------------------------------------------------------------------------------------------------ the tooltip
  function showTip(mark) {
    tip.innerHTML = mark.dataset.findings.split(" ").map(at => current[at]).filter(Boolean).map(finding =>
      `<p><b>${escape(types[finding.type].name)}</b>, ${percent(finding.probability, 0)}, ${finding.severity}<br>${escape(finding.message)}</p>`).join("");
    tip.hidden = false;
    const box = mark.getBoundingClientRect(), own = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8)) + scrollX}px`;
    tip.style.top = `${(box.bottom + own.height + 8 < innerHeight ? box.bottom + 6 : box.top - own.height - 6) + scrollY}px`;
  }
  for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    view.addEventListener(on, event => { const mark = event.target.closest("mark"); if (mark) showTip(mark); });
    view.addEventListener(off, event => { if (event.target.closest("mark")) tip.hidden = true; });
  }
  document.addEventListener("keydown", event => { if (event.key === "Escape") tip.hidden = true; });

  // ------------------------------------------------------------------------------------------------------------ routes
  let drawn = 0;
  async function draw() {
    const turn = ++drawn, route = decodeURIComponent(location.hash.slice(1) || (articles.length ? "/" : "/terms"));
    tip.hidden = true;
    let shown;
    if (route.startsWith("/a/") || route.startsWith("/p/")) {
      const id = route.slice(3), cut = route.startsWith("/p/") ? id.lastIndexOf("#") : id.length;
      const article = byId.get(id.slice(0, cut));
      shown = article ? await articleView(article, id.slice(cut + 1)) : `<p>There is no article ${escape(id.slice(0, cut))} on this page.</p>`;
    } else {
      shown = route === "/articles" ? articleList() : route === "/terms" ? termsView() : overview();
    }
    // Another view may have been asked for meanwhile.
    if (turn !== drawn) return;
    $("filters").hidden = route === "/terms";
    view.innerHTML = `${shown.html ?? shown}<footer><p>${escape(index.about)}</p></footer>`;
    document.querySelectorAll("nav a").forEach(a => a.toggleAttribute("aria-current", a.getAttribute("href") === `#${route}`));
    shown.after?.();
  }
  addEventListener("hashchange", () => { scrollTo(0, 0); draw(); });
  view.addEventListener("click", event => {
    const sort = event.target.closest("[data-sort]"), page = event.target.closest("[data-page]");
    if (sort) { list.down = list.by === sort.dataset.sort ? !list.down : ["findings", "weight"].includes(sort.dataset.sort); list.by = sort.dataset.sort; list.page = 0; draw(); }
    if (page) { list.page += +page.dataset.page; draw(); }
  });
  let waiting;
  $("filters").addEventListener("input", () => { readFilters(); list.page = 0; clearTimeout(waiting); waiting = setTimeout(draw, 80); });
  $("filters").addEventListener("submit", event => event.preventDefault());
  for (const [id, on] of [["every", true], ["none", false]]) $(id).addEventListener("click", () => { document.querySelectorAll("#types input").forEach(input => { input.checked = on; }); readFilters(); draw(); });
  document.querySelector('[data-view="terms"]').hidden = !index.terms.length;
  for (const name of ["overview", "articles"]) document.querySelector(`[data-view="${name}"]`).hidden = !articles.length;
  drawTypes();
  const least = Math.min(50, ...index.findings.map(finding => Math.floor(finding[2] * 100)));
  $("least").min = $("least").value = least;
  readFilters();
  await draw();
  document.documentElement.dataset.ready = "yes";
})();
