/**
 * The chosen theme, put on the document before anything is painted so that a dark page never flashes white.
 * A classic script on purpose: modules run too late for this.
 */
(function () {
  "use strict";
  let chosen = null;
  try {
    chosen = localStorage.getItem("playground.theme");
  } catch {
    chosen = null; // A browser that keeps no storage follows the system's theme.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
