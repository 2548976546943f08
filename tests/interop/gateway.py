"""The built gateway as a process, with a fresh SQLite file and an account with credits, a key and a sender."""

import contextlib
import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request

from checks import PHONE, SANDBOX, WABA

SERVER = os.environ.get("OTP_SERVER_BIN", "")
APP_SECRET, VERIFY_TOKEN = "app-secret-of-the-tests", "verify-token-of-the-tests"


class Gateway:
    """A running gateway: its `url`, the `key` and id of its `account`, and its commands."""

    def __init__(self, folder, more):
        self.folder = folder
        settings = {
            "DATABASE__URL": f"sqlite://{folder}/otp.db",
            "HTTP__BIND": "127.0.0.1:0",
            "WHATSAPP__BASE_URL": SANDBOX,
            "WHATSAPP__APP_SECRET": APP_SECRET,
            "WHATSAPP__VERIFY_TOKEN": VERIFY_TOKEN,
            "SECURITY__MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "LOG__LEVEL": "error",
            **more,
        }
        self.environment = dict(os.environ)
        self.environment.update({f"OTP__{name}": value for name, value in settings.items()})

    def command(self, *arguments, stdin=""):
        """Runs a command that has to succeed, and returns its JSON."""
        ended = subprocess.run(
            [SERVER, *arguments, "--json"],
            env=self.environment, cwd=self.folder, input=stdin, capture_output=True, text=True, timeout=60,
        )
        assert ended.returncode == 0, f"{arguments}: {ended.stderr}"
        return json.loads(ended.stdout)

    def post(self, path, body):
        """Sends a request of the account, and returns status and JSON of the answer."""
        headers = {"content-type": "application/json", "x-api-key": self.key}
        return post(f"{self.url}{path}", json.dumps(body).encode(), headers)

    def send(self, number):
        """Sends a code and returns the message's id."""
        status, sent = self.post("/SendMessage", {"otpCode": "482913", "toPhoneE164": number})
        assert status == 200, sent
        return sent["id"]

    def status_of(self, message):
        return self.post("/CheckMessageStatus", {"id": message})[1]["messageStatus"]


def post(url, body, headers):
    """Posts these bytes, and returns the status and the JSON, or else the text, of the answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


@contextlib.contextmanager
def serving(name="Amal", language="en", credits=1000, **settings):
    """Runs a gateway during the block, with an account of this name, language and credits."""
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(folder, settings)
        gateway.command("migrate")
        created = gateway.command(
            "account", "create", "--name", name, "--email", "amal@example.com", "--language", language,
            "--phone", "+4930901820", "--company", "Amal Group",
        )  # fmt: skip
        gateway.account = created["id"]
        created = gateway.command("key", "create", "--account", gateway.account, "--name", "interop")
        gateway.key = created["apiKey"]
        gateway.command("subscription", "grant", "--account", gateway.account, "--credits", str(credits))
        added = gateway.command(
            "sender", "add", "--account", gateway.account, "--phone-number-id", PHONE,
            "--waba-id", WABA, "--phone", "+15550783881", "--access-token-file", "-", stdin="EAAG\n",
        )  # fmt: skip
        for language in ("ar", "en"):
            gateway.command(
                "template", "add", "--sender", added["id"], "--name", "otp_code", "--language", language,
            )  # fmt: skip
        server = subprocess.Popen(
            [SERVER, "serve", "--json"],
            env=gateway.environment, cwd=folder, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            gateway.url = json.loads(server.stdout.readline())["listening"]
            yield gateway
        finally:
            server.terminate()
            server.wait(60)
            server.stdout.close()
