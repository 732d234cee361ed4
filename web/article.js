// An article with both sides beside each other, and what a reader does to it. Every act is saved before it is shown.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/preact.js";
import { act, articlePath, get } from "./api.js";
import { commandOf, KeysDialog, keysAreOn, Toolbar } from "./commands.js";
import { Trouble, Waiting } from "./load.js";
import { Row } from "./row.js";
import { Download } from "./search.js";
import { t } from "./strings.js";
import { Text } from "./text.js";

/**
 * `bead` is the pair that is looked at, counted from 1; `onBead` is told of another, `onSaved` of every act. `onNext`, where it is
 * given, leads to the next thing to be looked at, and `finding` is the one that led here.
 */
export function Article({ doc, bead, about, onBead, onNext, onSaved, finding = 0, children }) {
  const [article, setArticle] = useState(null);
  const [problem, setProblem] = useState(null);
  const [word, setWord] = useState("");
  const [form, setForm] = useState(null);
  const [, turn] = useState(0);
  const list = useRef();
  const help = useRef();

  useEffect(() => {
    let late = false;
    waiting.current = [];
    setArticle(null);
    setProblem(null);
    setForm(null);
    setWord("");
    get("article", { doc }).then((value) => late || setArticle(value), (trouble) => late || setProblem(trouble));
    return () => {
      late = true;
    };
  }, [doc]);

  const rows = article?.rows ?? [];
  const at = Math.min(Math.max(bead, 1), Math.max(rows.length, 1));
  const current = rows[at - 1];
  const toBead = (to, length) => onBead(Math.min(Math.max(to, 1), length));

  // The pair that is looked at is seen, and has the keyboard.
  useEffect(() => {
    const row = list.current?.querySelector(".row.here");
    if (!row) return;
    const { top, bottom } = row.getBoundingClientRect();
    row.scrollIntoView({ block: bottom < 0 || top > innerHeight ? "center" : "nearest" });
    const focused = document.activeElement;
    if (focused === document.body || focused.id === "main" || list.current.contains(focused)) row.focus({ preventScroll: true });
  }, [at, article]);

  async function deed(one, then = at) {
    try {
      const after = await act(doc, article.version, one);
      onSaved?.();
      // The reader may have gone to another article in the meantime.
      if (now.current.doc !== doc) return;
      setArticle(after);
      setForm(null);
      setWord(t("saved"));
      toBead(then, after.length);
    } catch (trouble) {
      // What was to follow was meant for another state; what was typed stays.
      waiting.current = [];
      const text = trouble.status === 409 ? t("conflict") : trouble.message;
      if (now.current.doc !== doc) return setWord(`${doc}: ${text}`);
      if (trouble.article) setArticle(trouble.article);
      setWord(text);
    }
  }

  const context = {
    doc, article, row: current, at, deed, onNext, finding: Math.min(finding, (current?.findings.length ?? 0) - 1),
    ask: (view) => setForm({ view, at }), step: (by) => toBead(at + by, rows.length), help: () => help.current.showModal(),
  };
  const now = useRef();
  now.current = context;

  // Keys pressed while an act is under way are not lost: each is done on what the one before it has left.
  const waiting = useRef([]);
  const busy = useRef(false);
  const go = () => {
    while (waiting.current.length && !busy.current && now.current.article?.doc === now.current.doc) {
      const command = waiting.current.shift();
      if ((command.changes && about.read_only) || !command.can(now.current)) continue;
      busy.current = true;
      const done = Promise.resolve(command.run(now.current)).catch((trouble) => setWord(trouble.message));
      done.finally(() => {
        busy.current = false;
        turn((count) => count + 1);
      });
    }
  };
  const run = (command) => {
    waiting.current.push(command);
    go();
  };
  useLayoutEffect(go);

  useEffect(() => {
    const listener = (event) => {
      const typing = event.target.closest?.("input, textarea, select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || (event.key.length === 1 && !keysAreOn())) return;
      const command = commandOf(event.key);
      if (!command || !now.current.article) return;
      event.preventDefault();
      if (!(event.repeat && command.changes)) run(command);
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);

  if (problem) return html`<div><h1 tabindex="-1"><${Text} parts=${[[doc, false]]} /></h1><${Trouble} problem=${problem} /></div>`;
  if (!article) return html`<${Waiting} />`;
  const lang = { source: about.source_lang, target: about.target_lang };
  const send = (one) => run({ changes: true, can: () => true, run: ({ deed }) => deed(one) });
  const dismiss = about.read_only ? undefined : (index) => send({ type: "dismiss", bead: at, finding: index });
  const asked = form && rows[form.at - 1];
  return html`<article class="article">
    <div class="head">
      <h1 tabindex="-1"><${Text} parts=${[[article.title.source || article.doc, false]]} lang=${lang.source} /></h1>
      <p class="subtitle"><${Text} parts=${[[article.title.target ?? "", false]]} lang=${lang.target} /></p>
      <p class="place"><bdi>${article.doc}</bdi> ${article.date} ${article.page && t("pageNumber", article.page)}</p>
      ${children?.(article)}
      <${Download} formats=${about.formats} path=${(format) => articlePath(article.doc, format)} />
    </div>
    ${article.findings.length > 0 && html`<section class="whole"><h2>${t("wholeFindings")}</h2>
      <ul>${article.findings.map((one) => html`<li><${Text} parts=${[[one.message ?? one.type, false]]} /></li>`)}</ul></section>`}
    <${Toolbar} context=${context} run=${run} readOnly=${about.read_only} />
    <p class="word" role=${word === t("conflict") ? "alert" : "status"}>${word}</p>
    ${asked && html`<${form.view} row=${asked} at=${form.at} send=${send} close=${() => setForm(null)} />`}
    <div class="rows" role="list" ref=${list} aria-label=${`${t("source")}, ${t("target")}`}>
      ${rows.map((row, index) => html`<${Row} key=${row.id} row=${row} before=${rows[index - 1]} number=${index + 1} lang=${lang}
        choose=${onBead} here=${index + 1 === at} finding=${context.finding} dismiss=${dismiss} />`)}
    </div>
    <${KeysDialog} reference=${help} />
  </article>`;
}
