"""The gateway's mail at a real SMTP server: its structure in both languages, and its DKIM signatures.

aiosmtpd receives the mail and Python's `email` parses it. dkimpy and mailauth verify the signatures; they
share no code with each other or with us. A dictionary replaces DNS.
"""

import base64
import contextlib
import datetime
import email
import email.policy
import email.utils
import json
import logging
import queue
import re
import socket
import ssl
import subprocess
import tempfile

import dkim
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from checks import Checks, equal
from gateway import serving

checks = Checks("mail")
# The checks provoke the server's complaints on purpose.
logging.disable(logging.CRITICAL)
DOMAIN, SELECTOR = "example.com", "interop"
# A name that would become another address, or markup, if it were inserted without escapes.
NAME = "\u0623\u0645\u0644 \"x\" <evil@example.net>, <b>&"
ONCE = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type"]


class Inbox:
    """Accepts every mail."""

    def __init__(self):
        self.mails = queue.Queue()

    async def handle_DATA(self, server, session, envelope):
        self.mails.put((envelope.rcpt_tos, envelope.original_content))
        return "250 OK"

    def next(self):
        return self.mails.get(timeout=30)


@contextlib.contextmanager
def smtp_server(**options):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def check_structure(raw, language):
    """Checks that headers are unique and in ASCII, both parts in UTF-8, and the page in its language's direction."""
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    head = raw.split(b"\r\n\r\n")[0]
    assert head.isascii(), head
    assert b"\n" not in raw.replace(b"\r\n", b""), "a bare line feed"
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a line that SMTP does not carry"
    for part in mail.walk():
        equal(part.defects, [])
    for name in ONCE:
        equal(len(mail.get_all(name, [])), 1)
    assert mail["Auto-Submitted"] == "auto-generated", mail["Auto-Submitted"]
    assert re.fullmatch(rf"<[^<>\s@]+@{re.escape(DOMAIN)}>", mail["Message-ID"]), mail["Message-ID"]
    age = datetime.datetime.now(datetime.UTC) - email.utils.parsedate_to_datetime(mail["Date"])
    assert abs(age) < datetime.timedelta(minutes=2), mail["Date"]

    equal(mail.get_content_type(), "multipart/alternative")
    plain, html = mail.iter_parts()
    equal([part.get_content_type() for part in (plain, html)], ["text/plain", "text/html"])
    equal([part.get_content_charset() for part in (plain, html)], ["utf-8", "utf-8"])
    text, page = plain.get_content(), html.get_content()
    direction = {"ar": "rtl", "en": "ltr"}[language]
    opening = re.search(r"<html[^>]*>", page).group()
    assert f'lang="{language}"' in opening and f'dir="{direction}"' in opening, opening
    for words in (str(mail["Subject"]), text, page):
        is_arabic = any("\u0600" <= letter <= "\u06ff" for letter in words)
        assert is_arabic or language == "en", words
    for tracker in ("<img", "<script", "http://", "https://", "url("):
        assert tracker not in page, f"{tracker} in {page}"
    assert "<b>" not in page, "markup from the name"
    equal(mail["To"].addresses[0].addr_spec, "amal@example.com")
    equal(len(mail["To"].addresses), 1)
    return mail, text


def rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def ed25519_key():
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return key, f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"


def by_dkimpy(raw, dns):
    """Returns whether there is a signature that dkimpy accepts."""

    def look_up(name, timeout=5):
        return dns.get(name.decode().rstrip("."), "").encode()

    if not email.message_from_bytes(raw)["DKIM-Signature"]:
        return False
    try:
        return dkim.verify(raw, dnsfunc=look_up)
    except dkim.DKIMException:
        return False


