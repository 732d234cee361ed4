// What a view waits for.

import { html, useEffect, useState } from "./vendor/preact.js";
import { t } from "./strings.js";

/** The answer of `ask`, asked again whenever `key` changes: `[value, problem, busy]`. An answer that comes too late is not taken. */
export function useAnswer(key, ask) {
  const [state, setState] = useState({ key: null, value: null, problem: null });
  useEffect(() => {
    let late = false;
    ask().then(
      (value) => late || setState({ key, value, problem: null }),
      (problem) => late || setState({ key, value: null, problem }),
    );
    return () => {
      late = true;
    };
  }, [key]);
  return [state.value, state.key === key ? state.problem : null, state.key !== key];
}

export const Waiting = () => html`<p class="waiting" role="status">${t("loading")}</p>`;
export const Trouble = ({ problem }) => html`<p class="trouble" role="alert">${problem.message}</p>`;
