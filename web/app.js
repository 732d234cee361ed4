// The shell: where the page is, in which language and colours.

import { html, render, useEffect, useRef, useState } from "./vendor/preact.js";
import { get } from "./api.js";
import { Trouble, useAnswer, Waiting } from "./load.js";
import { Overview } from "./overview.js";
import { Read, ReadFirst } from "./read.js";
import { Review } from "./review.js";
import { go, useAddress } from "./router.js";
import { Search } from "./search.js";
import { currentLanguage, lacking, setLanguage, t } from "./strings.js";
import { visibleText } from "./text.js";

const VIEWS = { search: Search, review: Review, overview: Overview };
const THEMES = ["auto", "light", "dark"];

function useTheme() {
  const [theme, setTheme] = useState(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  return [theme, () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length])];
}

/** The id in an address, or nothing where the address is spoilt. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function View({ path, params, about, theme }) {
  const [, name, doc] = path.split("/");
  if (name === "read" && !doc) return html`<${ReadFirst} />`;
  if (name === "read" && decoded(doc)) return html`<${Read} doc=${decoded(doc)} bead=${Number(params.get("bead")) || 1} about=${about} />`;
  const Named = Object.hasOwn(VIEWS, name) && VIEWS[name];
  return Named ? html`<${Named} params=${params} about=${about} theme=${theme} />` : html`<h1>404</h1><p>${t("nothingHere")}</p>`;
}

function App() {
  const { path, params } = useAddress();
  const [theme, nextTheme] = useTheme();
  const [language, change] = useState(currentLanguage());
  const [about, problem] = useAnswer("about", () => get("about"));
  const main = useRef();
  const [, name, doc] = path.split("/");
  const switchLanguage = () => {
    const other = language === "zh" ? "en" : "zh";
    setLanguage(other);
    change(other);
  };
  useEffect(() => {
    if (path === "/") go("/search", { replace: true });
    const what = name === "read" ? decoded(doc ?? "") : name === "search" && params.get("q");
    const view = Object.hasOwn(VIEWS, name) || name === "read" ? t(name) : "404";
    document.title = [what && visibleText(what), view, about?.name ?? "bitext"].filter(Boolean).join(" · ");
  });
  // What had the keyboard is gone with the view that was left.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && document.activeElement === document.body) main.current.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  const link = (view) => html`<a href="/${view}" aria-current=${name === view ? "page" : undefined}>${t(view)}</a>`;
  return html`<a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>${t("skip")}</a>
    <header>
      <p class="name"><strong>bitext</strong> <bdi>${about?.name}</bdi> ${about?.read_only && html`<em>${t("readOnly")}</em>`}</p>
      <nav aria-label="bitext">${["search", "read", "review", "overview"].map(link)}</nav>
      <div class="switches">
        <button type="button" id="language" lang=${language === "zh" ? "en" : "zh"} onClick=${switchLanguage}>${t("language")}</button>
        <button type="button" id="theme" onClick=${nextTheme}>${t("theme")}: ${t(theme)}</button>
      </div>
    </header>
    <main id="main" tabindex="-1" ref=${main}>
      ${problem ? html`<${Trouble} problem=${problem} />` : about ? html`<${View} ...${{ path, params, about, theme }} key=${name + language} />` : html`<${Waiting} />`}
    </main>`;
}

document.documentElement.lang = currentLanguage();
if (lacking.length) console.error("strings are missing", lacking);
render(html`<${App} />`, document.getElementById("app"));
