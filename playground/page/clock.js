/** The clock bar: what time it is in the workspace, and the ways to move it. */

import { turnClock } from "/page/api.js";
import { formatDate, refreshStamps } from "/page/dates.js";
import { h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { announce, toast } from "/page/live.js";
import { nowSeconds, on, readClock, workspace } from "/page/state.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const STEPS = [["+1 hour", "+1 h", HOUR], ["+1 day", "+1 d", DAY], ["+7 days", "+7 d", 7 * DAY]];
const STAMPS_EVERY_S = 20;

/** The clock is shown in this browser's own zone; each column says what time it is for its person. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export class ClockBar {
  constructor(root, stops, tick) {
    this.stops = stops;
    this.tick = tick;
    this.busy = false;
    this.face = h("span", { class: "clock-face" });
    this.day = h("span", { class: "clock-day" });
    this.toggle = h("button", { type: "button", class: "clock-button", on: { click: () => this.turn({ do: workspace.clock.running ? "stop" : "run" }) } });
    this.buttons = [
      ...STEPS.map(([label, short, seconds]) => h("button", { type: "button", class: "clock-button", dataset: { short }, on: { click: () => this.turn({ do: "move", seconds }) } }, label)),
      h("button", { type: "button", class: "clock-button clock-next", dataset: { short: "Next" }, on: { click: () => this.turn({ do: "next" }) } }, icon("next"), "To the next thing that happens"),
    ];
    replace(root, h("span", { class: "clock-now", title: `Shown in ${zone}` }, icon("clock"), this.day, this.face), this.toggle, this.buttons);
    this.sinceStamps = 0;
    on("clock", () => this.show(true));
    setInterval(() => this.show(false), 1000);
  }

  show(everything) {
    const now = nowSeconds();
    const { running } = workspace.clock;
    this.face.textContent = formatDate(now, running && window.innerWidth > 480 ? "{time_secs}" : "{time}", zone);
    this.day.textContent = formatDate(now, "{date_short}", zone);
    if (this.shownRunning !== running) {
      this.shownRunning = running;
      replace(this.toggle, icon(running ? "pause" : "play"), h("span", { class: "clock-toggle-words" }, running ? "Stop" : "Run"));
      this.toggle.setAttribute("aria-label", running ? "Stop the clock" : "Run the clock");
    }
    this.sinceStamps += 1;
    if (everything || this.sinceStamps >= STAMPS_EVERY_S) {
      this.sinceStamps = 0;
      refreshStamps();
      this.tick();
    }
  }

  async turn(what) {
    if (this.busy) return;
    this.busy = true;
    this.setBusy(true);
    const answer = await turnClock(what);
    this.busy = false;
    this.setBusy(false);
    if (!answer.ok) {
      toast(answer.error ?? "The clock did not move.", "error");
      return;
    }
    const running = what.do === "run" ? true : what.do === "stop" ? false : workspace.clock.running;
    readClock({ now: answer.now ?? nowSeconds(), running: answer.running ?? running });
    if (what.do === "move" || what.do === "next") this.showStops(answer.stops ?? [], what);
  }

  setBusy(busy) {
    for (const button of [this.toggle, ...this.buttons]) button.toggleAttribute("aria-disabled", busy);
    document.documentElement.toggleAttribute("data-time-moving", busy);
  }

  showStops(stops, what) {
    const now = formatDate(nowSeconds(), "{date_short} {time}", zone);
    const none = what.do === "next" ? "Nothing is waiting to happen." : `It is now ${now}. Nothing happened on the way.`;
    const heading = stops.length ? `It is now ${now}. On the way:` : none;
    replace(this.stops, h("div", { class: "passed-inner" }, icon("clock"), h("span", { class: "passed-heading" }, heading),
      stops.length ? h("ol", { class: "passed-list", tabindex: "0", "aria-label": "On the way" }, stops.map((stop) =>
        h("li", {}, h("span", { class: "passed-time" }, formatDate(stop.at, "{date_short} {time}", zone)), h("span", {}, stop.why)))) : null,
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => this.stops.replaceChildren() } }, icon("close"))));
    announce(stops.length ? `${stops.length} moments passed.` : heading);
  }
}
