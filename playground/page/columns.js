/** Up to four people side by side: who is open, in which order, and which column a change concerns. */

import { h, replace, settled } from "/page/dom.js";
import { Column } from "/page/column.js";
import { Forms } from "/page/form.js";
import { icon } from "/page/icons.js";
import { countBadge, face } from "/page/people.js";
import { actors, channel, keep, nameOf, person, recall, refreshWorkspace, tell, workspace } from "/page/state.js";

const MOST_OPEN = 4;
const REFRESH_MS = 80;
const COUNT_MS = 600;

export class Columns {
  constructor(root, switcher) {
    this.root = root;
    this.switcher = switcher;
    this.open = [];
    this.lastUsed = new Map();
    this.uses = 0;
    this.forms = new Forms((personId) => this.of(personId));
    this.countElsewhereSoon = settled(() => refreshWorkspace().catch(() => {}), COUNT_MS);
    this.watchNarrow();
  }

  of(personId) {
    return this.open.find((column) => column.personId === personId) ?? null;
  }

  /** At the start: the people of last time, or the story's and a few of the workspace's. */
  restore() {
    const known = (one) => person(one.personId) && person(one.personId).kind !== "bot";
    const kept = recall(`columns.${workspace.team.id}`, []).filter(known);
    const told = [...new Set((workspace.story?.steps ?? []).map((step) => step.as).filter(Boolean))];
    const wanted = told.length ? told : actors().filter((one) => one.kind === "member").map((one) => one.id);
    const room = Math.max(2, Math.min(3, Math.floor(this.root.clientWidth / 340)));
    const first = kept.length ? kept : wanted.slice(0, room).map((personId) => ({ personId, place: "app" }));
    this.root.replaceChildren();
    for (const one of first.slice(0, MOST_OPEN)) this.add(one.personId, one.place);
    this.changed();
  }

  add(personId, place) {
    const column = new Column(personId, place, {
      close: (one) => this.close(one),
      forms: this.forms,
      changed: () => this.changed(),
      attended: (one) => this.use(one),
    });
    column.refreshSoon = settled(() => column.refresh(), REFRESH_MS);
    this.open.push(column);
    this.root.append(column.element);
    this.use(column);
    return column;
  }

  use(column) {
    this.uses += 1;
    this.lastUsed.set(column, this.uses);
  }

  /** Opens somebody's column, or turns to it; a fifth one takes the place of the one that waited longest. */
  show(personId, place = null, { focus = true } = {}) {
    let column = this.of(personId);
    if (!column) {
      if (this.open.length >= MOST_OPEN) this.close(this.longestUnused());
      column = this.add(personId, place ?? "app");
    } else if (place && place !== column.place) {
      column.show(place);
    }
    this.use(column);
    this.changed();
    column.element.scrollIntoView({ behavior: "smooth", inline: "nearest", block: "nearest" });
    if (focus) (column.place === "home" ? column.scroller : column.composer.input).focus({ preventScroll: true });
    return column;
  }

  /** A channel opens for whoever acted last, or for its first member. */
  showChannel(channelId) {
    const members = channel(channelId)?.members ?? [];
    const inUse = [...this.open].sort((a, b) => this.lastUsed.get(b) - this.lastUsed.get(a)).find((one) => members.includes(one.personId));
    const personId = inUse?.personId ?? members.find((id) => person(id) && person(id).kind !== "bot");
    if (personId) this.show(personId, channelId);
  }

  longestUnused() {
    return this.open.reduce((oldest, one) => (this.lastUsed.get(one) < this.lastUsed.get(oldest) ? one : oldest));
  }

  close(column) {
    this.open = this.open.filter((one) => one !== column);
    column.element.remove();
    this.changed();
  }

