<?php
// Verifies a proof as an API client does in PHP 8, with its own sodium extension. docs/PROOFS.md shows
// the functions.

declare(strict_types=1);

function decode(string $part): string
{
    return sodium_base642bin($part, SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);
}

/** Returns the claims of a valid proof; throws for any other. Keep $jwks for 5 minutes. */
function verify(string $proof, array $jwks, string $issuer, string $audience): array
{
    [$header, $claims, $signature] = explode('.', $proof, 3);
    $signed = "$header.$claims";
    $header = json_decode(decode($header), true, 8, JSON_THROW_ON_ERROR);
    $claims = json_decode(decode($claims), true, 8, JSON_THROW_ON_ERROR);
    // The algorithm is your choice, never the token's.
    $isKey = fn (array $key): bool => $key['kid'] === $header['kid'] && $key['alg'] === 'EdDSA';
    $key = array_values(array_filter($jwks['keys'], $isKey))[0] ?? null;
    if ($header['alg'] !== 'EdDSA' || $key === null) {
        throw new RuntimeException('unknown key');
    }
    if (!sodium_crypto_sign_verify_detached(decode($signature), $signed, decode($key['x']))) {
        throw new RuntimeException('wrong signature');
    }
    if ($claims['iss'] !== $issuer || $claims['aud'] !== $audience || $claims['exp'] <= time()) {
        throw new RuntimeException('expired, or for somebody else');
    }
    return $claims;
}

[$proof, $issuer, $audience] = array_map(getenv(...), ['PROOF', 'ISSUER', 'AUDIENCE']);
$jwks = json_decode(file_get_contents("$issuer/.well-known/jwks.json"), true);
echo json_encode(verify($proof, $jwks, $issuer, $audience)), "\n";
