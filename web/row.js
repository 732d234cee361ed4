// A pair: its sentences on both sides, what joins them, and what is known of it.

import { html } from "./vendor/preact.js";
import { Confidence } from "./search.js";
import { findingName, t } from "./strings.js";
import { marked, Text } from "./text.js";

/**
 * `before` is the row above it: where the paragraph changes there is room between them. `finding` is the one of its findings that a key
 * would dismiss; without `dismiss` none can be.
 */
export function Row({ row, before, here, number, lang, choose, finding, dismiss }) {
  const isParagraph = (side) => before && row[`${side}_paragraph`] != null && row[`${side}_paragraph`] !== before[`${side}_paragraph`];
  const words = (side) => row.findings.flatMap((one) => one[`${side}_words`] ?? []);
  const isMoved = row.status === "moved" || row.flags?.includes("moved");
  const names = ["row", row.section, here && "here", row.locked && "locked", (isParagraph("source") || isParagraph("target")) && "paragraph",
    !(row.source.length && row.target.length) && "alone", row.confidence != null && row.confidence < 0.6 && "doubtful"];
  const side = (name) => html`<div class="side ${name}" lang=${lang[name]}>
    ${row[name].map((sentence) => html`<p><${Text} parts=${marked(sentence, words(name))} lang=${lang[name]} /></p>`)}
  </div>`;
  const label = `${t("bead")} ${number}, ${row.kind}`;
  return html`<div role="listitem" class=${names.filter(Boolean).join(" ")} id=${`bead-${number}`} tabindex=${here ? 0 : -1}
      aria-current=${here ? "true" : undefined} aria-label=${label} onClick=${() => choose(number)}>
    <div class="number" aria-hidden="true">${number}</div>
    ${side("source")}<div class="joint" aria-hidden="true"></div>${side("target")}
    <div class="known"><span class="tag">${row.kind}</span> <${Confidence} value=${row.confidence} />
      ${row.locked && html`<span class="tag lock">${t(row.accepted ? "accepted" : "locked")}</span>`} ${isMoved && html`<span class="tag">${t("moved")}</span>`}</div>
    ${(row.note || row.findings.length > 0) && html`<div class="remarks">
      ${row.note && html`<p class="note"><b>${t("note")}:</b> <${Text} parts=${[[row.note, false]]} /></p>`}
      ${row.findings.map((one, index) => html`<p class="finding"><b>${findingName(one.type)}</b> ${one.probability?.toFixed(2)} <${Text} parts=${[[one.message ?? "", false]]} />
        ${here && dismiss && html` <button type="button" onClick=${() => dismiss(index)}>${t("dismiss")} ${index === finding && html`<kbd aria-hidden="true">x</kbd>`}</button>`}</p>`)}
    </div>`}
  </div>`;
}
