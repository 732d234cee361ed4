// Texts of the corpus as they are: never taken for markup, never out of their place.

import { html, useState } from "./vendor/preact.js";
import { t } from "./strings.js";

/** Characters that turn the direction of writing, or cannot be seen: shown by their numbers. */
const CONTROLS = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff])/;
/** Longer texts are cut, until a reader asks for the whole. */
const LONG = 4000;

const nameOf = (control) => `U+${control.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

export const visible = (text) =>
  text.split(CONTROLS).map((part, index) => (index % 2 ? html`<span class="control">${nameOf(part)}</span>` : part));

/** The same where there can be no elements. */
export const visibleText = (text) => text.split(CONTROLS).map((part, index) => (index % 2 ? nameOf(part) : part)).join("");

/** The first `most` units of a text, or the last, without half a character. */
const start = (text, most) => text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
const end = (text, most) => text.slice(-most).replace(/^[\udc00-\udfff]/, "");

/** `parts` are [text, found] pairs; those that were found are marked. */
export function Text({ parts, lang }) {
  const [whole, setWhole] = useState(false);
  const length = parts.reduce((sum, [text]) => sum + text.length, 0);
  let room = whole || length <= LONG * 1.5 ? Infinity : LONG;
  const shown = [];
  for (const [text, found] of parts) {
    const cut = start(text, room);
    room = cut.length < text.length ? 0 : room - cut.length;
    if (cut) shown.push(found ? html`<mark>${visible(cut)}</mark>` : visible(cut));
  }
  const more = room === 0 && html`… <button type="button" class="more" onClick=${() => setWhole(true)}>${t("showAll", length)}</button>`;
  return html`<bdi lang=${lang} class="text">${shown}</bdi>${more}`;
}

/** A text in parts: those are marked that `words` name. */
export function marked(text, words) {
  const wanted = [...new Set(words.filter(Boolean))].sort((a, b) => b.length - a.length);
  if (!wanted.length || text.length > 100000) return [[text, false]];
  const escaped = wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text.split(new RegExp(`(${escaped.join("|")})`)).map((part, index) => [part, index % 2 === 1]).filter(([part]) => part);
}

/** The end, or the beginning, of a text's parts, for a line of context. */
export function clip(text, most, fromEnd) {
  const flat = text.replace(/\s+/g, " ");
  if (flat.length <= most) return flat;
  return fromEnd ? `…${end(flat, most)}` : `${start(flat, most)}…`;
}
