// whatsapp-api-js sends to the sandbox, and its `get` and `post` handle the sandbox's webhooks.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";

import { WhatsAppAPI } from "whatsapp-api-js";
import { WhatsAppAPIError } from "whatsapp-api-js/errors";
import { Template } from "whatsapp-api-js/messages";

import {
  ANYBODY,
  PHONE,
  SANDBOX,
  TEMPLATE,
  checks,
  codesOn,
  connectWebhook,
  control,
  inbox,
  serve,
} from "./checks.mjs";

const check = checks("whatsapp-api-js");
await control("POST", "/reset");
const api = new WhatsAppAPI({
  token: "EAAG",
  appSecret: "a secret",
  webhookVerifyToken: "a token",
  v: "v26.0",
  ponyfill: {
    subtle: webcrypto.subtle,
    // The library's code contains Meta's address.
    fetch: (url, options) => fetch(url.replace("https://graph.facebook.com", SANDBOX), options),
  },
});

function send(to, language = "en_US") {
  return api.sendMessage(PHONE, to, Template.OTP(TEMPLATE, language, "482913"), undefined, `for ${to}`);
}

await check("sends a template", async () => {
  for (const language of ["en_US", "ar"]) {
    const sent = await send(ANYBODY, language);
    assert.match(sent.messages[0].id, /^wamid\./);
  }
  assert.deepEqual(await codesOn(ANYBODY), ["482913", "482913"]);
});

await check("returns Meta's error", async () => {
  const { error } = await send("12025550122");
  assert.equal(error.code, 132001);
  assert.ok(error.error_data.details && error.fbtrace_id);
});

const [statuses, messages] = [inbox(), inbox()];
api.on.status = (status) => statuses.put(status);
api.on.message = (message) => messages.put(message);

async function receive(request, raw) {
  try {
    if (request.method === "GET") {
      const query = new URL(request.url, "http://localhost").searchParams;
      return [200, api.get(Object.fromEntries(query))];
    }
    await api.post(JSON.parse(raw), raw, request.headers["x-hub-signature-256"]);
    return [200, ""];
  } catch (error) {
    return [error instanceof WhatsAppAPIError ? error.httpStatus : 500, error.message];
  }
}

await serve(receive, async (url) => {
  await check("answers the handshake", async () => {
    await connectWebhook(`${url}/hook`, "a secret", "a token");
    const wrong = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=another";
    assert.equal((await fetch(`${url}/hook?${wrong}`)).status, 403);
  });

  await check("reads sent, delivered and read, with price and callback data", async () => {
    const sent = await send("12025550173");
    for (const [name, priced] of [["sent", true], ["delivered", true], ["read", false]]) {
      const status = await statuses.next();
      assert.deepEqual([status.status, status.id, status.phone], [name, sent.messages[0].id, "12025550173"]);
      assert.equal(status.biz_opaque_callback_data, "for 12025550173");
      assert.match(status.recipient.bsuid, /^US\./);
      assert.equal(status.pricing?.category, priced ? "authentication" : undefined);
    }
  });

  await check("reads a failure, with contacts and without", async () => {
    for (const number of ["12025550180", "12025550189"]) {
      await send(number);
      const failed = await statuses.next((status) => status.status === "failed");
      assert.deepEqual([failed.error.code, failed.recipient.phone], [131026, number]);
    }
  });

  await check("reads STOP from a person with a user id only", async () => {
    await send("12025550191");
    const { message, recipient } = await messages.next();
    assert.deepEqual([message.text.body, recipient.phone], ["STOP", undefined]);
    assert.match(recipient.bsuid, /^US\./);
  });

  await check("reads STOP in Arabic, whose escapes are signed", async () => {
    await send("12025550194");
    const { message, name } = await messages.next();
    assert.equal(message.text.body, "\u0625\u064a\u0642\u0627\u0641");
    assert.equal(name, "Sara \u0633\u0627\u0631\u0629 \u{1f319}");
  });

  await check("reads the STOP button of a template", async () => {
    await send("12025550192");
    const { message } = await messages.next();
    assert.deepEqual([message.type, message.button.payload], ["button", "STOP"]);
  });

  await check("refuses wrong and absent signatures", async () => {
    await send("12025550198");
    await send("12025550199");
    const refused = await control("GET", "/webhooks?outcome=given_up&at_least=6&timeout_ms=20000");
    assert.ok(refused.webhooks.every(({ http_status: status }) => status === 401 || status === 400));
  });

  await control("DELETE", "/webhook");
});
