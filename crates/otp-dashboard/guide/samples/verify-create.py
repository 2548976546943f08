import json, os, sys, urllib.error, urllib.request, uuid

request = urllib.request.Request(
    "https://otp.example.com/v1/verifications",
    data=json.dumps({"to": "+966551234567", "languageCode": "ar"}).encode(),
    headers={
        "Content-Type": "application/json",
        "X-Api-Key": os.environ["OTP_KEY"],
        "Idempotency-Key": str(uuid.uuid4()),
    },
)
try:
    with urllib.request.urlopen(request, timeout=15) as answer:
        verification = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['errorMessage']}")
print(json.dumps(verification))  # keep its id for the check
