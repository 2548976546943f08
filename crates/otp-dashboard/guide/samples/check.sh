#!/bin/sh
# Asks for the status of the message that MESSAGE_ID names.
# For a failed answer, curl shows the status, and the body with its errorMessage.
curl -sS --fail-with-body --max-time 15 -w '\n' \
  -X POST "https://otp.example.com/CheckMessageStatus" \
  -H "Content-Type: application/json" \
  -H "X-Api-Key: $OTP_KEY" \
  -d "{\"id\": \"$MESSAGE_ID\"}"
