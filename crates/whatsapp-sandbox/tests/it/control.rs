//! The control API: waiting for codes, the filters of the ledger, scripts, blocks, and refusals.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{PHONE, RECIPIENT, Server, WABA, error, message, message_with};

#[tokio::test]
async fn a_test_waits_for_the_code_without_polling() {
    let server = Server::start();
    let wait = server.read("/phones/+966512345678/messages/next?timeout_ms=10000");
    let send = async {
        // The wait is sent first; the code is found whichever of the two arrives first.
        tokio::task::yield_now().await;
        server.send_to(RECIPIENT).await
    };
    let (received, _) = tokio::join!(wait, send);
    assert_eq!(received["code"], "123456");
}

#[tokio::test]
async fn each_message_is_handed_out_once() {
    let server = Server::start();
    for code in ["1", "2"] {
        server.send(&message_with(RECIPIENT, "en", code)).await;
    }
    let next = "/phones/+966512345678/messages/next";
    for code in ["1", "2"] {
        assert_eq!(server.read(next).await["code"], code);
    }
    let (status, none) = server.control(Method::GET, next, Value::Null).await;
    assert_eq!(status, 404);
    assert_eq!(none["error"], "no message for +966512345678 within 0 ms");
    let phones = server.read("/phones").await;
    assert_eq!(phones["phones"][0]["number"], "+966512345678");
    assert_eq!(phones["phones"][0]["latest"]["code"], "2");
}

#[tokio::test]
async fn calls_are_found_by_recipient_and_by_callback_data() {
    let server = Server::start();
    server.send_to(RECIPIENT).await;
    server.send_to("+12025550120").await;
    let mut other = message(RECIPIENT);
    other["biz_opaque_callback_data"] = json!("order 7 & 8");
    server.send(&other).await;
    for (query, expected) in [
        ("", 3),
        ("to=%2B966512345678", 2),
        ("to=966512345678", 2),
        ("biz_opaque_callback_data=order%207%20%26%208", 1),
        ("to=12025550120&biz_opaque_callback_data=other", 0),
        ("at_least=3&timeout_ms=10000", 3),
    ] {
        let calls = server.read(&format!("/calls?{query}")).await;
        let found = calls["calls"].as_array().unwrap().len();
        assert_eq!(found, expected, "{query}");
        assert_eq!(calls["total"], 3);
    }
    let (status, body) = server
        .control(Method::GET, "/calls?at_least=4", Value::Null)
        .await;
    assert_eq!(
        (status, &body["error"]),
        (404, &json!("only 3 of 4 such calls"))
    );
    let refused = server.call_to("+12025550120").await;
    assert_eq!(refused["code"], 131_026);
    assert_eq!(refused["answer"], "refused");
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(refused["wamid"], Value::Null);
}

#[tokio::test]
async fn a_script_overrides_the_table_of_test_numbers() {
    let server = Server::start();
    let script = json!({"answer": "refused", "code": 131_016, "times": 1});
    server.put("/numbers/+966512345678", script).await;
    assert_eq!(error(server.send_to(RECIPIENT).await), (500, 131_016));
    assert_eq!(server.send_to(RECIPIENT).await.0, 200, "the script is over");

    let accepted = json!({"answer": "accepted", "times": 1});
    server.put("/numbers/12025550120", accepted).await;
    assert_eq!(server.send_to("+12025550120").await.0, 200);
    assert_eq!(error(server.send_to("+12025550120").await), (400, 131_026));

    let both = json!({"answer": "refused", "code": 131_000, "delivered": true});
    server.put("/numbers/966512345670", both).await;
    assert_eq!(error(server.send_to("+966512345670").await), (500, 131_000));
    assert_eq!(
        server.codes("966512345670").await,
        ["123456"],
        "refused, but delivered"
    );
}

#[tokio::test]
async fn a_revoked_token_is_refused_until_it_is_no_longer_listed() {
    let server = Server::start();
    server.put("/tokens", json!({"revoked": ["token"]})).await;
    assert_eq!(error(server.send_to(RECIPIENT).await), (401, 190));
    assert_eq!(error(server.get(PHONE).await), (401, 190));
    server.put("/tokens", json!({"revoked": ["other"]})).await;
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
}

