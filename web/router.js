// The page's address is its state: every place has one, and the browser's back goes back, to where the reader had scrolled.

import { useEffect, useState } from "./vendor/preact.js";

/** How long, in milliseconds, a place that was left may take to be as high again as it was. */
const PATIENCE = 2000;

const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());
const keepScroll = () => history.replaceState({ scroll: scrollY }, "");

history.scrollRestoration = "manual";
addEventListener("pagehide", keepScroll);
addEventListener("popstate", () => {
  tell();
  scrollBack(history.state?.scroll ?? 0, performance.now());
});
if (history.state?.scroll) scrollBack(history.state.scroll, performance.now());

/** Answers come later than the address: it is tried again until the page is high enough, or the reader scrolls. */
function scrollBack(to, since) {
  let ended = false;
  const end = () => (ended = true);
  for (const name of ["wheel", "touchstart", "keydown", "popstate"]) addEventListener(name, end, { once: true, passive: true });
  const again = () => {
    if (ended) return;
    scrollTo(0, to);
    if (Math.abs(scrollY - to) > 1 && performance.now() - since < PATIENCE) requestAnimationFrame(again);
  };
  requestAnimationFrame(again);
}

/** Goes to an address. `replace` leaves no step to come back to; `stay` leaves the page scrolled as it is. */
export function go(path, { replace = false, stay = replace } = {}) {
  if (path === location.pathname + location.search) return;
  if (replace) {
    history.replaceState(history.state, "", path);
  } else {
    keepScroll();
    history.pushState(null, "", path);
  }
  if (!stay) scrollTo(0, 0);
  tell();
}

export function useAddress() {
  const [, again] = useState(0);
  useEffect(() => {
    const listener = () => again((count) => count + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return { path: location.pathname, params: new URLSearchParams(location.search) };
}

// Links within the page do not load it anew; `data-stay` marks those that do not scroll to its top.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.hasAttribute("download") || link.target) return;
  event.preventDefault();
  go(link.getAttribute("href"), { stay: link.hasAttribute("data-stay") });
});
