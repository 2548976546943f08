"""Verifies proofs of the gateway's keys in four languages, as docs/PROOFS.md shows.

Each verifier is a program of its own: it prints the claims of a valid proof, and fails for any other.
PHP is optional; without it the script says so.
"""

import base64
import datetime
import json
import os
import shutil
import subprocess
import time
import urllib.request

from checks import Checks, equal
from gateway import serving

checks = Checks("proofs")

subprocess.run(
    ["node_modules/.bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node",
     "--skipLibCheck", "--outDir", "built", "verify_proof.ts"], check=True, timeout=100,
)  # fmt: skip

VERIFIERS = {
    "PyJWT": ["venv/bin/python", "verify_proof.py"],
    "jose": ["node", "built/verify_proof.js"],
    "ring": [os.environ["OTP_VERIFY_PROOF_BIN"]],
}
if shutil.which("php"):
    VERIFIERS["sodium (PHP)"] = ["php", "verify_proof.php"]
else:
    print("not checked: verify_proof.php, because php is not installed (apt-get install php-cli)", flush=True)


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def published(gateway):
    """Returns the answer at the keys' path: its caching and its JSON."""
    with urllib.request.urlopen(f"{gateway.url}/.well-known/jwks.json", timeout=60) as answer:
        return answer.headers["cache-control"], json.load(answer)


def sign(gateway, age=0, **changed):
    """Returns a proof that was issued `age` seconds ago."""
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age)
    values = {"ISSUER": gateway.url, "AUDIENCE": gateway.account, "ISSUED_AT": at.isoformat(), **changed}
    ended = subprocess.run(
        [os.environ["OTP_SIGN_PROOF_BIN"]],
        env={**gateway.environment, **values}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def verify(gateway, command, proof):
    """Returns the claims, or nothing if the verifier refuses the proof."""
    values = {
        "PROOF": proof,
        "ISSUER": gateway.url,
        "AUDIENCE": gateway.account,
        "JWKS": json.dumps(published(gateway)[1]),
    }
    ended = subprocess.run(command, env={**os.environ, **values}, capture_output=True, text=True, timeout=60)
    return json.loads(ended.stdout) if ended.returncode == 0 else None


def refused(gateway, proof):
    """Returns proofs that nobody may accept, by what is wrong with them."""
    header, claims, signature = proof.split(".")
    more = {**decoded(claims), "exp": decoded(claims)["exp"] + 3600}
    yield "a later expiry", f"{header}.{encoded(more)}.{signature}"
    yield "no signature", f"{header}.{claims}."
    yield "the algorithm none", f"{encoded({**decoded(header), 'alg': 'none'})}.{claims}."
    yield "an unknown key", f"{encoded({**decoded(header), 'kid': gateway.account})}.{claims}.{signature}"
    yield "a time that is over", sign(gateway, age=601)
    yield "another issuer", sign(gateway, ISSUER="https://otp.example.com")
    yield "another account", sign(gateway, AUDIENCE="00000000-0000-0000-0000-000000000001")


with serving() as gateway:
    with checks.check("publishes one key, for 5 minutes"):
        cached, keys = published(gateway)
        equal(cached, "public, max-age=300")
        equal([key["kid"] for key in keys["keys"]], [key["id"] for key in gateway.command("proof-key", "list")])

    proof = sign(gateway)
    for name, command in VERIFIERS.items():
        with checks.check(f"are verified by {name}"):
            claims = verify(gateway, command, proof)
            equal(claims.pop("exp") - claims.pop("iat"), 600)
            equal(claims, {
                "iss": gateway.url,
                "aud": gateway.account,
                "sub": "mJ2Zk0e7nOaJH9dC1vXH3bQm5pS8tU6wYzA4cE2gI0k",
                "jti": "00000000-0000-0000-0000-000000000007",
                "amr": ["whatsapp"],
                "transaction": encoded(b"\xfb" * 32),
            })  # fmt: skip
        for what, wrong in refused(gateway, proof):
            with checks.check(f"with {what} are refused by {name}"):
                assert verify(gateway, command, wrong) is None, wrong

    with checks.check("of a withdrawn key are refused, and of the next one verified"):
        gateway.command("proof-key", "rotate", "--now")
        deadline = time.monotonic() + 5
        while len(published(gateway)[1]["keys"]) != 1 or published(gateway)[1] == keys:
            assert time.monotonic() < deadline, "the server does not see the rotation"
        successor = sign(gateway)
        for name, command in VERIFIERS.items():
            assert verify(gateway, command, proof) is None, name
            assert verify(gateway, command, successor), name

checks.end()
