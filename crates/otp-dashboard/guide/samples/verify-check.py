import json, os, sys, urllib.error, urllib.parse, urllib.request, uuid

verification = urllib.parse.quote(os.environ["VERIFICATION_ID"], safe="")
request = urllib.request.Request(
    f"https://otp.example.com/v1/verifications/{verification}/check",
    data=json.dumps({"code": os.environ["CODE"]}).encode(),  # as the person typed it
    headers={
        "Content-Type": "application/json",
        "X-Api-Key": os.environ["OTP_KEY"],
        "Idempotency-Key": str(uuid.uuid4()),
    },
)
try:
    with urllib.request.urlopen(request, timeout=15) as answer:
        result = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['errorMessage']}")
print(json.dumps(result))
