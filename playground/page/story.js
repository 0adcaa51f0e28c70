/**
 * The first story: a few steps that a newcomer follows by pressing what is highlighted. The server says which step is
 * due and what it needs; here that thing is found by the words on it, marked, and reached with one key.
 */

import { tellStory } from "/page/api.js";
import { h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { announce } from "/page/live.js";
import { nameOf, on, person, refreshWorkspace, workspace } from "/page/state.js";

const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim().toLowerCase();

/** What a control is called, by whichever way it has a name. */
function nameOfControl(control) {
  const label = control.getAttribute("aria-label")
    ?? (control.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  return plain(label.trim() || control.textContent);
}

export class Story {
  constructor(root, columns) {
    this.root = root;
    this.columns = columns;
    this.target = null;
    this.shownStep = null;
    on("story", () => this.draw());
    this.observer = new MutationObserver(() => this.pointSoon());
    this.observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "open"] });
  }

  get step() {
    const story = workspace.story;
    return story ? (story.steps[story.current] ?? null) : null;
  }

  draw() {
    const story = workspace.story;
    if (!story) {
      this.root.replaceChildren();
      this.point();
      return;
    }
    const { step } = this;
    const finished = !step || story.steps.every((one) => one.done);
    const key = `${story.current}|${finished}|${step?.text}`;
    if (key === this.shownStep) return;
    const first = this.shownStep === null;
    this.shownStep = key;
    const done = story.steps.filter((one) => one.done).length;
    const who = step?.as ? person(step.as) : null;
    replace(this.root, h("section", { class: `story${finished ? " story-done" : ""}`, "aria-label": story.title },
      h("div", { class: "story-words" },
        h("p", { class: "story-title" }, story.title, h("span", { class: "story-progress" }, finished ? "Done" : `Step ${story.current + 1} of ${story.steps.length}`)),
        h("p", { class: "story-text" }, finished ? (step?.text && !step.done ? step.text : "That was the whole story. Restart it, or try things of your own.") : step.text)),
      h("ol", { class: "story-dots", "aria-hidden": "true" }, story.steps.map((one, index) => h("li", { class: one.done ? "done" : index === story.current ? "due" : "" }))),
      h("div", { class: "story-buttons" },
        finished ? null : h("button", { type: "button", class: "button button-primary button-small story-show", on: { click: () => this.goThere() } }, "Show me"),
        story.current > 0 ? h("button", { type: "button", class: "button button-small", on: { click: () => this.tell("restart") } }, "Restart") : null,
        h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss the story", on: { click: () => this.tell("dismiss") } }, icon("close")))));
    if (!first && step) announce(`Next step: ${step.text}`);
    if (who && !finished) this.bringIn(who, first);
    this.root.dataset.done = String(done);
    this.point();
  }

  /** Whoever acts next is on the screen. */
  bringIn(who, first) {
    if (this.columns.of(who.id) || (first && this.columns.open.length === 0)) return;
    this.columns.show(who.id, "app", { focus: false });
  }

  async tell(what) {
    await tellStory(what);
    this.shownStep = null;
    await refreshWorkspace();
  }

  pointSoon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.point();
    });
  }

  /** A form covers the story; its step is then said on the form as well. */
  sayOnForm() {
    const form = document.querySelector("dialog[open].modal .modal-form");
    const { step } = this;
    const wanted = form && step && !step.done && ["submit", "field"].includes(step.highlight?.kind) ? step.text : null;
    const strip = document.querySelector(".story-strip");
    if (strip?.textContent === wanted) return;
    strip?.remove();
    if (wanted) form.prepend(h("p", { class: "story-strip" }, wanted));
  }

  point() {
    this.sayOnForm();
    const next = this.step && !this.step.done ? this.find(this.step) : null;
    if (next === this.target) return;
    this.target?.classList.remove("story-target");
    this.target = next;
    next?.classList.add("story-target");
  }

  find(step) {
    const wanted = plain(step.highlight?.label);
    const fits = (control) => nameOfControl(control) === wanted;
    const begins = (control) => nameOfControl(control).startsWith(wanted);
    const choose = (controls) => controls.findLast(fits) ?? controls.findLast(begins) ?? null;
    const within = (root, selector) => (root ? [...root.querySelectorAll(selector)].filter((one) => one.offsetParent !== null || one.closest("dialog")) : []);
    const column = this.columns.of(step.as)?.element ?? null;
    const dialog = document.querySelector("dialog[open].confirm") ?? document.querySelector("dialog[open].modal");
    switch (step.highlight?.kind) {
      case "clock":
        return choose([...document.querySelectorAll("#clock-bar button")]);
      case "command":
        return column?.querySelector(".composer-line") ?? null;
      case "submit":
        return dialog?.querySelector(".modal-submit") ?? null;
      case "field":
        return choose(within(dialog ?? column, "input, textarea, [role=radiogroup], [role=group]"));
      case "button":
        return choose(within(dialog, "button, a.button")) ?? choose(within(column, ".blocks button, .message button, a.button, .tab"));
      default:
        return null;
    }
  }

  /** Brings the reader to what is due; a command is typed for them, and Enter stays theirs. */
  goThere() {
    const { step } = this;
    if (!step) return;
    const column = step.as ? this.columns.show(step.as, null, { focus: false }) : null;
    if (step.highlight?.kind === "command" && column) {
      if (column.place === "home") column.show("app");
      column.composer.fill(step.highlight.label);
      return;
    }
    this.point();
    if (!this.target) {
      column?.composer.input.focus();
      announce(`This concerns ${nameOf(person(step.as))}.`);
      return;
    }
    // At once: two glides at a time, to the column and within it, end where they began.
    column?.element.scrollIntoView({ behavior: "instant", inline: "nearest", block: "nearest" });
    this.target.scrollIntoView({ behavior: "smooth", block: "center" });
    this.target.focus({ preventScroll: true });
  }
}
