/**
 * Forms in front: each person's stack of views, shown one person at a time as a dialog before their own column.
 *
 * The dialog is the browser's own modal one: the rest of the page cannot be reached while it is open. What has been
 * typed belongs to the view and survives updates of it, by block id and action id, as in Slack. A person's form may be
 * set aside to look at somebody else's side; it stays open for them and waits in their column.
 */

import { act } from "/page/api.js";
import { freshId, h, replace, settled } from "/page/dom.js";
import { drawBlocks } from "/page/blocks/index.js";
import { words } from "/page/blocks/text.js";
import { icon } from "/page/icons.js";
import { announce } from "/page/live.js";
import { face } from "/page/people.js";
import { nameOf, person } from "/page/state.js";
import { stateOf, Values } from "/page/values.js";
import { complaints } from "/page/validate.js";

const REMEMBER_MS = 300;

export class Forms {
  /** `columnOf(personId)` is the column to refresh and to stand before. */
  constructor(columnOf) {
    this.columnOf = columnOf;
    this.stacks = new Map();
    this.front = null;
    this.aside = new Set();
    this.sheets = new Map();
    this.dialog = h("dialog", { class: "modal", on: { cancel: (event) => this.cancelled(event), close: () => this.closed(), keydown: (event) => this.key(event) } });
    document.body.append(this.dialog);
  }

  isShown(personId) {
    return this.dialog.open && this.front === personId;
  }

  /** A column has fetched this person's stack. */
  update(personId, views) {
    const had = this.stacks.get(personId) ?? [];
    this.stacks.set(personId, views);
    if (views.length === 0) this.aside.delete(personId);
    const live = new Set(views.map((view) => view.id));
    for (const view of had) if (!live.has(view.id)) this.sheets.delete(view.id);
    if (views.length && !this.dialog.open && !this.aside.has(personId)) this.front = personId;
    if (this.front === personId) this.draw();
  }

  /** This person has just acted: their form, if there is one, is the one in front. */
  bringForward(personId, evenIfAside = false) {
    if (evenIfAside) this.aside.delete(personId);
    this.front = personId;
    this.draw();
  }

  top() {
    const stack = this.stacks.get(this.front) ?? [];
    return this.aside.has(this.front) ? null : (stack.at(-1) ?? null);
  }

  draw() {
    const view = this.top();
    if (!view) {
      if (this.dialog.open) this.dialog.close();
      this.drawn = null;
      this.refreshBars();
      return;
    }
    const sheet = this.sheetFor(view);
    const depth = this.stacks.get(this.front).length;
    const signature = JSON.stringify([this.front, view.id, view.hash, view.blocks, view.title, view.submit, depth, sheet.errors, sheet.problem]);
    const opening = !this.dialog.open;
    if (this.drawn !== signature) this.fill(view, sheet, depth, opening || this.drawnId !== view.id);
    this.drawn = signature;
    this.drawnId = view.id;
    if (opening) {
      this.dialog.showModal();
      this.focusFirst();
    }
    this.standBefore();
    this.refreshBars();
  }

  refreshBars() {
    for (const [personId, stack] of this.stacks) this.columnOf(personId)?.showFormBar(stack);
  }

  /** What has been typed into a view, kept for as long as the view is open. */
  sheetFor(view) {
    let sheet = this.sheets.get(view.id);
    if (!sheet) {
      sheet = { values: new Values(view.state?.values), errors: null, problem: null, personId: this.front };
      sheet.rememberSoon = settled(() => this.remember(view.id), REMEMBER_MS);
      sheet.values.onChange = () => sheet.rememberSoon();
      this.sheets.set(view.id, sheet);
    }
    // The server keeps the app's last complaints too; a new set of them replaces what is shown.
    const told = JSON.stringify(view.errors ?? null);
    if (told !== sheet.told && Object.keys(view.errors ?? {}).length) sheet.errors = view.errors;
    sheet.told = told;
    sheet.view = view;
    return sheet;
  }

  async remember(viewId) {
    const sheet = this.sheets.get(viewId);
    if (!sheet) return;
    sheet.rememberSoon.cancel();
    await act(sheet.personId, "remember", { view_id: viewId, values: stateOf(sheet.view, sheet.values, this.scene(sheet)) });
  }

  scene(sheet) {
    const { personId, view } = sheet;
    const container = { type: "view", view_id: view.id };
    const where = (block, element) => ({ container, block_id: block.block_id, action_id: element.action_id });
    const column = this.columnOf(personId);
    return {
      viewer: person(personId), surface: "modal", container, values: sheet.values, errors: sheet.errors,
      currentChannel: column && column.place !== "home" ? column.channelId : null,
      shout: (text) => this.complain(sheet, text),
      press: async (block, element, value) => {
        await this.remember(view.id);
        const answer = await act(personId, "press", { ...where(block, element), value });
        await this.columnOf(personId)?.refresh();
        return answer;
      },
      options: (block, element, query) => act(personId, "options", { ...where(block, element), query }),
    };
  }

