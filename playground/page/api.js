/** The page's only way to the server: the JSON calls under `/page-api`, and the stream that says what to fetch again. */

async function get(path, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const search = new URLSearchParams(known);
  const answer = await fetch(`/page-api/${path}${search.size ? `?${search}` : ""}`);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Failing to reach the server is an answer in words too: nobody should press a button and see nothing. */
async function post(path, body) {
  try {
    const answer = await fetch(`/page-api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
    if (told) return { ok: answer.ok, ...told };
    return { ok: false, error: `The playground answered ${answer.status}.` };
  } catch {
    return { ok: false, error: "The playground does not answer. Is it still running?" };
  }
}

export const getState = () => get("state");
export const getConversation = (as, place, before = null) => get("conversation", { as, with: place, before });
export const getThread = (as, channel, ts) => get("thread", { as, channel, ts });
export const getExchanges = (after, limit = 200, filter = null) => get("exchanges", { after, limit, filter });
export const act = (as, action, details = {}) => post("act", { as, do: action, ...details });
export const turnClock = (what) => post("clock", what);
export const changeFaults = (what) => post("faults", what);
export const tellStory = (what) => post("story", { do: what });

/** Puts a file where the app can fetch it; answers `{ok, file}`. */
export async function upload(as, file) {
  const search = new URLSearchParams({ as, name: file.name });
  try {
    const answer = await fetch(`/page-api/upload?${search}`, { method: "POST", body: file });
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
    return told ?? { ok: false, error: `The file was refused (${answer.status}).` };
  } catch {
    return { ok: false, error: "The file could not be sent." };
  }
}

const LONGEST_PAUSE_MS = 5000;

/**
 * Listens to the server for as long as the page is open. `onEvent` gets each event; after a gap it gets
 * `{kind: "reconnected"}`, since whatever happened meanwhile was missed. `onLink` is told true or false.
 */
export function listen(onEvent, onLink) {
  let pause = 250;
  let wasOpen = false;
  const connect = () => {
    const address = new URL("/page-api/stream", window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      pause = 250;
      onLink(true);
      if (wasOpen) onEvent({ kind: "reconnected" });
      wasOpen = true;
    });
    socket.addEventListener("message", (message) => onEvent(JSON.parse(message.data)));
    socket.addEventListener("close", () => {
      onLink(false);
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    });
  };
  connect();
}
