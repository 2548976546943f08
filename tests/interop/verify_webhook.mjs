// Verifies a webhook with standardwebhooks and svix. Standard input is
// `{"secret": …, "headers": {name: value}, "body": base64}`; standard output says by library whether it
// accepts the webhook.

import { text } from "node:stream/consumers";

import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const { secret, headers, body } = JSON.parse(await text(process.stdin));
const raw = Buffer.from(body, "base64");

function accepts({ Webhook, WebhookVerificationError }) {
  try {
    new Webhook(secret).verify(raw, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

const verdicts = { "standardwebhooks (npm)": accepts(standardwebhooks), "svix (npm)": accepts(svix) };
console.log(JSON.stringify(verdicts));
