"""Verifies a proof as an API client does in Python. docs/PROOFS.md shows the function."""

import json
import os

import jwt

keys = jwt.PyJWKClient(f"{os.environ['ISSUER']}/.well-known/jwks.json", lifespan=300)


def verify(proof, issuer, audience):
    """Returns the claims of a valid proof; raises jwt.PyJWTError for any other."""
    key = keys.get_signing_key_from_jwt(proof)
    return jwt.decode(
        proof,
        key,
        algorithms=["EdDSA"],
        issuer=issuer,
        audience=audience,
        options={"require": ["iss", "aud", "sub", "jti", "iat", "exp"]},
    )


if __name__ == "__main__":
    print(json.dumps(verify(*(os.environ[name] for name in ("PROOF", "ISSUER", "AUDIENCE")))))
