<?php
$id = rawurlencode(getenv('VERIFICATION_ID'));
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => [
        'Content-Type: application/json',
        'X-Api-Key: ' . getenv('OTP_KEY'),
        'Idempotency-Key: ' . bin2hex(random_bytes(16)),
    ],
    'content' => json_encode(['code' => getenv('CODE')]), // as the person typed it
    'timeout' => 15,
    'ignore_errors' => true,
]]);
$answer = fopen("https://otp.example.com/v1/verifications/$id/check", 'r', false, $context) ?: exit(1);
$status = (int) explode(' ', stream_get_meta_data($answer)['wrapper_data'][0])[1];
$result = json_decode(stream_get_contents($answer), true);
if ($status !== 200) {
    fwrite(STDERR, "$status: {$result['errorMessage']}\n");
    exit(1);
}
echo json_encode($result), "\n";
