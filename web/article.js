// An article with both sides beside each other, and what a reader does to it. Every act is saved before it is shown.

import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { act, articlePath, get } from "./api.js";
import { COMMANDS, commandOf, Toolbar } from "./commands.js";
import { Trouble, Waiting } from "./load.js";
import { Row } from "./row.js";
import { Download } from "./search.js";
import { t } from "./strings.js";
import { Text } from "./text.js";

/**
 * `bead` is the pair that is looked at, counted from 1; `onBead` is told of another. `onNext`, where it is given, leads to the next
 * thing to be looked at.
 */
export function Article({ doc, bead, about, onBead, onNext, children }) {
  const [article, setArticle] = useState(null);
  const [problem, setProblem] = useState(null);
  const [word, setWord] = useState("");
  const [form, setForm] = useState(null);
  const list = useRef();
  const help = useRef();
  // As it is now, whatever has been drawn: keys come faster than pictures.
  const live = useRef({ at: 1, article: null });
  const turn = useRef(Promise.resolve());
  const put = (value) => {
    live.current.article = value;
    setArticle(value);
  };

  useEffect(() => {
    let late = false;
    put(null);
    setProblem(null);
    setForm(null);
    setWord("");
    get("article", { doc }).then((value) => late || put(value), (trouble) => late || setProblem(trouble));
    return () => {
      late = true;
    };
  }, [doc]);

  const rows = article?.rows ?? [];
  const at = Math.min(Math.max(bead, 1), Math.max(rows.length, 1));
  if (live.current.place !== `${doc} ${at}`) Object.assign(live.current, { at, place: `${doc} ${at}` });

  // The pair that is looked at is seen, and has the keyboard.
  useEffect(() => {
    const row = list.current?.querySelector(".row.here");
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    const focused = document.activeElement;
    if (focused === document.body || list.current.contains(focused)) row.focus({ preventScroll: true });
  }, [at, article]);

  const goTo = (to) => {
    live.current.at = Math.min(Math.max(to, 1), live.current.article.length);
    onBead(live.current.at);
  };

  async function deed(one, then = live.current.at) {
    setForm(null);
    const { article: before } = live.current;
    try {
      const after = await act(before.doc, before.version, one);
      if (live.current.article !== before) return;
      put(after);
      setWord(t("saved"));
      goTo(then);
    } catch (trouble) {
      if (trouble.article) put(trouble.article);
      setWord(trouble.status === 409 ? t("conflict") : trouble.message);
    }
  }

  const context = {
    get article() { return live.current.article; },
    get at() { return live.current.at; },
    get row() { return live.current.article?.rows[live.current.at - 1]; },
    deed, onNext, ask: setForm, step: (by) => goTo(live.current.at + by), help: () => help.current.showModal(),
  };
  // One after another: what a key means depends on what the one before it has done.
  const run = (command) => {
    if (!command || (command.changes && about.read_only)) return;
    turn.current = turn.current.then(() => live.current.article && command.can(context) && command.run(context));
  };

  useEffect(() => {
    const listener = (event) => {
      const typing = event.target.closest?.("input, textarea, select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const command = commandOf(event.key);
      if (!command || !article || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
      event.preventDefault();
      run(command);
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  });

  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!article) return html`<${Waiting} />`;
  const lang = { source: about.source_lang, target: about.target_lang };
  return html`<article class="article">
    <div class="head">
      <h1 tabindex="-1"><${Text} parts=${[[article.title.source || article.doc, false]]} lang=${lang.source} /></h1>
      <p class="subtitle"><${Text} parts=${[[article.title.target ?? "", false]]} lang=${lang.target} /></p>
      <p class="place"><bdi>${article.doc}</bdi> ${article.date} ${article.page && `${t("page")} ${article.page}`}</p>
      ${children?.(article)}
      <${Download} formats=${about.formats} path=${(format) => articlePath(article.doc, format)} />
    </div>
    ${article.findings.length > 0 && html`<section class="whole"><h2>${t("wholeFindings")}</h2><ul>${article.findings.map((one) => html`<li>${one.message}</li>`)}</ul></section>`}
    <${Toolbar} context=${context} run=${run} readOnly=${about.read_only} />
    <p class="word" role=${word === t("conflict") ? "alert" : "status"}>${word}</p>
    ${form && html`<${form.view} context=${context} close=${() => setForm(null)} key=${at} />`}
    <div class="rows" role="list" ref=${list} aria-label=${`${t("source")}, ${t("target")}`}>
      ${rows.map((row, index) => html`<${Row} key=${row.id} row=${row} before=${rows[index - 1]} here=${index + 1 === at} number=${index + 1} lang=${lang} choose=${goTo} />`)}
    </div>
    <dialog ref=${help} aria-labelledby="keys">
      <h2 id="keys">${t("help")}</h2>
      <dl>${COMMANDS.map((command) => html`<div><dt>${command.keys.slice(0, 2).map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${t(command.name)}</dd></div>`)}</dl>
      <form method="dialog"><button>${t("close")}</button></form>
    </dialog>
  </article>`;
}
