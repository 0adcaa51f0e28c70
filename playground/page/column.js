/** One person's side of the workspace: the app's Messages and Home tabs, their channels, and their line. */

import { act, getConversation } from "/page/api.js";
import { timeOfDay } from "/page/dates.js";
import { freshId, h, replace } from "/page/dom.js";
import { drawBlocks } from "/page/blocks/index.js";
import { Composer } from "/page/composer.js";
import { icon } from "/page/icons.js";
import { announce } from "/page/live.js";
import { freshOnes, rowsOf, showRows, spoken } from "/page/messages.js";
import { face, kindBadge, placeName } from "/page/people.js";
import { homeScene, messageScene } from "/page/scenes.js";
import { channel, nameOf, nowSeconds, person, workspace } from "/page/state.js";
import { PlaceTabs } from "/page/tabs.js";
import { Thread } from "/page/thread.js";

const NEAR_BOTTOM_PX = 80;

export class Column {
  /** `place` is "app", "home" or a channel's id; `hooks` are `{close, forms, changed}` of whoever holds the columns. */
  constructor(personId, place, hooks) {
    this.personId = personId;
    this.hooks = hooks;
    this.messages = [];
    this.older = [];
    this.loaded = false;
    this.loading = false;
    this.again = false;
    this.channelId = null;
    this.dmId = null;
    this.firstUnread = null;
    this.labelId = freshId("column");
    this.build();
    this.show(place);
  }

  get someone() {
    return person(this.personId);
  }

