// @kapso/whatsapp-cloud-api sends and lists at the sandbox, sorts its errors, and verifies and reads its webhooks.

import assert from "node:assert/strict";

import { GraphApiError, WhatsAppClient, buildTemplatePayload } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";

import {
  ANYBODY,
  PHONE,
  SANDBOX,
  TEMPLATE,
  WABA,
  checks,
  codesOn,
  connectWebhook,
  control,
  inbox,
  serve,
} from "./checks.mjs";

const check = checks("kapso");
await control("POST", "/reset");
const client = new WhatsAppClient({ accessToken: "EAAG", baseUrl: SANDBOX, graphVersion: "v26.0" });

function send(to, language = "en_US") {
  const parameters = [{ type: "text", text: "482913" }];
  const template = buildTemplatePayload({
    name: TEMPLATE,
    language: { code: language, policy: "deterministic" },
    components: [
      { type: "body", parameters },
      { type: "button", sub_type: "url", index: 0, parameters },
    ],
  });
  return client.messages.sendTemplate({ phoneNumberId: PHONE, to, template });
}

await check("sends a template", async () => {
  for (const language of ["en_US", "ar"]) {
    const sent = await send(ANYBODY, language);
    assert.match(sent.messages[0].id, /^wamid\./);
    assert.equal(sent.messages[0].messageStatus, "accepted");
  }
  assert.deepEqual(await codesOn(ANYBODY), ["482913", "482913"]);
});

for (const [number, code, category, action] of [
  ["12025550122", 132001, "template", "fix_and_retry"],
  ["12025550130", 131056, "throttling", "retry_after"],
  ["12025550131", 130429, "throttling", "retry_after"],
  ["12025550135", 190, "authorization", "refresh_token"],
  ["12025550142", 131031, "integrity", "do_not_retry"],
  ["12025550166", 131016, "server", "retry"],
]) {
  await check(`maps ${code} to ${category} and ${action}`, async () => {
    const error = await send(number).then(
      () => assert.fail("it was accepted"),
      (error) => error,
    );
    assert.ok(error instanceof GraphApiError, error);
    assert.deepEqual([error.code, error.category, error.retry.action], [code, category, action]);
    assert.ok(error.fbtraceId, JSON.stringify(error));
  });
}

await check("lists templates page by page", async () => {
  const languages = [];
  let after;
  do {
    const page = await client.templates.list({ businessAccountId: WABA, limit: 2, after });
    languages.push(...page.data.map((template) => template.language));
    after = page.paging.next && page.paging.cursors.after;
  } while (after);
  assert.deepEqual(languages.sort(), ["ar", "en", "en_US"]);
});

await check("creates, finds and deletes a template", async () => {
  const created = await client.templates.create({
    businessAccountId: WABA,
    name: "kapso_code",
    language: "en_US",
    category: "AUTHENTICATION",
    components: [
      { type: "BODY", add_security_recommendation: true },
      { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE", text: "Copy code" }] },
    ],
  });
  // Not `templates.get`: it requests /{waba}/message_templates/{id}, which Meta does not document.
  const { data } = await client.templates.list({ businessAccountId: WABA, name: "kapso_code" });
  assert.deepEqual([data[0].id, data[0].status], [created.id, "APPROVED"]);
  const deleted = await client.templates.delete({ businessAccountId: WABA, name: "kapso_code" });
  assert.equal(deleted.success, true);
});

const [statuses, messages, raw] = [inbox(), inbox(), inbox()];

function receive(request, rawBody) {
  if (request.method === "GET") {
    const query = new URL(request.url, "http://localhost").searchParams;
    return query.get("hub.verify_token") === "a token" ? [200, query.get("hub.challenge")] : [403, ""];
  }
  const signatureHeader = request.headers["x-hub-signature-256"];
  if (!verifySignature({ appSecret: "a secret", rawBody, signatureHeader })) return [401, ""];
  const events = normalizeWebhook(JSON.parse(rawBody));
  events.statuses.forEach(statuses.put);
  events.messages.forEach(messages.put);
  Object.keys(events.raw).forEach(raw.put);
  return [200, ""];
}

await serve(receive, async (url) => {
  await connectWebhook(`${url}/hook`, "a secret", "a token");

  await check("verifies and reads a message's life", async () => {
    const sent = await send("12025550173");
    for (const name of ["sent", "delivered", "read"]) {
      const status = await statuses.next();
      assert.deepEqual([status.status, status.id], [name, sent.messages[0].id]);
      assert.match(status.recipientUserId, /^US\./);
    }
  });

  await check("reads a failure without contacts", async () => {
    await send("12025550189");
    const failed = await statuses.next((status) => status.status === "failed");
    assert.equal(failed.errors[0].code, 131026);
  });

  await check("reads STOP from a person with a user id only", async () => {
    await send("12025550191");
    const message = await messages.next();
    assert.equal(message.text.body, "STOP");
    assert.match(message.fromUserId, /^US\./);
    assert.deepEqual([message.from, message.kapso.direction], [undefined, "inbound"]);
  });

  await check("reads STOP in Arabic, whose escapes are signed", async () => {
    await send("12025550194");
    assert.equal((await messages.next()).text.body, "\u0625\u064a\u0642\u0627\u0641");
  });

  await check("refuses a wrong signature", async () => {
    await send("12025550198");
    const refused = await control("GET", "/webhooks?outcome=given_up&at_least=3&timeout_ms=20000");
    assert.ok(refused.webhooks.every((webhook) => webhook.http_status === 401));
  });

  await check("passes on a report about a template", async () => {
    await control("PUT", "/templates", { name: TEMPLATE, language: "ar", status: "PAUSED" });
    await raw.next((field) => field === "messageTemplateStatusUpdate");
  });

  await control("DELETE", "/webhook");
});
