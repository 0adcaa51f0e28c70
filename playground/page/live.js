/** What the page says on its own: words for a screen reader, and short notices that nobody needs to answer. */

import { h } from "/page/dom.js";
import { icon } from "/page/icons.js";

const TOAST_MS = 8000;

/** Spoken once, seen by nobody. A fresh node makes the same words audible twice. */
export function announce(text) {
  const live = document.getElementById("live");
  live.append(h("p", {}, text));
  while (live.children.length > 5) live.firstElementChild.remove();
}

export function toast(text, kind = "info") {
  const close = () => drawn.remove();
  const drawn = h("div", { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" },
    icon(kind === "error" ? "alert" : "info"),
    h("span", {}, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: close } }, icon("close")));
  document.getElementById("toasts").append(drawn);
  setTimeout(close, TOAST_MS);
}
