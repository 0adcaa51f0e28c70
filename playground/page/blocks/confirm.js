/** The question before an action, and the sending of the action itself. */

import { append, freshId, h } from "/page/dom.js";
import { drawText, words } from "/page/blocks/text.js";

/** Asks; true when the person goes on. Escape and a press beside the dialog both mean no. */
export function confirmed(question, scene) {
  return new Promise((settle) => {
    const titleId = freshId("confirm");
    const textId = freshId("confirm");
    const answer = (yes) => {
      dialog.close();
      dialog.remove();
      settle(yes);
    };
    const style = question.style === "danger" ? "danger" : "primary";
    const dialog = h("dialog", {
      class: "confirm", role: "alertdialog", "aria-labelledby": titleId, "aria-describedby": textId,
      on: {
        cancel: (event) => {
          event.preventDefault();
          answer(false);
        },
        click: (event) => event.target === dialog && answer(false),
      },
    });
    append(dialog, [
      h("div", { class: "confirm-body" },
        h("h2", { class: "confirm-title", id: titleId }, words(question.title)),
        h("p", { class: "confirm-text", id: textId }, drawText(question.text, scene)),
        h("div", { class: "confirm-buttons" },
          h("button", { type: "button", class: "button", on: { click: () => answer(false) } }, words(question.deny) || "Cancel"),
          h("button", { type: "button", class: `button button-${style}`, autofocus: true, on: { click: () => answer(true) } },
            words(question.confirm) || "Yes"))),
    ]);
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Does what pressing or choosing does: asks first where the element says so, then tells the app. Answers false when
 * the person changed their mind, so that the control can show its former value again.
 */
export async function send(scene, block, element, value, control) {
  if (element.confirm && !(await confirmed(element.confirm, scene))) {
    control.focus?.();
    return false;
  }
  control.setAttribute("aria-busy", "true");
  const answer = await scene.press(block, element, value);
  control.removeAttribute("aria-busy");
  if (!answer.ok) scene.shout(answer.error ?? "That did not work.");
  return true;
}

/**
 * A control has a new state. It is kept, and sent at once unless it stands in an `input` block that did not ask for
 * it. Answers false when the question before it was answered no.
 */
export async function changed(scene, block, element, state, control, { inInput }) {
  const before = scene.values.get(block.block_id, element.action_id);
  scene.values.set(block.block_id, element.action_id, state);
  if (inInput && !block.dispatch_action) return true;
  const sent = await send(scene, block, element, state, control);
  if (!sent) scene.values.set(block.block_id, element.action_id, before);
  return sent;
}
