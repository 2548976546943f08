//! Bad input: the answer is a 4xx that names the fault, and the server keeps working.

use std::io::{Read, Write};
use std::net::TcpStream;

use otp_e2e::world::{answer, recipient};
use otp_e2e::{Database, World};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_bodies_are_refused_with_a_reason() {
    let world = World::with_credits(Database::sqlite(), 5).await;
    let server = world.serve();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = |name: &str| format!("{{\"{name}\":{}{}}}", "[".repeat(8_000), "]".repeat(8_000));
    let bodies: Vec<(Vec<u8>, u16, &str)> = vec![
        (b"".to_vec(), 400, "MalformedRequestBody"),
        (b"null".to_vec(), 400, "MalformedRequestBody"),
        (b"[]".to_vec(), 400, "MalformedRequestBody"),
        (b"\"text\"".to_vec(), 400, "MalformedRequestBody"),
        (b"{\"otpCode\":".to_vec(), 400, "MalformedRequestBody"),
        (
            b"{\"otpCode\":123456}".to_vec(),
            400,
            "MalformedRequestBody",
        ),
        (
            b"{\"otpCode\":\"1\",\"toPhoneE164\":{}}".to_vec(),
            400,
            "MalformedRequestBody",
        ),
        (
            b"{\"otpCode\":\"\xff\xfe\"}".to_vec(),
            400,
            "MalformedRequestBody",
        ),
        (
            b"{\"otpCode\":\"\\ud800\"}".to_vec(),
            400,
            "MalformedRequestBody",
        ),
        // Nesting is refused in a field that is read, and skipped in an unknown field.
        (deep("otpCode").into_bytes(), 400, "MalformedRequestBody"),
        (deep("colour").into_bytes(), 400, "OTPCodeIsRequired"),
        (nested.into_bytes(), 413, "RequestBodyTooLarge"),
        (vec![b' '; 1_000_000], 413, "RequestBodyTooLarge"),
        (vec![0; 16_384], 400, "MalformedRequestBody"),
    ];
    for (body, status, error) in bodies {
        let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let request = world
            .post(&server, "/SendMessage")
            .header("Content-Type", "application/json");
        let refused = answer(request.body(body)).await;
        assert_eq!(
            (refused.status, refused.error()),
            (status, error),
            "{start}"
        );
    }
    let request = world
        .post(&server, "/SendMessage")
        .header("Content-Type", "text/plain");
    let refused = answer(request.body("{}")).await;
    assert_eq!(
        (refused.status, refused.error()),
        (415, "UnsupportedMediaType")
    );
    assert_eq!(
        world.send_to(&server, &recipient(1)).await.status,
        200,
        "the server keeps working"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_fields_are_ignored() {
    let world = World::with_credits(Database::sqlite(), 5).await;
    let server = world.serve();
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "colour": {"red": [1, 2]}});
    assert_eq!(world.send(&server, &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_not_http_get_a_4xx_or_a_closed_connection() {
    let world = World::with_credits(Database::sqlite(), 5).await;
    let server = world.serve();
    let address = server.url().trim_start_matches("http://").to_owned();
    let requests: [&[u8]; 6] = [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"POST /SendMessage HTTP/9.9\r\n\r\n",
        b"POST /SendMessage HTTP/1.1\r\nHost: x\r\nX-Api-Key: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /SendMessage HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /SendMessage HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n",
        b"GET /%ff%00/../SendMessage HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    for request in requests {
        let mut stream = TcpStream::connect(&address).expect("connected");
        stream.write_all(request).expect("written");
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("half closed");
        let mut head = Vec::new();
        // A reset instead of an answer is also a refusal.
        drop(stream.read_to_end(&mut head));
        let head = String::from_utf8_lossy(&head);
        let shown = String::from_utf8_lossy(request);
        assert!(
            head.is_empty() || head.starts_with("HTTP/1.1 4"),
            "{shown:?}: {head}"
        );
    }
    assert_eq!(
        world.send_to(&server, &recipient(1)).await.status,
        200,
        "the server keeps working"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_requests_from_one_address_are_refused_with_a_time_to_retry() {
    let mut world = World::with_credits(Database::sqlite(), 5).await;
    world.set("RATE_LIMIT__PER_IP_PER_SECOND", "1");
    world.set("RATE_LIMIT__BURST", "3");
    world.set("HTTP__TRUSTED_PROXIES", "127.0.0.0/8");
    let server = world.serve();
    let from = async |address: &str| {
        let request = world
            .post(&server, "/CheckMessageStatus")
            .header("X-Forwarded-For", address);
        answer(request.json(&json!({"id": "x"}))).await
    };
    let statuses = [
        from("192.0.2.1").await,
        from("192.0.2.1").await,
        from("192.0.2.1").await,
    ];
    assert!(statuses.iter().all(|answer| answer.status == 400));
    let limited = from("192.0.2.1").await;
    assert_eq!((limited.status, limited.error()), (429, "TooManyRequests"));
    for header in ["retry-after", "ratelimit", "ratelimit-policy"] {
        assert!(
            limited.headers.contains_key(header),
            "{header} is missing: {limited:?}"
        );
    }
    assert_eq!(
        from("192.0.2.2").await.status,
        400,
        "another address has its own limit"
    );
    assert_eq!(from("2001:db8::1").await.status, 400);
}
