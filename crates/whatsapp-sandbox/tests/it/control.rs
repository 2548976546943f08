//! The control API: waiting for codes, the ledger's filters, scripts, and its own refusals.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ANYBODY, Server, error, message, message_with};

#[tokio::test]
async fn a_test_waits_for_the_code_without_polling() {
    let server = Server::start();
    let wait = server.look("/phones/+966512345678/messages/next?timeout_ms=10000");
    let send = async {
        // The wait is on its way first; whichever arrives first, the code is found.
        tokio::task::yield_now().await;
        server.send_to(ANYBODY).await
    };
    let (received, _) = tokio::join!(wait, send);
    assert_eq!(received["code"], "123456");
}

#[tokio::test]
async fn each_message_is_handed_out_once_unless_a_place_is_named() {
    let server = Server::start();
    for code in ["1", "2"] {
        server.send(&message_with(ANYBODY, "en", code)).await;
    }
    let next = "/phones/+966512345678/messages/next";
    let first = server.look(next).await;
    let second = server.look(next).await;
    assert_eq!(
        (&first["code"], &second["code"]),
        (&json!("1"), &json!("2"))
    );
    let (status, none) = server.control(Method::GET, next, Value::Null).await;
    assert_eq!(status, 404);
    assert_eq!(none["error"], "no message for +966512345678 within 0 ms");
    let after = server.look(&format!("{next}?after={}", first["id"])).await;
    assert_eq!(after, second, "asking by place takes nothing away");
    assert_eq!(server.look(&format!("{next}?after=0")).await, first);
    let phones = server.look("/phones").await;
    assert_eq!(phones["phones"][0]["number"], "+966512345678");
    assert_eq!(phones["phones"][0]["latest"]["code"], "2");
}

#[tokio::test]
async fn calls_are_found_by_recipient_data_outcome_and_place() {
    let server = Server::start();
    server.send_to(ANYBODY).await;
    server.send_to("+12025550120").await;
    let mut other = message(ANYBODY);
    other["biz_opaque_callback_data"] = json!("order 7 & 8");
    server.send(&other).await;
    for (query, expected) in [
        ("", 3),
        ("to=%2B966512345678", 2),
        ("to=966512345678&limit=1", 1),
        ("biz_opaque_callback_data=order%207%20%26%208", 1),
        ("outcome=refused", 1),
        ("after=2", 1),
        ("outcome=held", 0),
        ("at_least=3&timeout_ms=10000", 3),
    ] {
        let calls = server.look(&format!("/calls?{query}")).await;
        assert_eq!(
            calls["calls"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
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
    assert_eq!(refused["wamid"], Value::Null);
}

#[tokio::test]
async fn a_script_overrides_the_table_for_as_long_as_it_says() {
    let server = Server::start();
    let script = json!({"answer": "refused", "code": 131_016, "times": 1});
    server.put("/numbers/+966512345678", script).await;
    assert_eq!(error(server.send_to(ANYBODY).await), (500, 131_016));
    assert_eq!(server.send_to(ANYBODY).await.0, 200, "only once");

    let number = "+12025550120";
    server
        .put("/numbers/12025550120", json!({"answer": "accepted"}))
        .await;
    assert_eq!(server.send_to(number).await.0, 200);
    let scripts = server.look("/numbers").await;
    assert_eq!(scripts["numbers"][0]["number"], number);
    assert_eq!(
        server.look(&format!("/numbers/{number}")).await["answer"],
        "accepted"
    );
    let (status, _) = server
        .control(Method::DELETE, "/numbers/12025550120", Value::Null)
        .await;
    assert_eq!(status, 200);
    assert_eq!(error(server.send_to(number).await), (400, 131_026));
    assert_eq!(
        server.look(&format!("/numbers/{number}")).await["code"],
        131_026
    );

    let both = json!({"answer": "refused", "code": 131_000, "delivered": true});
    server.put("/numbers/966512345670", both).await;
    assert_eq!(error(server.send_to("+966512345670").await), (500, 131_000));
    assert_eq!(
        server.codes("966512345670").await,
        ["123456"],
        "refused, and yet it came"
    );
}

#[tokio::test]
async fn reset_forgets_everything() {
    let server = Server::start();
    server.send_to(ANYBODY).await;
    server
        .put("/numbers/966512345678", json!({"answer": "closed"}))
        .await;
    server.put("/accounts/777", json!({})).await;
    server.put("/templates", json!({"status": "PAUSED"})).await;
    server.control(Method::POST, "/reset", Value::Null).await;
    let overview = server.look("").await;
    assert_eq!(
        overview["totals"],
        json!({"calls": 0, "accepted": 0, "refused": 0, "messages": 0})
    );
    assert_eq!(overview["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(server.send_to(ANYBODY).await.0, 200);
}

#[tokio::test]
async fn the_control_api_says_what_is_wrong() {
    let server = Server::start();
    let number = "/numbers/966512345678";
    for (method, path, body, status) in [
        (
            Method::PUT,
            "/numbers/hello",
            json!({"answer": "accepted"}),
            400,
        ),
        (Method::PUT, number, json!({}), 400),
        (Method::PUT, number, json!({"answer": "explode"}), 400),
        (Method::PUT, number, json!({"answer": "refused"}), 400),
        (
            Method::PUT,
            number,
            json!({"answer": "accepted", "tiems": 1}),
            400,
        ),
        (
            Method::PUT,
            number,
            json!({"answer": "accepted", "times": 0}),
            400,
        ),
        (Method::PUT, number, json!([1]), 400),
        (Method::PUT, "/templates", json!({"status": "GREAT"}), 400),
        (
            Method::PUT,
            "/templates",
            json!({"status": "PAUSED", "name": "none"}),
            404,
        ),
        (Method::PUT, "/accounts/x", json!({}), 400),
        (Method::PUT, "/accounts/9/numbers/1", json!({}), 404),
        (Method::PUT, "/chaos", json!({"error_rate": 2}), 400),
        (
            Method::PUT,
            "/limits",
            json!({"pair": {"every_ms": 1}}),
            400,
        ),
        (Method::POST, "/hold", json!({"before": true}), 400),
        (Method::GET, "/phones/none/messages", Value::Null, 400),
    ] {
        let (got, answer) = server.control(method, path, body.clone()).await;
        assert_eq!(got, status, "{path} {body} {answer}");
        assert!(answer["error"].is_string(), "{path} {body} {answer}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_reach_it() {
    let server = Server::start();
    let request = server.client.post(server.url("/control/hold"));
    let response = request
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(server.look("").await["hold"]["mode"], "off");
}