  build() {
    const someone = this.someone;
    const about = [someone?.title || someone?.email, someone?.presence_note].filter(Boolean).join(", ");
    this.localTime = h("span", { class: "column-time" });
    this.tabs = new PlaceTabs(this.personId, (place) => this.show(place));
    this.list = h("ol", { class: "messages" });
    this.scroller = h("div", { class: "scroller", tabindex: "0", id: this.tabs.panelId, role: "tabpanel", on: { scroll: () => this.scrolled(), keydown: (event) => this.leave(event) } }, this.list);
    this.home = h("div", { class: "home", hidden: true });
    this.scroller.append(this.home);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toBottom() } }, "New messages", icon("chevron"));
    this.notices = h("div", { class: "notices" });
    this.formBar = h("div", { class: "form-bar", hidden: true });
    this.composer = new Composer({ personId: this.personId, label: "Message", send: (text) => this.send(text) });
    if (someone?.kind === "deleted") this.composer.disable("This account is deactivated");
    this.thread = new Thread(this);
    this.element = h("section", { class: "column", "aria-labelledby": this.labelId, dataset: { person: this.personId },
      on: { pointerdown: () => this.pointed(), focusin: () => this.pressing || this.attended() } },
    h("header", { class: "column-head" },
      face(someone, "large"),
      h("div", { class: "column-who" },
        h("div", { class: "column-named" }, h("h2", { class: "column-name", id: this.labelId }, nameOf(someone)), kindBadge(someone), this.localTime),
        h("p", { class: "column-title", title: about }, about)),
      h("button", { type: "button", class: "icon-button", "aria-label": `Close ${nameOf(someone)}`, on: { click: () => this.hooks.close(this) } }, icon("close"))),
    this.tabs.element,
    h("div", { class: "column-body" }, this.scroller, this.jump, this.thread.element),
    this.formBar, this.notices, this.composer.element);
    // A column that becomes narrower or lower, or whose pictures arrive, keeps showing the newest message.
    const keepUp = new ResizeObserver(() => this.atBottom && this.place !== "home" && this.toBottom());
    keepUp.observe(this.scroller);
    keepUp.observe(this.list);
    this.tick();
  }

  tick() {
    const tz = this.someone?.tz;
    const text = tz ? timeOfDay(nowSeconds(), tz) : "";
    if (this.localTime.textContent === text) return;
    this.localTime.textContent = text;
    this.localTime.title = tz ? `Local time, ${tz}` : "";
  }

  async show(place) {
    const next = place === "home" || place === "app" || channel(place) ? place : "app";
    if (next !== this.place) {
      this.messages = [];
      this.older = [];
      this.loaded = false;
      this.firstUnread = null;
      this.list.replaceChildren();
      this.thread.close();
    }
    this.place = next;
    this.tabs.select(next);
    this.element.classList.toggle("shows-home", next === "home");
    this.scroller.setAttribute("aria-label", next === "home" ? "Home" : next === "app" ? "Messages" : placeName(next));
    this.list.hidden = next === "home";
    this.home.hidden = next !== "home";
    this.composer.element.hidden = next === "home";
    this.composer.setPlace(`Message ${placeName(next)}`);
    this.hooks.changed?.();
    if (next === "home") await act(this.personId, "open_home");
    await this.refresh();
  }

  /** Fetches what is shown. While one fetch is under way, any number of further calls make one more. */
  async refresh() {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.again = false;
        const place = this.place;
        const told = await getConversation(this.personId, place === "home" ? "app" : place);
        if (place === this.place) this.take(told);
        else this.again = true;
        await this.thread.refresh();
      } while (this.again);
    } catch (problem) {
      this.notice(`This conversation could not be fetched: ${problem.message}.`);
    } finally {
      this.loading = false;
    }
  }

  take(told) {
    this.channelId = told.channel ?? (this.place === "app" || this.place === "home" ? told.messages[0]?.channel ?? this.channelId : this.place);
    if (this.place === "app" || this.place === "home") this.dmId = this.channelId;
    this.hooks.forms.update(this.personId, told.modal_stack ?? []);
    this.showFormBar(told.modal_stack ?? []);
    if (this.place === "home") this.takeHome(told.home);
    else this.takeMessages(told);
    this.tabs.setUnread(this.place === "home" ? "app" : this.place, told.unread ?? 0);
    this.loaded = true;
    this.hooks.changed?.();
    if (this.isRead && !this.pressing) this.attended();
  }

  takeMessages(told) {
    const fresh = this.loaded ? freshOnes(this.messages, told.messages, this.personId) : [];
    const oldest = Number(told.messages[0]?.ts ?? 0);
    this.older = this.older.filter((one) => Number(one.ts) < oldest);
    this.messages = told.messages;
    if (!this.loaded) this.hasMore = told.has_more;
    else if (!this.older.length) this.hasMore = told.has_more;
    if (!told.unread) this.firstUnread = this.firstUnread && fresh.length === 0 ? this.firstUnread : null;
    else this.firstUnread ??= told.messages.filter((one) => one.user !== this.personId).at(-told.unread)?.ts ?? null;
    this.draw();
    for (const message of fresh.slice(-3)) announce(`To ${nameOf(this.someone)}. ${spoken(message, this.someone)}`);
    if (!this.loaded || this.atBottom) this.toBottom();
    else if (fresh.length) this.jump.hidden = false;
    // Whoever is typing here reads what arrives.
    this.isRead = told.unread > 0 && this.atBottom && document.hasFocus() && this.element.contains(document.activeElement);
  }

  takeHome(view) {
    const signature = JSON.stringify(view);
    if (this.home.signature === signature) return;
    this.home.signature = signature;
    if (!view) {
      replace(this.home, h("div", { class: "empty" }, icon("home"), h("p", {}, `${workspace.app.name || "The app"} has not published a Home tab for ${nameOf(this.someone)} yet.`)));
      return;
    }
    replace(this.home, h("div", { class: "blocks" }, drawBlocks(view.blocks ?? [], homeScene(this.personId, view, this.sceneHooks()))));
  }

  sceneHooks() {
    return {
      shout: (words) => this.notice(words),
      done: () => {
        this.hooks.forms.bringForward(this.personId);
        this.refresh();
      },
      currentChannel: this.place === "app" || this.place === "home" ? null : this.place,
    };
  }

  draw() {
    const all = [...this.older, ...this.messages];
    const rows = rowsOf(all, { tz: this.someone?.tz, firstUnread: this.firstUnread });
    if (this.hasMore) rows.unshift({ kind: "more", key: "more" });
    showRows(this.list, rows.filter((row) => row.kind !== "more"), (message) => messageScene(this.personId, message, this.channelId, this.sceneHooks()),
      { openThread: (message) => this.thread.open(message) });
    this.list.classList.toggle("has-more", Boolean(this.hasMore));
    this.emptyNote(all.length === 0);
  }

  emptyNote(empty) {
    this.scroller.querySelector(".empty-conversation")?.remove();
    if (!empty) return;
    const begin = workspace.app.commands.length ? "Type / below to see what it can do." : "Write to it below.";
    const invite = this.place === "app" ? `Nothing from ${placeName("app")} yet. ${begin}` : `This is the beginning of ${placeName(this.place)}.`;
    this.scroller.append(h("div", { class: "empty empty-conversation" }, icon("message"), h("p", {}, invite)));
  }

  async scrolled() {
    // What grows below the reader, such as a picture that arrives, is no reason to stay behind.
    const { scrollHeight, clientHeight } = this.scroller;
    const size = `${scrollHeight} ${clientHeight}`;
    if (this.isNearBottom()) this.atBottom = true;
    else if (size === this.sizeBefore) this.atBottom = false;
    this.sizeBefore = size;
    if (this.atBottom) this.jump.hidden = true;
    if (this.scroller.scrollTop > 120 || !this.hasMore || this.fetchingOlder || this.place === "home") return;
    this.fetchingOlder = true;
    const place = this.place;
    const first = [...this.older, ...this.messages][0];
    const told = first ? await getConversation(this.personId, place, first.ts).catch(() => null) : null;
    this.fetchingOlder = false;
    if (!told || place !== this.place) return;
    const height = this.scroller.scrollHeight;
    this.older = [...told.messages, ...this.older];
    this.hasMore = told.has_more;
    this.draw();
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  isNearBottom() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_BOTTOM_PX;
  }

  toBottom() {
    this.atBottom = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  /** Past all the messages with one key: Escape leads to the line below them. */
  leave(event) {
    if (event.key !== "Escape" || event.defaultPrevented || this.place === "home") return;
    this.composer.input.focus();
  }

  /** What is pressed must still be there when the finger goes up; marks are taken off only then. */
  pointed() {
    this.pressing = true;
    const lifted = () => {
      this.pressing = false;
      this.attended();
    };
    window.addEventListener("pointerup", () => setTimeout(lifted, 0), { once: true });
    window.addEventListener("pointercancel", () => (this.pressing = false), { once: true });
  }

  /** Somebody is looking at this column: what is in it counts as read. */
  attended() {
    this.hooks.attended?.(this);
    const latest = this.messages.at(-1);
    if (!latest || this.place === "home" || !this.tabs.unread(this.place)) return;
    this.tabs.setUnread(this.place, 0);
    this.hooks.changed?.();
    act(this.personId, "read", { with: this.place, ts: latest.ts });
  }

  async send(text) {
    const channelId = this.place;
    const isCommand = text.startsWith("/");
    const answer = await act(this.personId, isCommand ? "command" : "say", { channel: channelId, text });
    if (!answer.ok) this.notice(answer.error ?? "That did not work.");
    if (isCommand) this.hooks.forms.bringForward(this.personId);
    await this.refresh();
    this.toBottom();
    return answer.ok || isCommand;
  }

  /** What Slack would tell this person alone: an error of the app, a refusal. */
  notice(text) {
    // The answer to a press and the stream both bring the same news; it is told once.
    const known = [...this.notices.children].find((one) => one.dataset.text === text);
    if (known) return;
    const drawn = h("div", { class: "notice", role: "alert", dataset: { text } }, icon("alert"), h("span", {}, text),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => drawn.remove() } }, icon("close")));
    this.notices.append(drawn);
    while (this.notices.children.length > 3) this.notices.firstElementChild.remove();
  }

  showFormBar(stack) {
    const waiting = stack.length > 0 && !this.hooks.forms.isShown(this.personId);
    this.formBar.hidden = !waiting;
    if (!waiting) return;
    replace(this.formBar, icon("file"), h("span", {}, "A form is open: ", h("strong", {}, stack.at(-1).title?.text ?? "")),
      h("button", { type: "button", class: "button button-small", on: { click: () => this.hooks.forms.bringForward(this.personId, true) } }, "Show it"));
  }
}
