// Read: one article, from the search or from its neighbours.

import { html, useEffect } from "./vendor/preact.js";
import { get, readPath } from "./api.js";
import { Article } from "./article.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { go } from "./router.js";
import { t } from "./strings.js";

export function Read({ doc, bead, about }) {
  const neighbours = ({ previous, next }) => html`<nav class="neighbours" aria-label=${t("read")}>
    ${previous && html`<a rel="prev" href=${readPath(previous)}>← ${t("previous")}</a>`}
    ${next && html`<a rel="next" href=${readPath(next)}>${t("next")} →</a>`}
  </nav>`;
  return html`<${Article} ...${{ doc, bead, about }} onBead=${(to) => go(readPath(doc, to), { replace: true })}>${neighbours}<//>`;
}

/** The first article of the store. */
export function ReadFirst() {
  const [found, problem] = useAnswer("first", () => get("search", { sort: "text", limit: 1 }));
  const doc = found?.hits[0]?.doc;
  useEffect(() => {
    if (doc) go(readPath(doc), { replace: true });
  }, [doc]);
  if (problem) return html`<${Trouble} problem=${problem} />`;
  return found && !doc ? html`<p>${t("none")}</p>` : html`<${Waiting} />`;
}
