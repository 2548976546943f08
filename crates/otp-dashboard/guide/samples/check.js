const answer = await fetch("https://otp.example.com/CheckMessageStatus", {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Api-Key": process.env.OTP_KEY },
  body: JSON.stringify({ id: process.env.MESSAGE_ID }),
  signal: AbortSignal.timeout(15_000),
});
const message = await answer.json();
if (!answer.ok) throw new Error(`${answer.status}: ${message.errorMessage}`);
console.log(JSON.stringify(message));
