//! The mailboxes: mails taken in over SMTP, the control API about them, and their page.

use std::net::{SocketAddr, TcpListener};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
};

use super::support::Server;

const ARABIC: &str = "From: =?utf-8?B?2KPZhdmE?= <codes@shop.example>\r\nTo: amal@example.com\r\n\
    Subject: 482913\r\nMessage-ID: <1@shop.example>\r\nContent-Language: ar\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n482913\r\n..\r\n\
    --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>482913</p><script>x</script>\r\n--x--\r\n";

/// A client of the mail server.
struct Client(BufStream<TcpStream>);

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let mut client = Self(BufStream::new(TcpStream::connect(address).await.unwrap()));
        assert!(client.answer().await.starts_with("220 "));
        client
    }

    /// Returns the last line of an answer; it is empty if the server broke off.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap_or_default();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.0.write_all(line.as_bytes()).await.unwrap();
        self.0.write_all(b"\r\n").await.unwrap();
        self.0.flush().await.unwrap();
        self.answer().await
    }

    /// Hands over one mail, and returns the last answer.
    async fn hand_over(&mut self, to: &str, mail: &str) -> String {
        assert!(self.say("EHLO test").await.starts_with("250 "));
        self.say("MAIL FROM:<otp@gateway.example>").await;
        assert!(
            self.say(&format!("RCPT TO:<{to}>"))
                .await
                .starts_with("250 ")
        );
        let go_on = self.say("DATA").await;
        if !go_on.starts_with("354 ") {
            return go_on;
        }
        self.say(&format!("{mail}.")).await
    }
}

fn with_mail() -> (Server, SocketAddr) {
    let server = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    server.sandbox.receive_mail(listener).unwrap();
    (server, address)
}

async fn mails(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.read(&format!("/mails{query}")).await;
    answer["mails"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_mail_is_shown_as_its_reader_sees_it() {
    let (server, address) = with_mail();
    let mut client = Client::connect(address).await;
    let taken = client.hand_over("Amal@example.com", ARABIC).await;
    assert!(taken.starts_with("250 "), "{taken}");
    let taken = client
        .hand_over("b@example.com", "Subject: plain\r\n\r\nhello\r\n")
        .await;
    assert!(taken.starts_with("250 "), "{taken}");
    assert!(client.say("QUIT").await.starts_with("221 "));

    let of_amal = mails(&server, "?to=amal@EXAMPLE.com").await;
    let [mail] = of_amal.as_slice() else {
        panic!("{of_amal:?}");
    };
    assert_eq!(
        mail["from"],
        json!({"name": "أمل", "address": "codes@shop.example"})
    );
    assert_eq!(
        mail["envelope"],
        json!({"from": "otp@gateway.example", "to": ["Amal@example.com"]})
    );
    assert_eq!(
        (&mail["subject"], &mail["message_id"]),
        (&json!("482913"), &json!("1@shop.example"))
    );
    assert_eq!(
        (&mail["language"], &mail["dir"]),
        (&json!("ar"), &json!("rtl"))
    );
    // The dot that SMTP doubles is one again.
    assert_eq!(mail["text"].as_str().unwrap().trim_end(), "482913\r\n.");
    assert_eq!(mail["has_html"], true);

    let path = format!("/control/mails/{}/html", mail["id"]);
    let html = server.client.get(server.url(&path)).send().await.unwrap();
    let policy = html.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("sandbox; default-src 'none';"),
        "{policy}"
    );
    assert!(!policy.contains("script"), "{policy}");
    assert!(html.text().await.unwrap().contains("<p>482913</p>"));

    let all = mails(&server, "?at_least=2").await;
    assert_eq!((all.len(), &all[1]["has_html"]), (2, &json!(false)));
    let (status, _) = server
        .control(
            Method::GET,
            &format!("/mails/{}/html", all[1]["id"]),
            Value::Null,
        )
        .await;
    assert_eq!(status, 404);
    server.act("/reset", Value::Null).await;
    assert!(mails(&server, "").await.is_empty());
}

#[tokio::test]
async fn the_next_mails_are_refused_or_taken_without_an_answer() {
    let (server, address) = with_mail();
    let mail = "Subject: x\r\n\r\nhello\r\n";
    for (treatment, answers) in [
        (
            json!({"code": 450, "times": 2}),
            ["450 4", "450 4", "250 2"],
        ),
        (json!({"code": 550}), ["550 5", "550 5", "550 5"]),
        (json!({}), ["250 2", "250 2", "250 2"]),
    ] {
        server.put("/mails/treatment", treatment).await;
        let mut client = Client::connect(address).await;
        for expected in answers {
            let answer = client.hand_over("a@example.com", mail).await;
            assert!(answer.starts_with(expected), "{answer} for {expected}");
        }
    }
    assert_eq!(mails(&server, "").await.len(), 4);
    server
        .put(
            "/mails/treatment",
            json!({"drop_after_data": true, "times": 1}),
        )
        .await;
    let mut client = Client::connect(address).await;
    assert_eq!(client.hand_over("a@example.com", mail).await, "");
    assert_eq!(mails(&server, "").await.len(), 5, "it has the mail");
    for wrong in [
        json!({"code": 250}),
        json!({"times": 0}),
        json!({"codes": 450}),
    ] {
        let (status, _) = server.control(Method::PUT, "/mails/treatment", wrong).await;
        assert_eq!(status, 400);
    }
}

#[tokio::test]
async fn hostile_clients_neither_fill_the_memory_nor_stop_the_server() {
    let (server, address) = with_mail();
    // A line without an end.
    let mut client = Client::connect(address).await;
    let endless = vec![b'x'; 64 * 1024];
    // The server closes before it has read all of it.
    let _ = client.0.write_all(&endless).await;
    let _ = client.0.flush().await;
    let _ = client.0.read_to_end(&mut Vec::new()).await;

    // A mail that is too large, and after it one that is not.
    let mut client = Client::connect(address).await;
    let large = format!(
        "Subject: x\r\n\r\n{}",
        format!("{}\r\n", "x".repeat(990)).repeat(300)
    );
    let answer = client.hand_over("a@example.com", &large).await;
    assert!(answer.starts_with("552 "), "{answer}");
    let taken = client
        .hand_over("a@example.com", "Subject: x\r\n\r\nhello\r\n")
        .await;
    assert!(taken.starts_with("250 "), "{taken}");

    let mut client = Client::connect(address).await;
    for line in ["DATA", "VRFY amal", "", "\u{0}\u{ff}", "MAIL", "RCPT"] {
        let answer = client.say(line).await;
        assert!(answer.len() > 3, "{line}: {answer}");
    }
    assert_eq!(mails(&server, "").await.len(), 1);
    // Closing ends a dialogue that waits.
    server.sandbox.close();
    assert_eq!(client.answer().await, "");
}

#[tokio::test]
async fn mail_is_received_on_the_loopback_only() {
    let server = Server::start();
    let everywhere = TcpListener::bind("0.0.0.0:0").unwrap();
    assert!(server.sandbox.receive_mail(everywhere).is_err());
}

#[tokio::test]
async fn the_page_may_frame_mails_and_nothing_else() {
    let (server, _) = with_mail();
    let page = server.client.get(server.url("/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let script = server
        .client
        .get(server.url("/assets/mail.js"))
        .send()
        .await
        .unwrap();
    let script = script.text().await.unwrap();
    assert!(script.contains("sandbox: \"\"") && !script.contains("innerHTML"));
}
