"""Replaces a part of what schemathesis generates by what a client would send, and counts the answers.

Generated text is hardly ever a phone number or the id of something that exists.
"""

import atexit
import collections
import json
import os
import random

import schemathesis

from gateway import post

CODE = "482913"
URL, KEY = os.environ["GATEWAY_URL"], os.environ["GATEWAY_KEY"]
PREPARED = json.loads(os.environ["PREPARED"])
# Numbers of the sandbox: accepted, accepted without an answer, and refused.
TEST_NUMBERS = ["+12025550100", "+12025550103", "+12025550120"]
FALLBACK = [{"channel": "email", "to": "amal@example.com", "afterSeconds": 1}]
OPTIONAL = [
    "channel", "code", "codeLength", "alphabet", "transaction", "metadata", "lifetimeSeconds", "fallback",
]  # fmt: skip
# So few that some requests reuse one with another body.
KEYS = ["key-1", "key-2", "key-3"]

# Seeded with each request, so that one that is repeated is replaced in the same way.
chance = random.Random()
# The newest ids.
messages = collections.deque(maxlen=6)
statuses = collections.defaultdict(collections.Counter)
problems = 0
next_number = 551_000_000


def number():
    """Returns a number that nothing was sent to."""
    global next_number
    next_number += 1
    return f"+966{next_number}"


def recipient():
    """Returns such a number, or one of a few others."""
    return number() if chance.random() < 0.8 else chance.choice([*TEST_NUMBERS, "amal@example.com"])


def new_verification():
    """Creates a verification with a known code, and returns its id."""
    body = json.dumps({"to": number(), "code": CODE}).encode()
    status, created = post(f"{URL}/v1/verifications", body, {"content-type": "application/json", "x-api-key": KEY})
    assert status == 201, created
    return created["id"]


def id_for(case):
    """Returns the id of something that exists; None if there is nothing yet."""
    if case.path.startswith("/v1/verifications/"):
        resendable = PREPARED["resendable"] if case.path.endswith("/resend") else [new_verification()]
        return chance.choice([*PREPARED["over"], new_verification(), chance.choice(resendable)])
    return chance.choice(messages) if messages else None


def replace_in_body(body):
    """Replaces fields by values that mean something."""
    if "toPhoneE164" in body:
        body["toPhoneE164"] = recipient()
    if "to" in body:
        body["to"] = recipient()
        # A request with all of them is hardly ever valid.
        for field in OPTIONAL:
            if chance.random() < 0.7:
                body.pop(field, None)
        if "fallback" in body and not body["to"].startswith("amal"):
            body["fallback"] = FALLBACK
    elif "code" in body:
        body["code"] = chance.choice([CODE, "000000"])
        if chance.random() < 0.7:
            body.pop("transaction", None)
    if "otpCode" in body:
        body["otpCode"] = CODE
    if "id" in body and messages:
        body["id"] = chance.choice(messages)
    if "outcome" in body:
        body["outcome"] = chance.choice(["verified", "abandoned"])
    if "channel" in body:
        body["channel"] = "auto"
    # The key is sent in the header.
    body.pop("idempotencyKey", None)


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers
    chance.seed(repr((case.method, case.path, case.path_parameters, case.query, sorted(headers.items()), case.body)))
    if chance.random() < 0.3:
        headers["Accept"] = "application/problem+json"
    if chance.random() < 0.3:
        headers["Accept-Language"] = "ar"
    # The rest remains as it was generated.
    if chance.random() < 0.3:
        return
    headers.pop("Idempotency-Key", None)
    if chance.random() < 0.3:
        headers["Idempotency-Key"] = chance.choice(KEYS)
    if "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = id_for(case) or case.path_parameters["id"]
    if isinstance(case.body, dict):
        replace_in_body(case.body)


@schemathesis.hook
def after_call(context, case, response):
    global problems
    statuses[case.operation.definition.raw["operationId"]][response.status_code] += 1
    content_type = (response.headers.get("content-type") or [""])[0]
    problems += content_type.startswith("application/problem+json")
    if response.status_code == 201 and case.path == "/v1/verifications":
        created = json.loads(response.content)
        messages.extend(message["id"] for message in created["messages"])
    if response.status_code == 200 and case.path == "/SendMessage":
        messages.append(json.loads(response.content)["id"])


@atexit.register
def write_counts():
    with open(os.environ["COUNTS"], "w") as file:
        json.dump({"statuses": statuses, "problems": problems}, file)
