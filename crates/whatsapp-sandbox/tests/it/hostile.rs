//! Malformed requests: the answer is always a 4xx in Meta's shape, and the server survives.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{PHONE, RECIPIENT, Server, WABA, answer, error, message};

const POST_ROUTES: [&str; 3] = ["messages", "message_templates", "upsert_message_templates"];

fn path(route: &str) -> String {
    let id = if route.contains("template") {
        WABA
    } else {
        PHONE
    };
    format!("{id}/{route}")
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused() {
    let server = Server::start();
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"1e999999".to_vec(),
        b"\"{\"".to_vec(),
        b"\"\\\"{}\\\"\"".to_vec(),
        b"{\"to\": \"\xff\xfe\"}".to_vec(),
        b"\0\0\0".to_vec(),
        "[".repeat(100_000).into_bytes(),
        format!("{}{}", "{\"a\":".repeat(50_000), "}".repeat(50_000)).into_bytes(),
        b"to=1&type=template".to_vec(),
    ];
    for route in POST_ROUTES {
        for body in &bodies {
            let request = server.graph(Method::POST, &path(route)).body(body.clone());
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            let refused = error(answer(request.send().await.unwrap()).await);
            assert_eq!(refused, (400, 100), "{route} {shown:?}");
        }
    }
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_refused_in_metas_shape() {
    let server = Server::start();
    for route in POST_ROUTES {
        let mut body = message(RECIPIENT);
        body["filler"] = json!("x".repeat(1024 * 1024));
        let request = server.graph(Method::POST, &path(route)).json(&body);
        assert_eq!(
            error(answer(request.send().await.unwrap()).await),
            (400, 100),
            "{route}"
        );
    }
    assert!(server.codes(RECIPIENT).await.is_empty());
}

#[tokio::test]
async fn a_wrong_value_in_any_field_never_causes_a_server_error() {
    let server = Server::start();
    let good = message(RECIPIENT);
    let mut places = Vec::new();
    collect_places(&good, String::new(), &mut places);
    assert!(places.len() > 20, "{places:?}");
    let wrong = [
        Value::Null,
        json!(true),
        json!(-1.5),
        json!(""),
        json!("\u{0}\u{202e}<script>"),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!("9".repeat(5_000)),
    ];
    for place in &places {
        for value in &wrong {
            let mut bad = good.clone();
            *bad.pointer_mut(place).unwrap() = value.clone();
            let (status, body) = server.send(&bad).await;
            if status != 200 {
                assert!(
                    (400..500).contains(&status),
                    "{place} {value}: {status} {body}"
                );
                error((status, body));
            }
        }
    }
    let overview = server.read("").await;
    let calls = overview["totals"]["calls"].as_u64().unwrap();
    assert_eq!(
        calls,
        (places.len() * wrong.len()) as u64,
        "each call is recorded"
    );
}

#[tokio::test]
async fn malformed_ids_and_queries_never_cause_a_server_error() {
    let server = Server::start();
    for path in [
        "%00",
        "..%2f..%2fetc",
        "%F0%9F%92%A9",
        "-1",
        "99999999999999999999999999",
        "102290129340398/message_templates?limit=-5",
        "102290129340398/message_templates?limit=99999999999999999999",
        "102290129340398/message_templates?after=%FF",
        "106540352242922?fields=%00,,,",
    ] {
        let (status, body) = server.get(path).await;
        assert!(status < 500, "{path}: {status} {body}");
    }
    let long = "9".repeat(4_000);
    let (status, body) = server
        .post(&format!("{long}/messages"), &message(RECIPIENT))
        .await;
    assert!(
        body.to_string().len() < 1_000,
        "the answer repeats only the start of the id"
    );
    assert_eq!(error((status, body)), (400, 100));
}

fn collect_places(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect_places(value, format!("{at}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_places(value, format!("{at}/{index}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(at);
}
