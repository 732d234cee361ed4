// What a reader can do, by key and by button.

import { html, useEffect, useRef } from "./vendor/preact.js";
import { t } from "./strings.js";

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
  { name: "split", keys: ["s"], changes: true, can: ({ row }) => row && row.source.length + row.target.length > 1, run: ({ ask }) => ask({ view: SplitForm }) },
  { name: "sourceUp", keys: ["u"], changes: true, ...up("source") },
  { name: "sourceDown", keys: ["d"], changes: true, ...down("source") },
  { name: "targetUp", keys: ["U"], changes: true, ...up("target") },
  { name: "targetDown", keys: ["D"], changes: true, ...down("target") },
  { name: "realign", keys: ["r"], changes: true, can: always, run: ({ deed }) => deed({ type: "realign" }) },
  { name: "undo", keys: ["z"], changes: true, can: ({ article }) => article.undo, run: ({ deed }) => deed({ type: "undo" }) },
  { name: "redo", keys: ["y"], changes: true, can: ({ article }) => article.redo, run: ({ deed }) => deed({ type: "redo" }) },
  { name: "note", keys: ["n"], changes: true, can: ({ row }) => row, run: ({ ask }) => ask({ view: NoteForm }) },
  { name: "dismiss", keys: ["x"], changes: true, can: ({ row }) => row?.findings.length > 0, run: ({ at, deed }) => deed({ type: "dismiss", bead: at, finding: 0 }) },
  { name: "nextItem", keys: ["e"], can: ({ onNext }) => onNext, run: ({ onNext }) => onNext() },
  { name: "help", keys: ["?"], can: always, run: ({ help }) => help() },
];

export const commandOf = (key) => COMMANDS.find((command) => command.keys.includes(key));

export function Toolbar({ context, run, readOnly }) {
  const shown = COMMANDS.filter((command) => !(readOnly && command.changes) && !(command.name === "nextItem" && !context.onNext));
  return html`<div class="toolbar" role="toolbar" aria-label=${t("correct")}>
    ${shown.filter((command) => !command.name.startsWith("key")).map((command) => html`<button type="button" data-command=${command.name}
      aria-keyshortcuts=${command.keys[0]} disabled=${!command.can(context)} onClick=${() => run(command)}>${t(command.name)} <kbd>${command.keys[0]}</kbd></button>`)}
  </div>`;
}

/** A form that has the keyboard as soon as it is there, and gives it back with Escape. */
function Asking({ label, submit, close, children }) {
  const form = useRef();
  useEffect(() => form.current.querySelector("input, textarea").focus(), []);
  const key = (event) => event.key === "Escape" && close();
  const send = (event) => {
    event.preventDefault();
    submit(new FormData(form.current));
    document.querySelector(".row.here")?.focus();
  };
  return html`<form class="asking" aria-label=${label} ref=${form} onSubmit=${send} onKeyDown=${key}>
    ${children} <button type="submit" class="main">${t("save")}</button> <button type="button" onClick=${close}>${t("cancel")}</button>
  </form>`;
}

function SplitForm({ context: { row, at, deed }, close }) {
  const number = (name, label, count) => html`<label>${t(label)}
    <input name=${name} type="number" min="0" max=${count} value=${Math.min(1, count)} required /> / ${count}</label>`;
  const submit = (data) => deed({ type: "split", bead: at, source: Number(data.get("source")), target: Number(data.get("target")) });
  return html`<${Asking} label=${t("split")} submit=${submit} close=${close}>
    ${number("source", "splitSource", row.source.length)} ${number("target", "splitTarget", row.target.length)}
  <//>`;
}

function NoteForm({ context: { row, at, deed }, close }) {
  return html`<${Asking} label=${t("note")} submit=${(data) => deed({ type: "note", bead: at, text: data.get("note") })} close=${close}>
    <label>${t("note")} <input name="note" value=${row.note} maxlength="2000" size="60" /></label>
  <//>`;
}
