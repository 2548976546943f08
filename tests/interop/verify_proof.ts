// Verifies a proof as an API client does in TypeScript. docs/PROOFS.md shows the function.

import { createRemoteJWKSet, jwtVerify, type JWTPayload } from "jose";

const { PROOF = "", ISSUER = "", AUDIENCE = "" } = process.env;

const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`), {
  cacheMaxAge: 300_000,
});

/** Returns the claims of a valid proof; throws for any other. */
async function verify(proof: string, issuer: string, audience: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(proof, keys, {
    algorithms: ["EdDSA"],
    issuer,
    audience,
    requiredClaims: ["sub", "jti", "iat", "exp"],
  });
  return payload;
}

console.log(JSON.stringify(await verify(PROOF, ISSUER, AUDIENCE)));