#[tokio::test]
async fn a_blocked_number_or_account_is_refused_and_its_health_says_why() {
    let server = Server::start();
    let health = format!("{PHONE}?fields=health_status");
    for id in [PHONE, WABA] {
        let block = format!("/blocks/{id}");
        server.put(&block, json!({"code": 131_031})).await;
        assert_eq!(
            error(server.send_to(RECIPIENT).await),
            (403, 131_031),
            "{id}"
        );
        let (_, number) = server.get(&health).await;
        assert_eq!(number["health_status"]["can_send_message"], "BLOCKED");
        let entities = number["health_status"]["entities"].as_array().unwrap();
        let blocked = entities.iter().find(|entity| entity["id"] == id).unwrap();
        assert_eq!(blocked["errors"][0]["error_code"], 131_031);

        let (_, removed) = server.control(Method::DELETE, &block, Value::Null).await;
        assert_eq!(removed["removed"], true);
        assert_eq!(server.send_to(RECIPIENT).await.0, 200, "{id}");
        let (_, number) = server.get(&health).await;
        assert_eq!(number["health_status"]["can_send_message"], "AVAILABLE");
    }
}

#[tokio::test]
async fn a_reset_returns_to_the_initial_state() {
    let server = Server::start();
    server.send_to(RECIPIENT).await;
    server
        .put("/numbers/966512345678", json!({"answer": "closed"}))
        .await;
    let number = format!("/accounts/{WABA}/numbers/777");
    server.put(&number, json!({})).await;
    let paused = json!({"name": "otp_code", "status": "PAUSED"});
    server.put("/templates", paused).await;
    server.act("/reset", Value::Null).await;
    assert_eq!(
        server.read("").await,
        json!({
            "waba_id": WABA,
            "phone_number_ids": [PHONE],
            "template": "otp_code",
            "gateway": null,
            "totals": {"calls": 0, "messages": 0},
        })
    );
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
}

#[tokio::test]
async fn a_wrong_request_is_refused_with_a_reason() {
    let server = Server::start();
    let number = "/numbers/966512345678";
    let accepted = json!({"answer": "accepted"});
    for (method, path, body, status) in [
        (Method::PUT, "/numbers/hello", accepted, 400),
        (Method::PUT, number, json!({}), 400),
        (Method::PUT, number, json!({"answer": "explode"}), 400),
        (Method::PUT, number, json!({"answer": "refused"}), 400),
        (
            Method::PUT,
            number,
            json!({"answer": "closed", "tiems": 1}),
            400,
        ),
        (
            Method::PUT,
            number,
            json!({"answer": "closed", "times": 0}),
            400,
        ),
        (Method::PUT, number, json!([1]), 400),
        (
            Method::PUT,
            "/templates",
            json!({"name": "otp_code", "status": "GREAT"}),
            400,
        ),
        (
            Method::PUT,
            "/templates",
            json!({"name": "none", "status": "PAUSED"}),
            404,
        ),
        (
            Method::PUT,
            "/accounts/102290129340398/numbers/x",
            json!({}),
            400,
        ),
        (Method::PUT, "/accounts/9/numbers/1", json!({}), 404),
        (Method::PUT, "/blocks/9", json!({"code": 131_031}), 404),
        (Method::PUT, "/chaos", json!({"error_rate": 2}), 400),
        (Method::PUT, "/review", json!({"delay_ms": -1}), 400),
        (Method::GET, "/phones/none/messages", Value::Null, 400),
    ] {
        let (got, answer) = server.control(method, path, body.clone()).await;
        assert_eq!(got, status, "{path} {body} {answer}");
        assert!(answer["error"].is_string(), "{path} {body} {answer}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_reach_the_control_api() {
    let server = Server::start();
    server.send_to(RECIPIENT).await;
    let response = server
        .client
        .post(server.url("/control/reset"))
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(server.read("").await["totals"]["calls"], 1);
}
