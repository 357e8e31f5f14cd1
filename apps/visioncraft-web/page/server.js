// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests to the server that the page came from.

export const generations = "api/generations";

export function address(job, what) {
  return `${generations}/${job.id}/${what}`;
}

// The reply's JSON; throws {kind} with what else is known of the error.
export async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw { kind: "offline" };
  }
  const body = reply.status === 204 ? {} : await reply.json().catch(() => ({}));
  if (!reply.ok)
    throw body.error ?? { kind: "internal" };
  return body;
}

export function sendJson(method, body) {
  return {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

const silence = 40000; // ms; a heartbeat comes each 15 s
const patience = 60000; // ms without a word, until it is given up

// Hears what becomes of a generation, over as many connections as that takes.
// `on` has update(state), lost() when the connection is cut, and failed(error).
// Returns what ends it.
export function follow(id, on) {
  let source = null, heard = performance.now();

  // A page that the browser keeps for its Back button watches nothing; when it
  // is shown again, the watch connects.
  const onHide = () => source.close();

  function close() {
    clearInterval(watch);
    removeEventListener("pagehide", onHide);
    source.close();
  }

  function connect() {
    source?.close();
    source = new EventSource(`${generations}/${id}/events`);
    source.addEventListener("message", (event) => {
      heard = performance.now();
      on.update(JSON.parse(event.data));
    });
    source.addEventListener("heartbeat", () => { heard = performance.now(); });
    source.addEventListener("error", onError);
  }

  // The browser comes back by itself, unless it was told that there is nothing.
  async function onError() {
    const own = source;
    if (own.readyState !== EventSource.CLOSED) {
      on.lost();
      return;
    }
    try {
      on.update(await ask(`${generations}/${id}`));
    } catch (error) {
      if (own !== source)
        return;
      if (error.kind === "offline" && performance.now() - heard < patience) {
        on.lost();
        return; // the watch goes on trying
      }
      close();
      on.failed(error);
    }
  }

  function look() {
    const since = performance.now() - heard;
    if (since > patience) {
      close();
      on.failed({ kind: "offline" });
    } else if (since > silence || source.readyState === EventSource.CLOSED) {
      connect();
    }
  }

  const watch = setInterval(look, 2000);
  addEventListener("pagehide", onHide);
  connect();
  return close;
}
