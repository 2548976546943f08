//! The page: its path, its headers, its assets, and the stream that keeps it current.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use whatsapp_sandbox::{ConsentReply, GatewayLinks, SandboxOptions};

use super::support::{RECIPIENT, Server};

async fn page(server: &Server, path: &str) -> (Response, String) {
    let response = server.client.get(server.url(path)).send().await.unwrap();
    let copy = server.client.get(server.url(path)).send().await.unwrap();
    (response, copy.text().await.unwrap())
}

#[tokio::test]
async fn the_page_is_at_the_prefix_and_a_slash() {
    let server = Server::start();
    let redirect = server
        .client
        .get(server.url("?lang=ar"))
        .send()
        .await
        .unwrap();
    assert_eq!(redirect.status(), 308);
    assert_eq!(redirect.headers()["location"], "./sandbox/?lang=ar");
    let target = redirect.url().join("./sandbox/?lang=ar").unwrap();
    assert_eq!(target.path(), "/some/sandbox/");
    assert_eq!(
        server.client.get(target).send().await.unwrap().status(),
        200
    );

    let root = Server::mounted("", Server::options());
    assert_eq!(
        root.client
            .get(root.url("/"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        root.client
            .get(root.url("/assets/app.js"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(root.send_to(RECIPIENT).await.0, 200);
}

#[tokio::test]
async fn the_page_loads_only_its_own_files_and_has_no_inline_code() {
    let server = Server::start();
    let (response, html) = page(&server, "/").await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
    let mut assets = 0;
    for attribute in ["src=\"", "href=\""] {
        for rest in html.split(attribute).skip(1) {
            let target = rest.split('"').next().unwrap();
            assert!(
                !target.starts_with('/') && !target.contains("//"),
                "{target}"
            );
            if target.starts_with("assets/") {
                assets += 1;
                let (asset, text) = page(&server, &format!("/{target}")).await;
                assert_eq!(asset.status(), 200, "{target}");
                assert!(asset.headers().contains_key("content-security-policy"));
                let text = text.replace("http://www.w3.org/2000/svg", "");
                assert!(
                    !text.contains("http://") && !text.contains("https://"),
                    "{target}"
                );
                assert!(!text.contains("innerHTML"), "{target}");
            }
        }
    }
    assert_eq!(assets, 3);
    for path in [
        "/assets/nothing.js",
        "/assets/..%2fCargo.toml",
        "/assets/index.html",
    ] {
        assert_eq!(page(&server, path).await.0.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_query_chooses_the_language() {
    let server = Server::start();
    assert!(
        page(&server, "/")
            .await
            .1
            .contains("<html lang=\"en\" dir=\"ltr\">")
    );
    assert!(
        page(&server, "/?lang=ar")
            .await
            .1
            .contains("<html lang=\"ar\" dir=\"rtl\">")
    );
    assert!(
        page(&server, "/?lang=%22%3E")
            .await
            .1
            .contains("<html lang=\"en\" dir=\"ltr\">")
    );
}

#[tokio::test]
async fn the_page_opens_in_the_language_that_the_browser_prefers() {
    let server = Server::start();
    for (path, accepted, language) in [
        ("/", "ar-SA,ar;q=0.9,en;q=0.8", "ar"),
        ("/", "fr, ar;q=0.5, en;q=0.4", "ar"),
        ("/", "en-GB,en;q=0.9,ar;q=0.8", "en"),
        ("/", "ar;q=0.2, en;q=0.7", "en"),
        ("/", "fr, *;q=0.1", "en"),
        ("/", "not a language;;", "en"),
        ("/?lang=en", "ar", "en"),
        ("/?lang=ar", "en", "ar"),
    ] {
        let request = server.client.get(server.url(path));
        let response = request
            .header("accept-language", accepted)
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["vary"], "Accept-Language");
        let html = response.text().await.unwrap();
        let opening = format!("<html lang=\"{language}\"");
        assert!(html.contains(&opening), "{path} for {accepted:?}");
    }
}

#[tokio::test]
async fn the_page_gets_the_command_and_the_address_of_the_gateway() {
    let alone = Server::start();
    let (_, overview) = alone.control(Method::GET, "", Value::Null).await;
    assert_eq!(overview["gateway"], Value::Null);
    let links = GatewayLinks {
        command: "curl -X POST http://127.0.0.1:8080/SendMessage".to_owned(),
        docs: "/docs".to_owned(),
    };
    let server = Server::with(SandboxOptions {
        gateway: Some(links),
        ..Server::options()
    });
    let (_, overview) = server.control(Method::GET, "", Value::Null).await;
    assert_eq!(
        overview["gateway"],
        json!({"command": "curl -X POST http://127.0.0.1:8080/SendMessage", "docs": "/docs"})
    );
}

/// A gateway's reading of replies.
fn read_consent(reply: &str) -> Option<ConsentReply> {
    match reply {
        "STOP" => Some(ConsentReply::Stop),
        "START" => Some(ConsentReply::Start),
        _ => None,
    }
}

#[tokio::test]
async fn a_person_is_shown_as_opted_out_from_stop_until_start() {
    let server = Server::with(SandboxOptions {
        read_consent: Some(read_consent),
        ..Server::options()
    });
    server.send_to(RECIPIENT).await;
    server.send_to("+12025550105").await;
    for (text, opted_out) in [
        ("Who is this?", false),
        ("STOP", true),
        ("Thank you", true),
        ("START", false),
        ("STOP", true),
    ] {
        let path = format!("/phones/{RECIPIENT}/replies");
        server
            .control(Method::POST, &path, json!({ "text": text }))
            .await;
        let path = format!("/phones/{RECIPIENT}/messages");
        let (_, phone) = server.control(Method::GET, &path, Value::Null).await;
        assert_eq!(phone["opted_out"], opted_out, "after {text}");
        let last = phone["replies"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["text"], &last["opted_out"]),
            (&json!(text), &json!(opted_out))
        );
        let (_, list) = server.control(Method::GET, "/phones", Value::Null).await;
        for phone in list["phones"].as_array().unwrap() {
            let is_theirs = phone["number"] == RECIPIENT;
            assert_eq!(phone["opted_out"], opted_out && is_theirs, "after {text}");
        }
    }
    server.act("/reset", Value::Null).await;
    server.send_to(RECIPIENT).await;
    let path = format!("/phones/{RECIPIENT}/messages");
    let (_, phone) = server.control(Method::GET, &path, Value::Null).await;
    assert_eq!(phone["opted_out"], false, "after a reset");
}

/// Reads the stream up to the next event of this name, and returns its data.
async fn event(stream: &mut Response, seen: &mut String, name: &str) -> Value {
    loop {
        while let Some((event, rest)) = seen.split_once("\n\n") {
            let event = event.to_owned();
            *seen = rest.to_owned();
            if event.lines().any(|line| line == format!("event: {name}")) {
                let data = event
                    .lines()
                    .find_map(|line| line.strip_prefix("data: "))
                    .unwrap();
                return serde_json::from_str(data).unwrap();
            }
        }
        let chunk = stream.chunk().await.unwrap().expect("the stream continues");
        seen.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn an_open_page_gets_messages_statuses_and_replies_as_they_happen() {
    let server = Server::start();
    let mut stream = server
        .client
        .get(server.url("/control/events"))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut seen = String::new();
    event(&mut stream, &mut seen, "ready").await;
    for number in [RECIPIENT, "+12025550105"] {
        server.send_to(number).await;
        let live = event(&mut stream, &mut seen, "message").await;
        assert_eq!(live["number"], number);
        assert_eq!(live["message"]["code"], "123456");
    }
    let path = format!("/phones/{RECIPIENT}/messages/1/read");
    server.control(Method::POST, &path, Value::Null).await;
    let live = event(&mut stream, &mut seen, "status").await;
    assert_eq!(live["number"], RECIPIENT);
    assert_eq!(live["message"]["statuses"][0]["status"], "read");
    let path = format!("/phones/{RECIPIENT}/replies");
    server
        .control(Method::POST, &path, json!({"text": "STOP"}))
        .await;
    let live = event(&mut stream, &mut seen, "reply").await;
    assert_eq!(
        (&live["number"], &live["reply"]["text"]),
        (&json!(RECIPIENT), &json!("STOP"))
    );
    server.act("/reset", Value::Null).await;
    event(&mut stream, &mut seen, "reload").await;
    server.sandbox.close();
    assert!(
        stream.chunk().await.unwrap().is_none(),
        "closing ends the stream"
    );
}
