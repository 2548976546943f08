<?php
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => [
        'Content-Type: application/json',
        'X-Api-Key: ' . getenv('OTP_KEY'),
        'Idempotency-Key: ' . bin2hex(random_bytes(16)),
    ],
    'content' => json_encode(['to' => '+966551234567', 'languageCode' => 'ar']),
    'timeout' => 15,
    'ignore_errors' => true,
]]);
$answer = fopen('https://otp.example.com/v1/verifications', 'r', false, $context) ?: exit(1);
$status = (int) explode(' ', stream_get_meta_data($answer)['wrapper_data'][0])[1];
$verification = json_decode(stream_get_contents($answer), true);
if ($status !== 201) {
    fwrite(STDERR, "$status: {$verification['errorMessage']}\n");
    exit(1);
}
echo json_encode($verification), "\n"; // keep its id for the check
