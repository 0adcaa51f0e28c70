/** Scenes: the ties between drawn blocks and the server, for a message and for a Home tab. */

import { act } from "/page/api.js";
import { person } from "/page/state.js";
import { Values } from "/page/values.js";

/** What has been typed into messages and Home tabs outlives their being drawn again. */
const kept = new Map();

function valuesFor(key, begun) {
  if (!kept.has(key)) kept.set(key, new Values(begun?.values));
  return kept.get(key);
}

function sceneFor(personId, surface, container, key, { shout, done, currentChannel = null }, begun) {
  const where = (block, element) => ({ container, block_id: block.block_id, action_id: element.action_id });
  return {
    viewer: person(personId),
    surface,
    container,
    values: valuesFor(key, begun),
    errors: null,
    currentChannel,
    shout,
    async press(block, element, value) {
      const answer = await act(personId, "press", { ...where(block, element), value });
      done?.();
      return answer;
    },
    options: (block, element, query) => act(personId, "options", { ...where(block, element), query }),
  };
}

export function messageScene(personId, message, channelId, hooks) {
  const channel = message.channel ?? channelId;
  const container = { type: "message", channel, ts: message.ts, is_ephemeral: Boolean(message.ephemeral) };
  return sceneFor(personId, "message", container, `${personId}|${channel}|${message.ts}`, hooks, message.state);
}

export function homeScene(personId, view, hooks) {
  return sceneFor(personId, "home", { type: "view", view_id: view.id }, `${personId}|${view.id}`, hooks, view.state);
}
