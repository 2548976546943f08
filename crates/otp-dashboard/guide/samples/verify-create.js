import { randomUUID } from "node:crypto";

const answer = await fetch("https://otp.example.com/v1/verifications", {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "X-Api-Key": process.env.OTP_KEY,
    "Idempotency-Key": randomUUID(),
  },
  body: JSON.stringify({ to: "+966551234567", languageCode: "ar" }),
  signal: AbortSignal.timeout(15_000),
});
const verification = await answer.json();
if (!answer.ok) throw new Error(`${answer.status}: ${verification.errorMessage}`);
console.log(JSON.stringify(verification)); // keep its id for the check
