// @great-detail/whatsapp sends and lists at the sandbox, and verifies its webhooks.

import assert from "node:assert/strict";

import Client from "@great-detail/whatsapp";

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

const check = checks("great-detail");
await control("POST", "/reset");
const sdk = new Client({
  prefixUrl: SANDBOX,
  graphVersion: "v23.0",
  request: { headers: { Authorization: "Bearer EAAG" }, retry: 0 },
});

function send(to, language = "en_US") {
  const parameters = [{ type: "text", text: "482913" }];
  return sdk.message
    .createMessage({
      phoneNumberID: PHONE,
      to,
      type: "template",
      template: {
        name: TEMPLATE,
        language: { code: language },
        components: [
          { type: "body", parameters },
          { type: "button", sub_type: "url", index: 0, parameters },
        ],
      },
    })
    .json();
}

await check("sends a template", async () => {
  const sent = await send(ANYBODY);
  assert.match(sent.messages[0].id, /^wamid\./);
  assert.deepEqual(await codesOn(ANYBODY), ["482913"]);
});

await check("throws an error with Meta's body", async () => {
  const thrown = await send("12025550130").then(
    () => assert.fail("it was accepted"),
    (error) => error,
  );
  const { error } = await thrown.response.json();
  assert.equal(error.code, 131056);
});

await check("lists templates and numbers", async () => {
  const templates = await sdk.template.list(WABA, {}).json();
  assert.equal(templates.data.length, 3);
  const numbers = await sdk.phoneNumbers.listPhoneNumbers({ businessAccountID: WABA }).json();
  assert.deepEqual(numbers.data.map((number) => number.id), [PHONE]);
});

await check("subscribes to webhooks", async () => {
  const made = await sdk.subscribedApps.createSubscription({ businessAccountID: WABA }).json();
  assert.equal(made.success, true);
  const listed = await sdk.subscribedApps.listSubscriptions({ businessAccountID: WABA }).json();
  assert.equal(listed.data.length, 1);
});

const bodies = inbox();

async function receive(request, body) {
  const { method, headers, url } = request;
  const query = Object.fromEntries(new URL(url, "http://localhost").searchParams);
  try {
    if (method === "GET") {
      const registration = await sdk.webhook.register({ method, query, body, headers });
      return registration.verifyToken === "a token" ? [200, registration.accept()] : [403, registration.reject()];
    }
    const event = await sdk.webhook.eventNotification({ method, query, body, headers });
    await event.verifySignature("a secret");
    bodies.put(JSON.parse(body));
    return [200, event.accept()];
  } catch (error) {
    return [401, error.message];
  }
}

await serve(receive, async (url) => {
  await check("answers the handshake and verifies webhooks", async () => {
    await connectWebhook(`${url}/hook`, "a secret", "a token");
    await send(ANYBODY);
    const body = await bodies.next();
    assert.equal(body.entry[0].changes[0].value.statuses[0].status, "sent");
  });

  await check("refuses a wrong signature", async () => {
    await send("12025550198");
    const refused = await control("GET", "/webhooks?outcome=given_up&at_least=3&timeout_ms=20000");
    assert.ok(refused.webhooks.every((webhook) => webhook.http_status === 401));
  });

  await control("DELETE", "/webhook");
});
