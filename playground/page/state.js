/**
 * What the page knows of the workspace, and who wants to hear when it changes. Conversations are not kept here: each
 * column fetches what it shows.
 */

import { getState } from "/page/api.js";

export const workspace = {
  team: { id: "", name: "", domain: "" },
  app: { id: "", name: "", bot_user_id: "", commands: [], connected: false, transport: "none" },
  people: new Map(),
  channels: new Map(),
  usergroups: new Map(),
  clock: { now: 0, running: false, readAt: 0 },
  faults: [],
  faultKinds: [],
  story: null,
};

const listeners = new Map();

/** Hear of `topic`: "workspace", "clock", "story", "faults", or "stream" for every event of the server. */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export async function refreshWorkspace() {
  const told = await getState();
  workspace.team = told.team;
  workspace.app = told.app;
  workspace.people = new Map(told.people.map((person) => [person.id, person]));
  workspace.channels = new Map(told.channels.map((channel) => [channel.id, channel]));
  workspace.usergroups = new Map((told.usergroups ?? []).map((group) => [group.id, group]));
  workspace.faults = told.faults ?? [];
  workspace.faultKinds = told.fault_kinds ?? [];
  workspace.story = told.story ?? null;
  readClock(told.clock);
  tell("workspace");
  tell("story");
  tell("faults");
}

export function readClock(clock) {
  workspace.clock = { ...workspace.clock, ...clock, readAt: performance.now() };
  tell("clock");
}

/** The workspace's time in seconds since 1970. It moves on its own while the clock runs. */
export function nowSeconds() {
  const { now, running, readAt } = workspace.clock;
  return running ? now + (performance.now() - readAt) / 1000 : now;
}

export const person = (id) => workspace.people.get(id) ?? null;
export const channel = (id) => workspace.channels.get(id) ?? null;
export const nameOf = (someone) => someone?.real_name || someone?.name || "somebody";

/** People one can act as: everybody but the robots. */
export function actors() {
  return [...workspace.people.values()].filter((one) => one.kind !== "bot");
}

export function channelsOf(personId) {
  return [...workspace.channels.values()].filter((one) => one.members.includes(personId));
}

/** What is kept between two visits in this browser; a browser that keeps nothing simply starts fresh. */
export function recall(key, otherwise) {
  try {
    const kept = localStorage.getItem(`playground.${key}`);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(`playground.${key}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the page works without memory.
  }
}
