import { randomUUID } from "node:crypto";

const id = encodeURIComponent(process.env.VERIFICATION_ID);
const answer = await fetch(`https://otp.example.com/v1/verifications/${id}/check`, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "X-Api-Key": process.env.OTP_KEY,
    "Idempotency-Key": randomUUID(),
  },
  body: JSON.stringify({ code: process.env.CODE }), // as the person typed it
  signal: AbortSignal.timeout(15_000),
});
const result = await answer.json();
if (!answer.ok) throw new Error(`${answer.status}: ${result.errorMessage}`);
console.log(JSON.stringify(result));
