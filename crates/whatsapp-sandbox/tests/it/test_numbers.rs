//! Every test number does what the table says.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use whatsapp_sandbox::test_numbers_markdown;

use super::support::{PHONE, Server, error, message};

async fn listed(server: &Server) -> Vec<Value> {
    let listed = server.read("/test-numbers").await;
    listed["numbers"].as_array().unwrap().clone()
}

/// Sends to a number. `None` if the connection breaks before the end of the answer.
async fn send(server: &Server, number: &str) -> Option<(u16, String, String)> {
    let request = server
        .graph(Method::POST, &format!("{PHONE}/messages"))
        .json(&message(number));
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().unwrap();
    let content_type = content_type.to_owned();
    Some((status, content_type, response.text().await.ok()?))
}

#[tokio::test]
async fn every_number_is_answered_and_delivered_as_listed() {
    let server = Server::start();
    let listed = listed(&server).await;
    for test in &listed {
        let number = test["number"].as_str().unwrap();
        let label = test["description"].as_str().unwrap();
        let answer = send(&server, number).await;
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        match (test["answer"].as_str().unwrap(), answer) {
            (
                status @ ("accepted" | "held_for_quality_assessment" | "paused"),
                Some((200, _, text)),
            ) => {
                let message = &json(&text).unwrap()["messages"][0];
                assert_eq!(message["message_status"], status, "{label}");
            }
            ("refused", Some((status, _, text))) => {
                let (status, code) = error((status, json(&text).unwrap()));
                assert_eq!(test["code"], code, "{label}");
                assert!(label.starts_with(&format!("Refused: HTTP {status}, code {code}, ")));
            }
            ("closed" | "cut_short", None) => {}
            ("truncated_json", Some((200, _, text))) => {
                assert!(text.starts_with('{') && json(&text).is_none(), "{text}");
            }
            ("empty_body", Some((200, _, text))) => assert_eq!(text, ""),
            ("html_502", Some((502, content_type, text))) => {
                assert_eq!(content_type, "text/html");
                assert!(json(&text).is_none());
            }
            ("json_500", Some((500, _, text))) => {
                assert!(json(&text).unwrap()["error"]["code"].is_null());
            }
            (answer, got) => panic!("{label}: {answer} answered {got:?}"),
        }
        let delivered = test["delivered"].as_bool().unwrap();
        let codes = server.codes(number).await;
        assert_eq!(codes.len(), usize::from(delivered), "{label}");
        let call = server.call_to(number).await;
        let outcome = if delivered { "accepted" } else { "refused" };
        assert_eq!(call["outcome"], outcome, "{label}");
        assert_eq!(call["biz_opaque_callback_data"], format!("for {number}"));
    }
    let overview = server.read("").await;
    assert_eq!(overview["totals"]["calls"], listed.len());
}

/// Returns every byte of the answer to a send.
async fn raw_answer(server: &Server, number: &str) -> String {
    let body = message(number).to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /some/sandbox/v26.0/{PHONE}/messages HTTP/1.1\r\nhost: x\r\n\
         authorization: Bearer x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // The connection may end with a reset; only the bytes before it count.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_closed_connection_sends_no_byte() {
    let server = Server::start();
    for number in ["+12025550103", "+12025550104"] {
        assert_eq!(raw_answer(&server, number).await, "");
    }
}

#[tokio::test]
async fn an_answer_cut_short_ends_before_its_announced_length() {
    let server = Server::start();
    let answer = raw_answer(&server, "+12025550109").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let announced = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert_eq!(body.len(), announced.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn a_slow_number_delivers_the_message_before_it_answers() {
    let mut options = Server::options();
    options.pace = 1.0;
    let server = Server::with(options);
    let slow = server
        .graph(reqwest::Method::POST, &format!("{PHONE}/messages"))
        .timeout(Duration::from_millis(300))
        .json(&message("+12025550102"))
        .send()
        .await;
    assert!(slow.unwrap_err().is_timeout());
    let received = server
        .read("/phones/+12025550102/messages/next?timeout_ms=5000")
        .await;
    assert_eq!(received["code"], "123456");
    let call = server.call_to("+12025550102").await;
    assert_eq!(call["outcome"], "accepted");
    assert_eq!(call["answered_at"], Value::Null);
}

#[tokio::test]
async fn the_control_api_and_the_documentation_list_the_same_numbers() {
    let server = Server::start();
    let listed = listed(&server).await;
    let printed = test_numbers_markdown();
    assert_eq!(printed.lines().count(), listed.len() + 2);
    for test in listed {
        let (number, description) = (&test["number"], &test["description"]);
        let (number, description) = (number.as_str().unwrap(), description.as_str().unwrap());
        assert!(printed.contains(&format!("| `{number}` | {description} |")));
    }
}
