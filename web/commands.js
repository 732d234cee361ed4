// What a reader can do, by key and by button.

import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { t } from "./strings.js";

/** Keys of one character can be switched off, for those who speak to their computer, or hit keys unmeant (WCAG 2.1.4). */
export const keysAreOn = () => localStorage.getItem("keys") !== "off";

const has = ({ row }, side) => (row?.[side].length ?? 0) > 0;
const isLast = ({ article, at }) => at >= article.rows.length;
const move = (side, to) => ({ at, deed }) => deed({ type: "move", bead: at, side, to });
const up = (side) => ({ can: (context) => context.at > 1 && has(context, side), run: move(side, "up") });
const down = (side) => ({ can: (context) => !isLast(context) && has(context, side), run: move(side, "down") });
const always = () => true;

/** `can` says whether a command makes sense where the reader is; `changes` marks those that a read-only page does not have. */
export const COMMANDS = [
  { name: "keyNext", keys: ["j", "ArrowDown"], can: always, run: ({ step }) => step(1) },
  { name: "keyPrevious", keys: ["k", "ArrowUp"], can: always, run: ({ step }) => step(-1) },
  { name: "accept", keys: ["a"], changes: true, can: ({ row }) => row && !row.locked, run: ({ at, deed, onNext }) => deed({ type: "accept", bead: at }, onNext ? at : at + 1) },
  { name: "unlock", keys: ["l"], changes: true, can: ({ row }) => row?.locked, run: ({ at, deed }) => deed({ type: "unlock", bead: at }) },
  { name: "merge", keys: ["m"], changes: true, can: (context) => !isLast(context), run: ({ at, deed }) => deed({ type: "merge", bead: at }) },
  { name: "split", keys: ["s"], changes: true, can: ({ row }) => row && row.source.length + row.target.length > 1, run: ({ ask }) => ask(SplitForm) },
  { name: "sourceUp", keys: ["u"], changes: true, ...up("source") },
  { name: "sourceDown", keys: ["d"], changes: true, ...down("source") },
  { name: "targetUp", keys: ["U"], changes: true, ...up("target") },
  { name: "targetDown", keys: ["D"], changes: true, ...down("target") },
  { name: "realign", keys: ["r"], changes: true, can: always, run: ({ deed }) => deed({ type: "realign" }) },
  { name: "undo", keys: ["z"], changes: true, can: ({ article }) => article.undo, run: ({ deed }) => deed({ type: "undo" }) },
  { name: "redo", keys: ["y", "Z"], changes: true, can: ({ article }) => article.redo, run: ({ deed }) => deed({ type: "redo" }) },
  { name: "note", keys: ["n"], changes: true, can: ({ row }) => row, run: ({ ask }) => ask(NoteForm) },
  { name: "dismiss", keys: ["x"], changes: true, can: ({ row }) => row?.findings.length > 0, run: ({ at, deed, finding }) => deed({ type: "dismiss", bead: at, finding }) },
  { name: "nextItem", keys: ["e"], can: ({ onNext }) => onNext, run: ({ onNext }) => onNext() },
  { name: "help", keys: ["?"], can: always, run: ({ help }) => help() },
];

export const commandOf = (key) => COMMANDS.find((command) => command.keys.includes(key));

export function Toolbar({ context, run, readOnly }) {
  const shown = COMMANDS.filter((command) => !(readOnly && command.changes) && !(command.name === "nextItem" && !context.onNext));
  return html`<div class="toolbar" role="group" aria-label=${t("correct")}>
    ${shown.filter((command) => !command.name.startsWith("key")).map((command) => html`<button type="button" data-command=${command.name}
      aria-keyshortcuts=${command.keys[0].replace(/^[A-Z]$/, "Shift+$&")} disabled=${!command.can(context)} onClick=${() => run(command)}>${t(command.name)} <kbd>${command.keys[0]}</kbd></button>`)}
  </div>`;
}

export function KeysDialog({ reference }) {
  const [on, setOn] = useState(keysAreOn());
  const change = (event) => {
    localStorage.setItem("keys", event.target.checked ? "on" : "off");
    setOn(event.target.checked);
  };
  const keys = ({ keys }) => keys.map((key) => html`<kbd>${key.replace("Arrow", "").replace("Down", "↓").replace("Up", "↑")}</kbd> `);
  return html`<dialog ref=${reference} aria-labelledby="keys">
    <h2 id="keys">${t("help")}</h2>
    <dl>${COMMANDS.map((command) => html`<div><dt>${keys(command)}</dt><dd>${t(command.name)}</dd></div>`)}</dl>
    <form method="dialog"><label><input type="checkbox" checked=${on} onChange=${change} /> ${t("keysOn")}</label> <button>${t("close")}</button></form>
  </dialog>`;
}

/** A form that has the keyboard as soon as it is there, and gives it back to the pair when it goes. */
function Asking({ label, at, submit, close, children }) {
  const form = useRef();
  useEffect(() => {
    form.current.querySelector("input, textarea").focus();
    return () => document.querySelector(".row.here")?.focus();
  }, []);
  const key = (event) => event.key === "Escape" && close();
  const send = (event) => {
    event.preventDefault();
    submit(new FormData(form.current));
  };
  return html`<form class="asking" aria-label=${label} ref=${form} onSubmit=${send} onKeyDown=${key}>
    <b>${t("bead")} ${at}</b> ${children} <button type="submit" class="main">${t("save")}</button> <button type="button" onClick=${close}>${t("cancel")}</button>
  </form>`;
}

function SplitForm({ row, at, send, close }) {
  const number = (name, label, count) => html`<label>${t(label)}
    <input name=${name} type="number" min="0" max=${count} defaultValue=${Math.min(1, count)} required /> / ${count}</label>`;
  const submit = (data) => send({ type: "split", bead: at, source: Number(data.get("source")), target: Number(data.get("target")) });
  return html`<${Asking} label=${t("split")} at=${at} submit=${submit} close=${close}>
    ${number("source", "splitSource", row.source.length)} ${number("target", "splitTarget", row.target.length)}
  <//>`;
}

function NoteForm({ row, at, send, close }) {
  return html`<${Asking} label=${t("note")} at=${at} submit=${(data) => send({ type: "note", bead: at, text: data.get("note") })} close=${close}>
    <label>${t("note")} <input name="note" defaultValue=${row.note} maxlength="2000" size="60" /></label>
  <//>`;
}
