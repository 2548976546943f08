"""Shared by the Python scripts: a line for each check, the sandbox's control API, and a server for webhooks."""

import contextlib
import json
import os
import signal
import sys
import threading
import traceback
import urllib.request

import uvicorn

SANDBOX = os.environ.get("SANDBOX_URL", "")
WABA, PHONE = "102290129340398", "106540352242922"
TEMPLATE, ANYBODY = "otp_code", "966512345678"

# Ends a script that hangs; the exception stops what the script has started.
signal.signal(signal.SIGALRM, lambda *_: sys.exit("not done after two minutes"))
signal.alarm(120)


class Checks:
    """Prints `ok <library> <what it does>` for each check, or what differed."""

    def __init__(self, library):
        self.library = library
        self.failures = 0

    @contextlib.contextmanager
    def check(self, what):
        try:
            yield
            print(f"ok {self.library} {what}", flush=True)
        except Exception:
            self.failures += 1
            print(f"FAILED {self.library} {what}\n{traceback.format_exc()}", flush=True)

    def end(self):
        sys.exit(1 if self.failures else 0)


def equal(actual, expected):
    """Asserts that both are equal, and names both if they are not."""
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def control(method, path, body=None):
    """Sends a request to the sandbox's control API and returns the answer."""
    request = urllib.request.Request(f"{SANDBOX}/control{path}", method=method)
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, data, timeout=60) as answer:
        return json.load(answer)


def codes_on(number):
    """Returns the codes that the phone shows, oldest first."""
    messages = control("GET", f"/phones/+{number.lstrip('+')}/messages")["messages"]
    return [message["code"] for message in messages]


def wait_for_webhooks(count, **of):
    """Waits for at least this many webhook requests, and returns all that match."""
    filters = "".join(f"&{name}={value}" for name, value in of.items())
    return control("GET", f"/webhooks?at_least={count}&timeout_ms=20000{filters}")["webhooks"]


@contextlib.contextmanager
def serve(app):
    """Serves an ASGI app on a free port while the block runs, and yields its URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def announce(sockets=None):
        await startup(sockets)
        started.set()

    server.startup = announce
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(20), "the receiver did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
