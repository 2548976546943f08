import json, os, sys, urllib.error, urllib.request

request = urllib.request.Request(
    "https://otp.example.com/CheckMessageStatus",
    data=json.dumps({"id": os.environ["MESSAGE_ID"]}).encode(),
    headers={"Content-Type": "application/json", "X-Api-Key": os.environ["OTP_KEY"]},
)
try:
    with urllib.request.urlopen(request, timeout=15) as answer:
        message = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {json.load(error)['errorMessage']}")
print(json.dumps(message))
