/** Blocks that arrange: section, header, context, actions, image, input, card, alert, and what contains others. */

import { freshId, h, safeAddress } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { drawButton } from "/page/blocks/buttons.js";
import { drawElement } from "/page/blocks/elements.js";
import { drawRichText } from "/page/blocks/rich_text.js";
import { drawText, words } from "/page/blocks/text.js";

export function drawSection(block, scene) {
  const textId = block.text ? freshId("section") : null;
  return h("div", { class: `block section${block.accessory ? " with-accessory" : ""}` },
    h("div", { class: "section-words" },
      block.text ? h("div", { class: "section-text", id: textId }, drawText(block.text, scene)) : null,
      block.fields ? h("div", { class: "section-fields" }, block.fields.map((field) => h("div", { class: "section-field" }, drawText(field, scene)))) : null),
    block.accessory ? h("div", { class: "accessory" }, drawElement(block.accessory, block, scene, { labelId: labelFor(block.accessory, textId) })) : null);
}

/** A menu beside a text is about that text; a button and an image say themselves what they are. */
function labelFor(accessory, textId) {
  return ["button", "image", "overflow", "workflow_button"].includes(accessory.type) ? null : textId;
}

export function drawHeader(block, scene) {
  return h("h3", { class: "block header" }, drawText(block.text, scene));
}

export function drawContext(block, scene) {
  return h("div", { class: "block context" }, (block.elements ?? []).map((element) =>
    element.type === "image"
      ? picture(element, "context-image")
      : h("span", { class: "context-text" }, drawText(element, scene))));
}

export function drawActions(block, scene) {
  return h("div", { class: "block actions" }, (block.elements ?? []).map((element) => drawElement(element, block, scene, {})));
}

/** A picture that cannot be fetched (the page has no network) shows its words instead. */
export function picture(element, kind) {
  const file = element.slack_file;
  const address = element.image_url ?? file?.url ?? (file?.id ? `/files/${file.id}/image` : "");
  const fallback = () => h("span", { class: `image-missing ${kind}-missing`, role: "img", "aria-label": element.alt_text }, element.alt_text);
  if (!safeAddress(address) && !address.startsWith("/files/") && !address.startsWith("data:image/")) return fallback();
  const drawn = h("img", { class: kind, src: address, alt: element.alt_text, on: { error: () => drawn.replaceWith(fallback()) } });
  return drawn;
}

export function drawImage(block) {
  return h("figure", { class: "block image-block" },
    block.title ? h("figcaption", {}, words(block.title)) : null, picture(block, "image"));
}

export function drawAlert(block, scene) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const signs = { default: "info", info: "info", warning: "alert", error: "alert", success: "check" };
  return h("div", { class: `block alert alert-${level}`, role: "note" }, icon(signs[level]), h("div", { class: "alert-text" }, drawText(block.text, scene)));
}

export function drawCard(block, scene) {
  return h("div", { class: "block card" },
    block.hero_image ? picture(block.hero_image, "card-hero") : null,
    h("div", { class: "card-body" },
      h("div", { class: "card-head" },
        block.icon ? picture(block.icon, "card-icon") : null,
        h("div", {},
          block.title ? h("div", { class: "card-title" }, drawText(block.title, scene)) : null,
          block.subtitle ? h("div", { class: "card-subtitle" }, drawText(block.subtitle, scene)) : null)),
      block.body ? h("div", { class: "card-text" }, drawText(block.body, scene)) : null,
      block.subtext ? h("div", { class: "card-subtitle" }, drawText(block.subtext, scene)) : null,
      block.actions?.length ? h("div", { class: "card-actions" }, block.actions.map((one) => drawButton(one, block, scene))) : null));
}

export function drawCarousel(block, scene) {
  return h("div", { class: "block carousel", role: "group", "aria-label": "Cards", tabindex: "0" },
    (block.elements ?? []).map((card) => drawCard({ ...card, block_id: card.block_id ?? block.block_id }, scene)));
}

export function drawContainer(block, scene, drawBlocks) {
  const heading = [h("span", { class: "container-title" }, words(block.title)),
    block.subtitle ? h("span", { class: "container-subtitle" }, drawText(block.subtitle, scene)) : null];
  const inside = h("div", { class: "container-body" }, drawBlocks(block.child_blocks ?? [], scene));
  if (block.is_collapsible) {
    return h("details", { class: "block container", open: !block.default_collapsed }, h("summary", {}, heading), inside);
  }
  return h("div", { class: "block container" }, h("div", { class: "container-head" }, heading), inside);
}

export function drawFile(block) {
  return h("div", { class: "block file-block" }, icon("file"), h("span", {}, `A file (${block.external_id ?? block.source})`));
}

const STATUS = { pending: "To do", in_progress: "Under way", complete: "Done", error: "Failed" };

/** A task: what it is, how it stands in words, and what is said about it. */
export function drawTask(block, scene) {
  const about = [block.details, block.output].filter(Boolean);
  return h("div", { class: "block card task-card" }, h("div", { class: "card-body" },
    h("div", { class: "task-head" }, h("span", { class: "card-title" }, block.title), h("span", { class: `badge task-${block.status}` }, STATUS[block.status] ?? block.status)),
    about.map((rich) => h("div", { class: "card-text" }, drawRichText(rich, scene)))));
}

export function drawPlan(block, scene) {
  return h("div", { class: "block plan" }, h("div", { class: "card-title" }, block.title),
    h("ol", { class: "plan-tasks" }, (block.tasks ?? []).map((task) => h("li", {}, drawTask(task, scene)))));
}

/** A chart is named, not drawn. */
export function drawChart(block) {
  const kind = block.chart?.type ? ` (${block.chart.type})` : "";
  return h("div", { class: "block unknown-block" }, `A chart is here${kind}: ${block.title}`);
}

export function drawVideo(block, scene) {
  const address = safeAddress(block.title_url ?? block.video_url ?? "");
  const title = words(block.title);
  return h("figure", { class: "block image-block" },
    h("figcaption", {}, address ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title) : title),
    block.description ? h("p", { class: "card-subtitle" }, drawText(block.description, scene)) : null,
    picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "image"));
}

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

/** An `input`: label, control, hint, and the place where its error appears. */
export function drawInput(block, scene) {
  const element = block.element;
  const [labelId, controlId, hintId, errorId] = ["label", "control", "hint", "error"].map(freshId);
  const isGroup = GROUPS.has(element.type);
  const error = scene.errors?.[block.block_id] ?? null;
  const describedBy = [block.hint ? hintId : null, error ? errorId : null].filter(Boolean).join(" ") || null;
  const place = { inInput: true, labelId, controlId, describedBy, required: !block.optional, fallbackLabel: words(block.label) };
  const control = drawElement(element, block, scene, place);
  if (error) control.querySelectorAll?.("input, textarea").forEach((one) => one.setAttribute("aria-invalid", "true"));
  if (error && control.matches("input, textarea")) control.setAttribute("aria-invalid", "true");
  const caption = [words(block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null];
  return h("div", { class: `block input${error ? " in-error" : ""}`, dataset: { blockId: block.block_id } },
    isGroup ? h("div", { class: "input-label", id: labelId }, caption) : h("label", { class: "input-label", id: labelId, for: controlId }, caption),
    control,
    error ? h("div", { class: "input-error", id: errorId }, icon("alert"), error) : null,
    block.hint ? h("div", { class: "input-hint", id: hintId }, words(block.hint)) : null);
}