  changed() {
    keep(`columns.${workspace.team.id}`, this.open.map(({ personId, place }) => ({ personId, place })));
    this.root.style.setProperty("--open", String(Math.max(1, this.open.length)));
    this.root.dataset.open = String(this.open.length);
    if (!this.open.length && !this.root.querySelector(".columns-empty")) {
      this.root.append(h("p", { class: "columns-empty" }, "Choose somebody on the left to see the workspace through their eyes."));
    } else if (this.open.length) {
      this.root.querySelector(".columns-empty")?.remove();
    }
    this.drawSwitcher();
    tell("columns");
  }

  drawSwitcher() {
    replace(this.switcher, this.open.map((column) => {
      const name = nameOf(column.someone);
      const isInView = column.personId === this.inView;
      return h("span", { class: `switch${isInView ? " switch-in-view" : ""}` },
        h("button", { type: "button", class: "switch-to", dataset: { person: column.personId }, "aria-current": isInView ? "true" : null, "aria-label": `Show ${name}`,
          on: { click: () => column.element.scrollIntoView({ behavior: "smooth", inline: "start", block: "nearest" }) } },
        face(column.someone, "small"), h("span", {}, name.split(" ")[0]), countBadge(column.tabs.total())),
        isInView ? h("button", { type: "button", class: "icon-button switch-close", "aria-label": `Close ${name}`, on: { click: () => this.close(column) } }, icon("close")) : null);
    }));
  }

  /** On a phone one column fills the screen; the switcher shows which. */
  watchNarrow() {
    const look = settled(() => {
      const away = (column) => Math.abs(column.element.offsetLeft - this.root.scrollLeft);
      const nearest = this.open.reduce((best, one) => (best && away(best) <= away(one) ? best : one), null);
      if (!nearest || nearest.personId === this.inView) return;
      this.inView = nearest.personId;
      this.drawSwitcher();
    }, REFRESH_MS);
    this.root.addEventListener("scroll", look);
    window.addEventListener("resize", look);
    new MutationObserver(look).observe(this.root, { childList: true });
  }

  /** The server says something changed: whoever shows it fetches it again, whoever does not gets a mark. */
  hear(event) {
    if (event.kind === "unread") this.mark(event);
    if (["message", "ephemeral", "unread", "delete"].includes(event.kind)) this.countElsewhereSoon();
    if (event.kind === "error" && event.text) {
      this.of(event.as)?.notice(event.text);
      return;
    }
    const whose = event.as ?? (event.kind === "view" || event.kind === "home" ? event.user : null);
    for (const column of this.open) {
      if (whose && whose !== column.personId) continue;
      const shown = column.place === "home" ? column.channelId : column.channelId ?? column.place;
      const known = event.channel ? channel(event.channel) : null;
      if (known && event.channel !== shown && event.channel !== column.place) {
        if (event.kind === "message" && known.members.includes(column.personId) && event.user !== column.personId) {
          column.tabs.setUnread(event.channel, column.tabs.unread(event.channel) + 1);
          this.changed();
        }
        continue;
      }
      if (event.channel && !known && column.channelId && event.channel !== column.channelId && column.place !== event.channel) {
        // Somebody's own conversation with the app; it concerns a column only when it is that person's.
        if (column.place === "app" || column.place === "home") continue;
        if (column.dmId && column.dmId !== event.channel) continue;
        if (column.dmId && event.kind === "message") column.tabs.setUnread("app", column.tabs.unread("app") + 1);
      }
      column.refreshSoon();
    }
  }

  mark({ as, with: place, unread }) {
    this.of(as)?.tabs.setUnread(place, Number(unread) || 0);
    tell("columns");
  }

  /** What waits for people whose column is not open is counted by the server. */
  unreadOf(personId) {
    return this.of(personId)?.tabs.total() ?? person(personId)?.unread ?? 0;
  }

  /** After a gap: what could not be done meanwhile is no news any more. */
  refreshAll() {
    for (const column of this.open) {
      column.notices.replaceChildren();
      column.refresh();
    }
  }

  tick() {
    for (const column of this.open) column.tick();
  }
}
