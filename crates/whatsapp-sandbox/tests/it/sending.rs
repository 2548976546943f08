//! `POST /{phone_number_id}/messages`: success, leniency, and the order of the checks.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{PHONE, RECIPIENT, Server, answer, error, message, message_with};

#[tokio::test]
async fn a_success_has_metas_shape_and_the_phone_gets_the_code() {
    let server = Server::start();
    let (status, body) = server.send_to(RECIPIENT).await;
    assert_eq!(status, 200);
    assert_eq!(body["messaging_product"], "whatsapp");
    assert_eq!(
        body["contacts"],
        json!([{"input": "+966512345678", "wa_id": "966512345678"}])
    );
    assert_eq!(body["messages"][0]["message_status"], "accepted");
    let wamid = body["messages"][0]["id"].as_str().unwrap();
    assert!(
        wamid.starts_with("wamid.HBgMOTY2NTEyMzQ1Njc4FQIAERgS"),
        "{wamid}"
    );

    let phone = server.read("/phones/+966512345678/messages").await;
    let received = &phone["messages"][0];
    assert_eq!(received["wamid"], wamid);
    assert_eq!(received["code"], "123456");
    assert_eq!(
        received["body"],
        "123456 is your verification code. For your security, do not share this code."
    );
    assert_eq!(received["biz_opaque_callback_data"], "for +966512345678");

    let call = server.call_to(RECIPIENT).await;
    assert_eq!(call["outcome"], "accepted");
    assert_eq!(call["wamid"], wamid);
    assert_eq!(call["phone_number_id"], PHONE);
    assert_eq!(call["http_status"], 200);
}

#[tokio::test]
async fn an_arabic_message_is_shown_from_right_to_left() {
    let server = Server::start();
    server.send(&message_with(RECIPIENT, "ar", "482913")).await;
    let received = server.read("/phones/966512345678/messages/next").await;
    assert_eq!(received["dir"], "rtl");
    assert_eq!(received["code"], "482913");
    assert_eq!(
        received["parts"][0],
        json!({"kind": "parameter", "text": "482913"})
    );
    assert_eq!(received["footer"], "تنتهي صلاحية هذا الكود خلال 5 دقائق.");
    assert_eq!(received["button"], "نسخ الكود");
}

#[tokio::test]
async fn every_version_and_the_variants_of_real_clients_are_accepted() {
    let server = Server::start();
    let change = |change: &dyn Fn(&mut Value)| {
        let mut changed = message("966512345678");
        change(&mut changed);
        changed
    };
    let accepted = [
        change(&|m| m["template"]["components"][0]["type"] = json!("BODY")),
        change(&|m| {
            m["template"]["components"][1]["type"] = json!("BUTTON");
            m["template"]["components"][1]["sub_type"] = json!("URL");
            m["template"]["components"][1]["index"] = json!(0);
        }),
        change(&|m| m["to"] = json!("+966 51 234-5678")),
        change(&|m| m["to"] = json!(966_512_345_678_u64)),
        change(&|m| m["recipient_type"] = Value::Null),
        change(&|m| m["template"]["language"]["policy"] = json!("deterministic")),
        change(&|m| m["biz_opaque_callback_data"] = Value::Null),
        change(&|m| *m = Value::String(m.to_string())),
    ];
    for body in &accepted {
        let (status, answer) = server.send(body).await;
        assert_eq!(status, 200, "{body} {answer}");
    }
    for version in ["v19.0", "v23.0", "v99.1"] {
        let url = server.url(&format!("/{version}/{PHONE}/messages"));
        let request = server
            .client
            .post(url)
            .bearer_auth("x")
            .json(&message(RECIPIENT));
        assert_eq!(request.send().await.unwrap().status(), 200, "{version}");
    }
}

#[tokio::test]
async fn the_checks_come_in_metas_order() {
    let server = Server::start();
    // Everything is wrong at first; each step corrects the fault that was reported.
    let mut message = json!({});
    let no_token = server
        .client
        .post(server.url("/v26.0/1/messages"))
        .json(&message);
    assert_eq!(
        error(answer(no_token.send().await.unwrap()).await),
        (401, 190)
    );

    let (status, body) = server.post("1/messages", &message).await;
    assert_eq!(body["error"]["error_subcode"], 33);
    assert_eq!(error((status, body)), (400, 100));

    for (field, value) in [
        ("messaging_product", json!("whatsapp")),
        ("to", json!("call me")),
        ("type", json!("template")),
        (
            "template",
            json!({"name": "nothing", "language": {"code": "fr"}}),
        ),
    ] {
        let refused = server.send(&message).await;
        assert!(
            [100, 131_047].contains(&error(refused).1),
            "without {field}"
        );
        message[field] = value;
    }
    assert_eq!(error(server.send(&message).await), (400, 131_009), "to");
    message["to"] = json!(RECIPIENT);
    let (status, body) = server.send(&message).await;
    assert_eq!(
        body["error"]["error_data"]["details"],
        "template name (nothing) does not exist in fr"
    );
    assert_eq!(error((status, body)), (404, 132_001));
    message["template"]["name"] = json!("otp_code");
    assert_eq!(
        error(server.send(&message).await),
        (404, 132_001),
        "the language"
    );
    message["template"]["language"]["code"] = json!("en_US");
    let (status, body) = server.send(&message).await;
    assert_eq!(
        body["error"]["error_data"]["details"],
        "body: number of localizable_params (0) does not match the expected number of params (1)"
    );
    assert_eq!(error((status, body)), (400, 132_000));
    let long = message_with(RECIPIENT, "en", "1234567890123456");
    message["template"]["components"] = long["template"]["components"].clone();
    assert_eq!(error(server.send(&message).await), (400, 132_005));
    assert_eq!(server.send_to(RECIPIENT).await.0, 200);
    assert_eq!(server.codes(RECIPIENT).await, ["123456"]);
}

#[tokio::test]
async fn messages_that_cannot_be_sent_have_codes_of_their_own() {
    let server = Server::start();
    let with = |field: &str, value: Value| {
        let mut changed = message(RECIPIENT);
        changed[field] = value;
        changed
    };
    assert_eq!(
        error(server.send(&with("type", json!("text"))).await),
        (400, 131_047)
    );
    assert_eq!(
        error(server.send(&with("type", json!("sticker"))).await),
        (400, 131_051)
    );
    assert_eq!(
        error(server.send(&with("to", json!("+1 555-078-3881"))).await),
        (400, 131_021)
    );
    let long = "x".repeat(513);
    let refused = server
        .send(&with("biz_opaque_callback_data", json!(long)))
        .await;
    assert_eq!(error(refused), (400, 131_009));
    let totals = server.read("").await["totals"].clone();
    assert_eq!(totals, json!({"calls": 4, "messages": 0}));
}

#[tokio::test]
async fn a_wrong_method_is_refused_in_metas_shape() {
    let server = Server::start();
    let response = server
        .graph(Method::PUT, &format!("{PHONE}/messages"))
        .send()
        .await
        .unwrap();
    assert_eq!(error(answer(response).await), (400, 2500));
}
