import json, os, secrets, sys, urllib.error, urllib.request, uuid

# Keep the code on your server, and compare it with what the person types.
code = f"{secrets.randbelow(1_000_000):06}"

request = urllib.request.Request(
    "https://otp.example.com/SendMessage",
    data=json.dumps({
        "otpCode": code,
        "toPhoneE164": "+966551234567",
        "languageCode": "ar",
        "idempotencyKey": str(uuid.uuid4()),
    }).encode(),
    headers={"Content-Type": "application/json", "X-Api-Key": os.environ["OTP_KEY"]},
)
try:
    with urllib.request.urlopen(request, timeout=15) as answer:
        message = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['errorMessage']}")
print(json.dumps(message))
