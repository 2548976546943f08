<?php
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Content-Type: application/json', 'X-Api-Key: ' . getenv('OTP_KEY')],
    'content' => json_encode(['id' => getenv('MESSAGE_ID')]),
    'timeout' => 15,
    'ignore_errors' => true,
]]);
$answer = fopen('https://otp.example.com/CheckMessageStatus', 'r', false, $context) ?: exit(1);
$status = (int) explode(' ', stream_get_meta_data($answer)['wrapper_data'][0])[1];
$message = json_decode(stream_get_contents($answer), true);
if ($status !== 200) {
    fwrite(STDERR, "$status: {$message['errorMessage']}\n");
    exit(1);
}
echo json_encode($message), "\n";
