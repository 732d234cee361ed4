// A pair: its sentences on both sides, what joins them, and what is known of it.

import { html } from "./vendor/preact.js";
import { Confidence } from "./search.js";
import { t } from "./strings.js";
import { marked, Text } from "./text.js";

/** `before` is the row above it: where the paragraph changes there is room between them. */
export function Row({ row, before, here, number, lang, choose }) {
  const words = (side) => row.findings.flatMap((finding) => finding[`${side}_words`] ?? []);
  const isParagraph = (side) => before && row[`${side}_paragraph`] != null && row[`${side}_paragraph`] !== before[`${side}_paragraph`];
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
      ${row.findings.map((finding) => html`<p class="finding"><b>${finding.type}</b> ${finding.probability?.toFixed(2)} <${Text} parts=${[[finding.message ?? "", false]]} /></p>`)}
    </div>`}
  </div>`;
}
