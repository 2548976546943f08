"""Verifies webhooks that the gateway's caller sent, with the libraries of Standard Webhooks and of Svix.

Each library gets the bytes and the headers as they arrived, from Python and from Node.
"""

import base64
import contextlib
import datetime
import json
import os
import subprocess

import standardwebhooks.webhooks
import svix.webhooks

from checks import Checks, equal, serve

checks = Checks("webhooks")

CURRENT = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
PREVIOUS = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"\xfb" * 64).decode()
# Characters outside ASCII, and spacing that a parser and a writer of JSON would not keep.
BODY = '{"type":"message.delivered", "data":{"name":"رمز é 🔑","u":"\\u0631"}}\n'.encode()

arrived = []


async def endpoint(scope, receive, send):
    """Keeps the headers and the bytes of each request, and answers 204."""
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    arrived.append(({name.decode(): value.decode() for name, value in scope["headers"]}, body))
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def sent(url, secrets, age=0):
    """Makes a call that was attempted `age` seconds ago, and returns what arrived."""
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age)
    values = {"URL": f"{url}/hooks?a=b", "SECRETS": " ".join(secrets), "ATTEMPTED_AT": at.isoformat()}
    ended = subprocess.run(
        [os.environ["OTP_CALL_WEBHOOK_BIN"]],
        env={**os.environ, **values}, input=BODY, capture_output=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode()
    equal(ended.stdout.strip(), b"204")
    return arrived.pop()


def accepts(library, secret, headers, body):
    """Returns whether a Python library accepts the webhook."""
    with contextlib.suppress(library.WebhookVerificationError):
        library.Webhook(secret).verify(body, headers)
        return True
    return False


def verdicts(secret, headers, body):
    """Returns by library whether it accepts the webhook."""
    webhook = {"secret": secret, "headers": headers, "body": base64.b64encode(body).decode()}
    ended = subprocess.run(
        ["node", "verify_webhook.mjs"], input=json.dumps(webhook), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return {
        "standardwebhooks (PyPI)": accepts(standardwebhooks.webhooks, secret, headers, body),
        "svix (PyPI)": accepts(svix.webhooks, secret, headers, body),
        **json.loads(ended.stdout),
    }


LIBRARIES = ["standardwebhooks (PyPI)", "svix (PyPI)", "standardwebhooks (npm)", "svix (npm)"]
ACCEPTED = dict.fromkeys(LIBRARIES, True)
REFUSED = dict.fromkeys(LIBRARIES, False)

with serve(endpoint) as url:
    headers, body = sent(url, [CURRENT])
    with checks.check("arrive byte for byte"):
        equal(body, BODY)
        equal(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek")
        equal(headers["content-type"], "application/json")
    with checks.check("are accepted by every library"):
        equal(verdicts(CURRENT, headers, body), ACCEPTED)
    for what, wrong in [
        ("another secret", (OTHER, headers, body)),
        ("another byte", (CURRENT, headers, body.replace(b"delivered", b"deliverex"))),
        ("other spacing", (CURRENT, headers, body.replace(b", ", b","))),
        ("another id", (CURRENT, {**headers, "webhook-id": "msg_other"}, body)),
        ("another time", (CURRENT, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body)),
    ]:
        with checks.check(f"with {what} are refused by every library"):
            equal(verdicts(*wrong), REFUSED)

    with checks.check("are accepted by both secrets during a rotation"):
        headers, body = sent(url, [CURRENT, PREVIOUS])
        equal(verdicts(CURRENT, headers, body), ACCEPTED)
        equal(verdicts(PREVIOUS, headers, body), ACCEPTED)
        equal(verdicts(OTHER, headers, body), REFUSED)

    with checks.check("with the longest secret are accepted"):
        equal(verdicts(OTHER, *sent(url, [OTHER])), ACCEPTED)

    with checks.check("are accepted for 5 minutes before and after their attempt, and no longer"):
        for age, expected in [(280, ACCEPTED), (-280, ACCEPTED), (330, REFUSED), (-330, REFUSED)]:
            equal(verdicts(CURRENT, *sent(url, [CURRENT], age)), expected)

checks.end()