  fill(view, sheet, depth, isOther) {
    const focused = isOther ? null : this.focusedControl();
    const scrolled = isOther ? 0 : (this.dialog.querySelector(".modal-body")?.scrollTop ?? 0);
    const someone = person(this.front);
    const titleId = freshId("modal");
    this.dialog.setAttribute("aria-labelledby", titleId);
    this.dialog.dataset.depth = String(depth);
    const button = (label, sign, work) => h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: work } }, icon(sign));
    const close = words(view.close) || "Cancel";
    this.submitButton = view.submit || view.blocks?.some((block) => block.type === "input")
      ? h("button", { type: "submit", class: "button button-primary modal-submit" }, words(view.submit) || "Submit") : null;
    replace(this.dialog, h("form", { class: "modal-form", novalidate: true, on: { submit: (event) => this.submitted(event) } },
      h("header", { class: "modal-head" },
        depth > 1 ? button("Back", "back", () => this.close(false)) : null,
        h("div", { class: "modal-titles" },
          h("h2", { class: "modal-title", id: titleId, tabindex: "-1" }, words(view.title)),
          h("p", { class: "modal-as" }, face(someone, "tiny"), `${nameOf(someone)} sees this form`)),
        button("Set aside", "minus", () => this.setAside()),
        button("Close", "close", () => this.close(true))),
      h("div", { class: "modal-body", tabindex: "-1" },
        sheet.problem ? h("div", { class: "alert alert-error", role: "alert" }, icon("alert"), h("div", { class: "alert-text" }, sheet.problem)) : null,
        h("div", { class: "blocks" }, drawBlocks(view.blocks ?? [], this.scene(sheet)))),
      h("footer", { class: "modal-foot" },
        h("button", { type: "button", class: "button", on: { click: () => this.close(false) } }, close), this.submitButton)));
    this.dialog.querySelector(".modal-body").scrollTop = scrolled;
    if (this.dialog.open) {
      if (sheet.errors) this.focusError();
      else if (focused) this.refocus(focused);
      else this.focusFirst();
    }
  }

  focusedControl() {
    const control = document.activeElement;
    if (!this.dialog.contains(control)) return null;
    const block = control.closest("[data-block-id]");
    const same = block ? [...block.querySelectorAll("input, textarea, button")].indexOf(control) : -1;
    return { blockId: block?.dataset.blockId, index: same, from: control.selectionStart ?? null };
  }

  refocus({ blockId, index, from }) {
    const block = [...this.dialog.querySelectorAll("[data-block-id]")].find((one) => one.dataset.blockId === blockId);
    const control = block?.querySelectorAll("input, textarea, button")[index];
    if (!control) {
      this.focusFirst();
      return;
    }
    control.focus();
    if (from !== null && control.setSelectionRange && control.type !== "email") control.setSelectionRange(from, from);
  }

  focusFirst() {
    const wished = this.dialog.querySelector("[data-focus-on-load=yes]");
    const first = wished ?? this.dialog.querySelector(".modal-body .input :is(input, textarea, select):not([disabled])");
    (first ?? this.dialog.querySelector(".modal-title")).focus();
  }

  focusError() {
    this.dialog.querySelector(".in-error :is(input, textarea)")?.focus();
  }

  complain(sheet, text) {
    sheet.problem = text;
    this.draw();
  }

  async submitted(event) {
    event.preventDefault();
    const view = this.top();
    if (!view || !this.submitButton || this.submitButton.getAttribute("aria-busy") === "true") return;
    document.activeElement?.dispatchEvent(new Event("change")); // A date typed a moment ago is taken too.
    const sheet = this.sheetFor(view);
    sheet.rememberSoon.cancel();
    const values = stateOf(view, sheet.values, this.scene(sheet));
    const personId = this.front;
    const wrong = complaints(view, values);
    if (wrong) {
      this.showErrors(sheet, wrong);
      return;
    }
    this.submitButton.setAttribute("aria-busy", "true");
    const answer = await act(personId, "submit", { view_id: view.id, values });
    this.submitButton?.removeAttribute("aria-busy");
    if (answer.errors) this.showErrors(sheet, answer.errors);
    else {
      sheet.errors = null;
      sheet.problem = answer.ok ? null : (answer.error ?? "We had some trouble connecting. Try again?");
    }
    await this.columnOf(personId)?.refresh();
    this.draw();
  }

  showErrors(sheet, errors) {
    sheet.errors = errors;
    sheet.problem = null;
    this.drawn = null;
    this.draw();
    announce(`The form was not accepted. ${Object.values(errors).join(" ")}`);
  }

  async close(all) {
    const view = this.top();
    const personId = this.front;
    if (!view) return;
    const answer = await act(personId, "close", { view_id: view.id, all });
    if (!answer.ok) this.complain(this.sheetFor(view), answer.error);
    await this.columnOf(personId)?.refresh();
    if (!this.dialog.open) this.columnOf(personId)?.composer.input.focus();
  }

  setAside() {
    this.aside.add(this.front);
    this.draw();
  }

  /** A browser may close a dialog on its own after a second Escape; the view is then only out of sight. */
  closed() {
    if (!this.top()) return;
    this.aside.add(this.front);
    this.drawn = null;
    this.refreshBars();
  }

  cancelled(event) {
    event.preventDefault();
    this.close(false);
  }

  /** Tab goes round within the form; Ctrl+Enter sends from a text of many lines as well. */
  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.dialog.querySelector("form").requestSubmit();
    }
    if (event.key !== "Tab") return;
    const stops = [...this.dialog.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")]
      .filter((one) => !one.disabled && one.offsetParent !== null && one.tabIndex >= 0);
    const last = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== last) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  /** On a wide screen the form stands before the column of the person who sees it. */
  standBefore() {
    const column = this.columnOf(this.front)?.element;
    const width = this.dialog.offsetWidth;
    if (!column || window.innerWidth < 720) {
      this.dialog.style.removeProperty("left");
      return;
    }
    const frame = column.getBoundingClientRect();
    const left = Math.max(12, Math.min(frame.left + frame.width / 2 - width / 2, window.innerWidth - width - 12));
    this.dialog.style.setProperty("left", `${left}px`);
  }
}
