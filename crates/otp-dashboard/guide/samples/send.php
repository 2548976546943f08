<?php
// Keep the code on your server, and compare it with what the person types.
$code = sprintf('%06d', random_int(0, 999_999));

$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Content-Type: application/json', 'X-Api-Key: ' . getenv('OTP_KEY')],
    'content' => json_encode([
        'otpCode' => $code,
        'toPhoneE164' => '+966551234567',
        'languageCode' => 'ar',
        'idempotencyKey' => vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4)),
    ]),
    'timeout' => 15,
    'ignore_errors' => true,
]]);
$answer = fopen('https://otp.example.com/SendMessage', 'r', false, $context) ?: exit(1);
$status = (int) explode(' ', stream_get_meta_data($answer)['wrapper_data'][0])[1];
$message = json_decode(stream_get_contents($answer), true);
if ($status !== 200) {
    fwrite(STDERR, "$status: {$message['errorMessage']}\n");
    exit(1);
}
echo json_encode($message), "\n";
