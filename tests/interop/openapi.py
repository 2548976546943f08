"""schemathesis sends generated requests to every path that the gateway's OpenAPI document describes.

Each answer must have a documented status, content type, headers and body, and none may be a server's error.
`openapi_hooks.py` replaces a part of what is generated, so that requests reach more than the checks of their
fields. What they reach is counted, and an operation whose success nobody saw fails the run.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from checks import Checks, equal
from gateway import post, serving

CODE = "482913"
checks = Checks("schemathesis")
signal.alarm(240)

# The same requests in each run, but for ids and times.
SEED, EXAMPLES = "20261129", "100"
PATHS = "^/(v1/|SendMessage$|CheckMessageStatus$)"
CHECKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
]
# Answers that have to be among those that were compared with the document.
REACHED = {
    "SendMessage": [200, 400, 405, 415],
    "CheckMessageStatus": [200, 400, 405, 415],
    "ListMessages": [200, 400, 405],
    "ExplainMessage": [200, 400, 405, 415],
    "GetMessage": [200, 405],
    "RecordOutcome": [200, 400, 405, 409, 415, 422],
    "ListVerifications": [200, 400],
    "CreateVerification": [201, 400, 405, 415, 422],
    "GetVerification": [200, 405],
    "CancelVerification": [200, 405, 409, 410],
    "CheckVerification": [200, 400, 405, 409, 410, 415, 422, 429],
    "ResendVerification": [201, 400, 405, 409, 410, 415, 422, 429],
}


def created(gateway, number):
    """Creates a verification with a known code, and returns it."""
    body = {"to": number, "code": CODE, "lifetimeSeconds": 600}
    status, verification = gateway.post("/v1/verifications", body)
    equal(status, 201)
    return verification


def prepare(gateway):
    """Creates verifications in states that generated requests hardly reach, and returns their ids."""
    numbers = (f"+96655000{number}" for number in range(1000, 2000))
    approved, canceled, exhausted = (created(gateway, next(numbers))["id"] for _ in range(3))
    gateway.post(f"/v1/verifications/{approved}/check", {"code": CODE})
    gateway.post(f"/v1/verifications/{canceled}/cancel", {})
    for _ in range(5):
        gateway.post(f"/v1/verifications/{exhausted}/check", {"code": "000000"})
    resendable = [created(gateway, next(numbers)) for _ in range(12)]
    # The cooldown; nothing but time ends it.
    time.sleep(resendable[-1]["resendAfterSeconds"])
    return {"over": [approved, canceled, exhausted], "resendable": [each["id"] for each in resendable]}


def run(gateway, folder):
    """Runs schemathesis, and returns how it ended and what the hooks counted."""
    counts = pathlib.Path(folder) / "counts.json"
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [
        program, "run", f"{gateway.url}/openapi.json", "--include-path-regex", PATHS,
        "--header", f"X-Api-Key: {gateway.key}", "--checks", ",".join(CHECKED),
        "--phases", "examples,coverage,fuzzing", "--seed", SEED, "--max-examples", EXAMPLES, "--continue-on-failure", "--warnings", "off",
    ]  # fmt: skip
    variables = {
        "SCHEMATHESIS_HOOKS": "openapi_hooks",
        "PYTHONPATH": os.getcwd(),
        "GATEWAY_URL": gateway.url,
        "GATEWAY_KEY": gateway.key,
        "PREPARED": json.dumps(prepare(gateway)),
        "COUNTS": str(counts),
    }
    # In the folder, because schemathesis writes files where it runs.
    ended = subprocess.run(command, env={**os.environ, **variables}, cwd=folder)
    return ended.returncode, json.loads(counts.read_text())


# Mail is queued; there is no need for a server that takes it. Requests are not limited by their rate.
settings = {
    "SMTP__URL": "smtp://127.0.0.1:9",
    "MAIL__FROM": "Codes <codes@example.com>",
    "RATE_LIMIT__PER_IP_PER_SECOND": "0",
}
with tempfile.TemporaryDirectory() as folder, serving(credits=1_000_000, **settings) as gateway:
    status, counts = run(gateway, folder)
    for operation, statuses in sorted(counts["statuses"].items()):
        print(operation, *(f"{status}: {count}," for status, count in sorted(statuses.items())))
    with checks.check("finds every answer documented"):
        equal(status, 0)
    for operation, expected in REACHED.items():
        with checks.check(f"reaches {operation}"):
            answered = counts["statuses"][operation]
            equal([status for status in expected if str(status) not in answered], [])
    with checks.check("gets errors as problems, too"):
        assert counts["problems"] > 0, counts
    with checks.check("leaves a gateway that still sends"):
        equal(post(f"{gateway.url}/v1/verifications", b"{}", {"x-api-key": gateway.key})[0], 415)
        gateway.send("+966550000001")
    with checks.check("leaves a ledger that adds up"):
        equal(gateway.command("ledger", "check")["addsUp"], True)
checks.end()
