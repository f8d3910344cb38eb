<?php
// Uploads a photo with the curl extension: php upload.php ENDPOINT PHOTO

[, $endpoint, $path] = $argv;

function request(string $method, string $url, array $headers = [], ?string $json = null, $file = null): string
{
    $curl = curl_init($url);
    $lines = array_map(fn ($name, $value) => "$name: $value", array_keys($headers), $headers);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_HTTPHEADER => $lines,
        CURLOPT_RETURNTRANSFER => true,
    ]);
    if ($json !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $json);
    }
    if ($file !== null) {
        curl_setopt_array($curl, [
            CURLOPT_UPLOAD => true,
            CURLOPT_INFILE => $file,
            CURLOPT_INFILESIZE => fstat($file)['size'],
        ]);
    }
    $body = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($body === false || $status >= 300) {
        throw new RuntimeException("$status: " . ($body ?: curl_error($curl)));
    }
    return $body;
}

// 1. Request an upload. The response says where and how to send the file.
$wanted = json_encode(['profile' => 'avatar', 'owner' => 'u123', 'size' => filesize($path)]);
$upload = json_decode(request('POST', "$endpoint/v1/uploads", ['content-type' => 'application/json'], $wanted), true);

// 2. Send the file, with every header of the response.
request($upload['method'], $upload['url'], $upload['headers'], file: fopen($path, 'rb'));

// 3. Wait for the outcome.
do {
    $outcome = json_decode(request('GET', "$endpoint{$upload['status_url']}?wait=25"), true);
} while (in_array($outcome['status'], ['awaiting_upload', 'processing'], true));
if ($outcome['status'] !== 'ready') {
    throw new RuntimeException($outcome['error']['message'] ?? $outcome['status']);
}
$urls = array_column($outcome['variants'], 'url', 'name');
echo $urls['thumb'], "\n";
