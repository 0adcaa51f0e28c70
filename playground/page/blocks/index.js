/**
 * Block Kit as elements of this page.
 *
 * A *scene* is where blocks are shown: `viewer` (the person looking), `surface` (message, home or modal), `values`
 * (what they have typed), `errors` by block id, and what the blocks may do: `press(block, element, value)`,
 * `options(block, element, query)`, `shout(words)`.
 */

import { h } from "/page/dom.js";
import { markdown } from "/page/markdown.js";
import {
  drawActions, drawAlert, drawCard, drawCarousel, drawChart, drawContainer, drawContext, drawFile, drawHeader, drawImage,
  drawInput, drawPlan, drawSection, drawTask, drawVideo,
} from "/page/blocks/layout.js";
import { drawRichText } from "/page/blocks/rich_text.js";
import { drawTable } from "/page/blocks/table.js";
import { viewOf } from "/page/blocks/text.js";

const DRAW = {
  actions: drawActions,
  alert: drawAlert,
  card: drawCard,
  carousel: drawCarousel,
  container: (block, scene) => drawContainer(block, scene, drawBlocks),
  context: drawContext,
  context_actions: drawActions,
  data_table: drawTable,
  data_visualization: drawChart,
  divider: () => h("hr", { class: "block divider" }),
  file: drawFile,
  header: drawHeader,
  image: drawImage,
  input: drawInput,
  markdown: (block, scene) => h("div", { class: "block markdown" }, markdown(block.text, viewOf(scene))),
  plan: drawPlan,
  rich_text: drawRichText,
  section: drawSection,
  table: drawTable,
  task_card: drawTask,
  video: drawVideo,
};

export function drawBlocks(blocks, scene) {
  return blocks.map((block) => {
    const draw = DRAW[block.type];
    const drawn = draw ? draw(block, scene) : h("div", { class: "block unknown-block" }, `A ${block.type} block is not drawn here.`);
    drawn.dataset.block = block.type;
    if (block.block_id) drawn.dataset.blockId = block.block_id;
    return drawn;
  });
}
