// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests to the server that the page came from.

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
