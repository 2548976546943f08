// Shared by the Node scripts: a line for each check, the sandbox's control API, and a server for
// webhooks.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

export const SANDBOX = process.env.SANDBOX_URL;
export const WABA = "102290129340398";
export const PHONE = "106540352242922";
export const TEMPLATE = "otp_code";
export const ANYBODY = "966512345678";

// Ends a script that hangs.
setTimeout(() => {
  console.log("FAILED: not done after two minutes");
  process.exit(1);
}, 120_000).unref();

/** Prints `ok <library> <what it does>` for each check, or what differed. */
export function checks(library) {
  return async (what, body) => {
    try {
      await body();
      console.log(`ok ${library} ${what}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAILED ${library} ${what}\n${error.stack}`);
    }
  };
}

/** Sends a request to the sandbox's control API and returns the answer. */
export async function control(method, path, body) {
  const answer = await fetch(`${SANDBOX}/control${path}`, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Returns the codes that the phone shows, oldest first. */
export async function codesOn(number) {
  const { messages } = await control("GET", `/phones/+${number}/messages`);
  return messages.map((message) => message.code);
}

/** Serves `handle` on a free port while `body` runs, and passes it the URL. */
export async function serve(handle, body) {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const [status, text] = await handle(request, Buffer.concat(chunks).toString());
      response.writeHead(status).end(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await body(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Makes the sandbox send its webhooks to this receiver, and waits for the handshake. */
export async function connectWebhook(url, secret, token) {
  await control("PUT", "/webhook", { url, app_secret: secret, verify_token: token });
  const shown = await control("GET", "/webhook?verified=true&timeout_ms=20000");
  assert.equal(shown.handshake.state, "verified");
}

/** Returns a queue whose `next` waits for an item that fits. */
export function inbox() {
  const items = [];
  let wake = () => {};
  return {
    put(item) {
      items.push(item);
      wake();
    },
    async next(fits = () => true) {
      for (;;) {
        const place = items.findIndex(fits);
        if (place >= 0) return items.splice(place, 1)[0];
        await new Promise((resolve) => (wake = resolve));
      }
    },
    get length() {
      return items.length;
    },
  };
}
