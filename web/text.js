// Texts of the corpus as they are: never taken for markup, never out of their place.

import { html, useState } from "./vendor/preact.js";
import { t } from "./strings.js";

/** Characters that turn the direction of writing, or cannot be seen: shown by their numbers. */
const CONTROLS = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])/;
/** Longer texts are cut, until a reader asks for the whole. */
const LONG = 4000;

function visible(text) {
  return text.split(CONTROLS).map((part, index) => {
    if (index % 2 === 0) return part;
    const name = `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return html`<span class="control">${name}</span>`;
  });
}

/** `parts` are [text, found] pairs; those that were found are marked. */
export function Text({ parts, lang }) {
  const [whole, setWhole] = useState(false);
  const length = parts.reduce((sum, [text]) => sum + text.length, 0);
  let room = whole || length <= LONG * 1.5 ? Infinity : LONG;
  const shown = [];
  for (const [text, found] of parts) {
    const cut = text.slice(0, room);
    room -= cut.length;
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
  return fromEnd ? `…${flat.slice(-most)}` : `${flat.slice(0, most)}…`;
}
