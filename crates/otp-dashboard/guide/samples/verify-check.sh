#!/bin/sh
# Checks CODE, as the person typed it, for the verification VERIFICATION_ID.
key=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)
code=$(printf '%s' "$CODE" | tr -d '"\\[:cntrl:]') # keeps the JSON valid

# For a failed answer, curl shows the status, and the body with its errorMessage.
curl -sS --fail-with-body --max-time 15 -w '\n' \
  -X POST "https://otp.example.com/v1/verifications/$VERIFICATION_ID/check" \
  -H "Content-Type: application/json" \
  -H "X-Api-Key: $OTP_KEY" \
  -H "Idempotency-Key: $key" \
  -d "{\"code\": \"$code\"}"