def by_mailauth(raw, dns):
    """Returns whether there is a signature that mailauth accepts."""
    question = json.dumps({"mail": base64.b64encode(raw).decode(), "dns": dns})
    ended = subprocess.run(
        ["node", "dkim_verify.mjs"], input=question, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    results = json.loads(ended.stdout)
    return [result["result"] for result in results] == ["pass"]


def check_signature(raw, dns):
    for name, verify in [("dkimpy", by_dkimpy), ("mailauth", by_mailauth)]:
        assert verify(raw, dns), f"{name} refuses it:\n{raw.decode()}"
        # Servers on the way may change the case of a header's name and fold its line again.
        relaxed = raw.replace(b"\r\nSubject: ", b"\r\nsubject:\r\n\t ", 1)
        assert relaxed != raw and verify(relaxed, dns), f"{name} refuses a header that was folded again"
        for was, is_now in [(b"\r\n\r\n", b"\r\n\r\nx"), (b"\r\nTo: ", b"\r\nTo: x"), (b"From: ", b"From: x@y.z\r\nFrom: ")]:
            forged = raw.replace(was, is_now, 1)
            assert forged != raw and not verify(forged, dns), f"{name} accepts {is_now!r}"


def settings_of(port, key=None, tls="?tls=none", user=""):
    settings = {"SMTP__URL": f"smtp://{user}127.0.0.1:{port}{tls}", "MAIL__FROM": f"Codes <codes@{DOMAIN}>"}
    if key:
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        settings["MAIL__DKIM__KEY"] = pem.decode()
        settings["MAIL__DKIM__SELECTOR"] = SELECTOR
    return settings


def check_notice(inbox, language, dns):
    to, raw = inbox.next()
    equal(to, ["amal@example.com"])
    mail, text = check_structure(raw, language)
    check_signature(raw, dns)
    return mail, text


for make_key, language in [(rsa_key, "ar"), (ed25519_key, "en")]:
    key, record = make_key()
    dns = {f"{SELECTOR}._domainkey.{DOMAIN}": record}
    kind = make_key.__name__.removesuffix("_key")
    with smtp_server() as (inbox, port):
        with serving(NAME, language, credits=10, **settings_of(port, key)) as gateway:
            with checks.check(f"names the DNS record of its {kind} key"):
                shown = gateway.command("mail", "dkim-record")
                equal({shown["name"]: shown["value"]}, dns)

            for other in ("ar", "en"):
                with checks.check(f"sends a test in {other}, signed with {kind}"):
                    gateway.command("mail", "test", "--to", "amal@example.com", "--language", other)
                    check_notice(inbox, other, dns)

            with checks.check(f"reports a low balance in {language}, signed with {kind}"):
                for number in range(9):
                    gateway.send(f"+96650111100{number}")
                low, text = check_notice(inbox, language, dns)
                assert "10" in text and "1" in text, text

            with checks.check(f"reports a spent subscription in {language}, once"):
                gateway.send("+966501111009")
                spent, _ = check_notice(inbox, language, dns)
                assert spent["Message-ID"] != low["Message-ID"], "two notices, one Message-ID"
                equal(gateway.command("mail", "list"), [])
        with checks.check("sends nothing else until it has ended"):
            assert inbox.mails.empty(), inbox.next()

def refuses_to_send(gateway, inbox):
    try:
        gateway.command("mail", "test", "--to", "amal@example.com")
    except AssertionError:
        assert inbox.mails.empty(), "it was sent in spite of the error"
    else:
        raise AssertionError("it was sent")


with smtp_server() as (inbox, port), serving(**settings_of(port, tls="")) as gateway:
    with checks.check("sends nothing in the clear unless it is configured to"):
        refuses_to_send(gateway, inbox)

authority = trustme.CA()
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert("127.0.0.1").configure_cert(context)


def knows(server, session, envelope, mechanism, credentials):
    return AuthResult(success=(credentials.login, credentials.password) == (b"codes", b"p@ss/word"))


secured = {"tls_context": context, "require_starttls": True, "authenticator": knows, "auth_required": True}
with smtp_server(**secured) as (inbox, port), tempfile.NamedTemporaryFile() as trusted:
    authority.cert_pem.write_to_path(trusted.name)
    for user, file, is_sent, what in [
        ("codes:p%40ss%2Fword@", trusted.name, True, "logs in after STARTTLS"),
        ("codes:another@", trusted.name, False, "fails when its password is refused"),
        ("codes:p%40ss%2Fword@", None, False, "does not trust a certificate of an unknown authority"),
    ]:
        with checks.check(what), serving(**settings_of(port, tls="", user=user)) as gateway:
            if file:
                gateway.environment["SSL_CERT_FILE"] = file
            if is_sent:
                gateway.command("mail", "test", "--to", "amal@example.com")
                check_structure(inbox.next()[1], "en")
            else:
                refuses_to_send(gateway, inbox)

checks.end()
