import { randomInt, randomUUID } from "node:crypto";

// Keep the code on your server, and compare it with what the person types.
const code = String(randomInt(1_000_000)).padStart(6, "0");

const answer = await fetch("https://otp.example.com/SendMessage", {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Api-Key": process.env.OTP_KEY },
  body: JSON.stringify({
    otpCode: code,
    toPhoneE164: "+966551234567",
    languageCode: "ar",
    idempotencyKey: randomUUID(),
  }),
  signal: AbortSignal.timeout(15_000),
});
const message = await answer.json();
if (!answer.ok) throw new Error(`${answer.status}: ${message.errorMessage}`);
console.log(JSON.stringify(message));
