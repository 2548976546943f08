#!/bin/sh
# Sends a code. A new UUID for each code makes it safe to repeat the request.
key=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)

# For a failed answer, curl shows the status, and the body with its errorMessage.
curl -sS --fail-with-body --max-time 15 -w '\n' \
  -X POST "https://otp.example.com/SendMessage" \
  -H "Content-Type: application/json" \
  -H "X-Api-Key: $OTP_KEY" \
  -d @- <<JSON
{
  "otpCode": "482913",
  "toPhoneE164": "+966551234567",
  "languageCode": "ar",
  "idempotencyKey": "$key"
}
JSON
