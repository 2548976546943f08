#!/bin/sh
# Lets the gateway make a code and send it. Keep the id of the answer for the check.
key=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)

# For a failed answer, curl shows the status, and the body with its errorMessage.
curl -sS --fail-with-body --max-time 15 -w '\n' \
  -X POST "https://otp.example.com/v1/verifications" \
  -H "Content-Type: application/json" \
  -H "X-Api-Key: $OTP_KEY" \
  -H "Idempotency-Key: $key" \
  -d '{"to": "+966551234567", "languageCode": "ar"}'
