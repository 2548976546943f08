//! Every number of the table does what the table says.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use whatsapp_sandbox::{Answer, test_numbers, test_numbers_markdown};

use super::support::{PHONE, Server, error, message};

#[tokio::test]
async fn every_number_answers_and_delivers_as_listed() {
    let server = Server::start();
    for test in test_numbers() {
        let request = server
            .graph(reqwest::Method::POST, &format!("{PHONE}/messages"))
            .json(&message(&test.number))
            .send()
            .await;
        let answer = match request {
            Ok(response) => {
                let status = response.status().as_u16();
                let html = response.headers()["content-type"] == "text/html";
                response.text().await.ok().map(|text| (status, html, text))
            }
            Err(_) => None,
        };
        let label = &test.description;
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        match (test.behaviour.answer, answer) {
            (Answer::Accepted, Some((200, _, text))) => {
                assert_eq!(
                    json(&text).unwrap()["messages"][0]["message_status"],
                    "accepted"
                );
            }
            (Answer::HeldForQualityAssessment, Some((200, _, text))) => {
                let status = &json(&text).unwrap()["messages"][0]["message_status"];
                assert_eq!(status, "held_for_quality_assessment");
            }
            (Answer::Paused, Some((200, _, text))) => {
                assert_eq!(
                    json(&text).unwrap()["messages"][0]["message_status"],
                    "paused"
                );
            }
            (Answer::Refused(code), Some((status, _, text))) => {
                let (status, found) = error((status, json(&text).unwrap()));
                assert_eq!(found, u64::from(code), "{label}");
                assert!(label.starts_with(&format!("Refused: HTTP {status}, code {code}, ")));
            }
            (Answer::Closed | Answer::CutShort, None) => {}
            (Answer::TruncatedJson, Some((200, _, text))) => {
                assert!(text.starts_with('{') && json(&text).is_none(), "{text}");
            }
            (Answer::EmptyBody, Some((200, _, text))) => assert_eq!(text, ""),
            (Answer::HtmlBadGateway, Some((502, true, text))) => assert!(json(&text).is_none()),
            (Answer::JsonWithoutCode, Some((500, _, text))) => {
                assert!(json(&text).unwrap()["error"]["code"].is_null());
            }
            (answer, got) => panic!("{label}: {answer:?} answered {got:?}"),
        }
        let delivered = server.codes(&test.number).await;
        assert_eq!(
            delivered.len(),
            usize::from(test.behaviour.delivered),
            "{label}"
        );
        let call = server.call_to(&test.number).await;
        let outcome = if test.behaviour.delivered {
            "accepted"
        } else {
            "refused"
        };
        assert_eq!(call["outcome"], outcome, "{label}");
        assert_eq!(
            call["biz_opaque_callback_data"],
            format!("for {}", test.number)
        );
    }
    let overview = server.look("").await;
    assert_eq!(overview["totals"]["calls"], test_numbers().len());
}

/// Everything that comes over the wire for a send, down to the byte.
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
    // A reset is as good as an end here; what counts is what came before it.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_closed_connection_says_not_one_byte() {
    let server = Server::start();
    for number in ["+12025550103", "+12025550104"] {
        assert_eq!(raw_answer(&server, number).await, "");
    }
}

#[tokio::test]
async fn an_answer_cut_short_announces_more_than_it_says() {
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
async fn a_caller_that_gives_up_waiting_has_sent_the_message_all_the_same() {
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
        .look("/phones/+12025550102/messages/next?timeout_ms=5000")
        .await;
    assert_eq!(received["code"], "123456");
    let call = server.call_to("+12025550102").await;
    assert_eq!(call["outcome"], "accepted");
    assert_eq!(call["answered_at"], Value::Null);
}

#[tokio::test]
async fn the_table_is_served_and_printed() {
    let server = Server::start();
    let served = server.look("/test-numbers").await;
    let served = served["numbers"].as_array().unwrap();
    assert_eq!(served.len(), test_numbers().len());
    let printed = test_numbers_markdown();
    for number in served {
        assert!(printed.contains(number["number"].as_str().unwrap()));
        assert!(printed.contains(number["description"].as_str().unwrap()));
    }
}
