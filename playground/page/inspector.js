/** Every exchange between the app and this workspace: a list to filter, and one at a time to read. */

import { getExchanges } from "/page/api.js";
import { h, replace, settled } from "/page/dom.js";
import { formatDate } from "/page/dates.js";
import { icon } from "/page/icons.js";
import { jsonTree } from "/page/json_tree.js";
import { plainText } from "/page/mrkdwn.js";
import { channel, nameOf, person } from "/page/state.js";

const MOST_KEPT = 1000;
const DIRECTIONS = [["", "Both ways"], ["app_to_slack", "From the app"], ["slack_to_app", "To the app"]];

export class Inspector {
  constructor(root) {
    this.exchanges = [];
    this.latest = 0;
    this.chosen = null;
    this.isOpen = false;
    this.filter = h("input", { class: "field", type: "search", placeholder: "Filter", "aria-label": "Filter exchanges", on: { input: () => this.draw() } });
    this.direction = h("select", { class: "field", "aria-label": "Direction", on: { change: () => this.draw() } },
      DIRECTIONS.map(([value, label]) => h("option", { value }, label)));
    this.failures = h("input", { type: "checkbox", id: "only-failures", on: { change: () => this.draw() } });
    this.list = h("ol", { class: "exchanges" });
    this.detail = h("div", { class: "exchange-detail", tabindex: "-1", hidden: true });
    this.count = h("span", { class: "exchange-count" });
    replace(root,
      h("div", { class: "inspector-filters" }, this.filter, this.direction,
        h("span", { class: "check" }, this.failures, h("label", { for: "only-failures" }, "Only failures")), this.count),
      h("div", { class: "inspector-body" }, h("div", { class: "exchange-scroll" }, this.list), this.detail));
    this.fetchSoon = settled(() => this.fetch(), 150);
  }

  open(isOpen) {
    this.isOpen = isOpen;
    if (isOpen) this.fetch();
  }

  hear() {
    if (this.isOpen) this.fetchSoon();
  }

  async fetch() {
    if (this.fetching) return;
    this.fetching = true;
    try {
      for (let more = true; more; ) {
        const { exchanges } = await getExchanges(this.latest);
        for (const one of exchanges) this.latest = Math.max(this.latest, one.n);
        this.exchanges = [...this.exchanges, ...exchanges].slice(-MOST_KEPT);
        more = exchanges.length >= 200;
      }
      this.draw();
    } finally {
      this.fetching = false;
    }
  }

  matching() {
    const query = this.filter.value.trim().toLowerCase();
    const direction = this.direction.value;
    return this.exchanges.filter((one) => {
      if (direction && one.direction !== direction) return false;
      if (this.failures.checked && !failed(one)) return false;
      if (!query) return true;
      one.searchable ??= JSON.stringify(one).toLowerCase();
      return one.searchable.includes(query);
    });
  }

  draw() {
    const found = this.matching();
    this.count.textContent = `${found.length} of ${this.exchanges.length}`;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.n : null;
    replace(this.list, found.slice(-300).reverse().map((one) => this.row(one)),
      found.length ? null : h("li", { class: "exchange-none" }, this.exchanges.length ? "Nothing fits the filter." : "Nothing has been exchanged yet."));
    if (focused) this.list.querySelector(`[data-n="${focused}"]`)?.focus({ preventScroll: true });
  }

  row(one) {
    const out = one.direction === "app_to_slack";
    const chosen = this.chosen === one.n;
    return h("li", {}, h("button", {
      type: "button", class: `exchange${failed(one) ? " exchange-failed" : ""}`, dataset: { n: String(one.n) }, "aria-pressed": String(chosen), on: { click: () => this.choose(one) },
    },
    h("span", { class: `way ${out ? "way-out" : "way-in"}`, title: out ? "The app called the workspace" : "The workspace called the app" }, out ? "app →" : "→ app"),
    h("span", { class: "exchange-what" }, one.what), h("span", { class: "exchange-status" }, String(one.status)),
    h("span", { class: "exchange-summary" }, named(one.summary ?? "")),
    h("span", { class: "exchange-ms" }, `${Math.round(one.ms)} ms`)));
  }

  choose(one) {
    this.chosen = one.n;
    for (const button of this.list.querySelectorAll(".exchange")) button.setAttribute("aria-pressed", String(button.dataset.n === String(one.n)));
    const part = (title, value) => h("section", { class: "exchange-part", "aria-label": title },
      h("div", { class: "exchange-part-head" }, h("h3", {}, title), copyButton(title, value)), jsonTree(value ?? null));
    const answerer = one.direction === "app_to_slack" ? ["The app asked", "The workspace answered"] : ["The workspace sent", "The app answered"];
    replace(this.detail, h("div", { class: "exchange-title" }, h("h3", {}, one.what),
      h("span", {}, `${formatDate(one.at, "{date_short} {time_secs}", "UTC")} UTC, ${one.status}, ${Math.round(one.ms)} ms`)),
    part(answerer[0], one.request), part(answerer[1], one.response));
    this.detail.hidden = false;
    this.detail.scrollTop = 0;
    this.detail.focus({ preventScroll: true });
  }
}

/** An id says nothing to a reader, whose it is does; and what was said is read as people see it. */
function named(words) {
  const someone = person(words);
  const place = channel(words);
  return someone ? nameOf(someone) : place ? `#${place.name}` : plainText(words);
}

function failed(one) {
  return one.response?.ok === false || Number(one.status) >= 400 || /error|timeout|refused|cut|lost/i.test(String(one.status));
}

function copyButton(title, value) {
  return h("button", {
    type: "button", class: "icon-button", "aria-label": `Copy: ${title}`, title: "Copy",
    on: { click: () => navigator.clipboard?.writeText(JSON.stringify(value, null, 2)) },
  }, icon("copy"));
}
