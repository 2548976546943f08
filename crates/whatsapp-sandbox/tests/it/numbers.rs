//! The phone numbers of the account, and its subscription to webhooks.

use serde_json::json;

use super::support::{PHONE, RECIPIENT, Server, WABA, answer, error, message};

#[tokio::test]
async fn one_route_serves_numbers_and_templates_by_id() {
    let server = Server::start();
    let (_, number) = server.get(PHONE).await;
    assert_eq!(number["display_phone_number"], "+1 555-078-3881");
    assert_eq!(number["status"], "CONNECTED");
    assert!(number.get("health_status").is_none(), "only on request");
    let (_, number) = server
        .get(&format!("{PHONE}?fields=verified_name,nonsense"))
        .await;
    assert_eq!(
        number,
        json!({"id": PHONE, "verified_name": "Sandbox business"})
    );
    let (_, list) = server.get(&format!("{WABA}/message_templates")).await;
    let id = list["data"][0]["id"].as_str().unwrap();
    assert_eq!(server.get(id).await.1["name"], "otp_code");
    let (status, unknown) = server.get("12345").await;
    assert_eq!(unknown["error"]["error_subcode"], 33);
    assert_eq!(unknown["error"]["type"], "GraphMethodException");
    assert_eq!(error((status, unknown)), (400, 100));
    assert_eq!(error(server.post("12345", &json!({})).await), (400, 100));
    assert_eq!(error(server.post(PHONE, &json!({})).await), (400, 100));
}

#[tokio::test]
async fn a_number_that_a_test_adds_is_listed_and_can_send() {
    let server = Server::start();
    let numbers = format!("{WABA}/phone_numbers");
    let (_, list) = server.get(&numbers).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["id"], PHONE);
    assert!(list["paging"]["cursors"]["after"].is_string());
    assert_eq!(error(server.get("1/phone_numbers").await), (400, 100));

    let send = || async { server.post("888/messages", &message(RECIPIENT)).await };
    assert_eq!(error(send().await), (400, 100));
    let added = format!("/accounts/{WABA}/numbers/888");
    server.put(&added, json!({})).await;
    assert_eq!(send().await.0, 200);
    assert_eq!(server.call_to(RECIPIENT).await["phone_number_id"], "888");
    let (_, list) = server.get(&numbers).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_account_shows_its_statuses_on_request() {
    let server = Server::start();
    let (_, account) = server.get(WABA).await;
    assert_eq!(account["name"], "Sandbox business");
    assert!(account.get("account_review_status").is_none());
    let fields = "id,account_review_status,business_verification_status";
    let (_, account) = server.get(&format!("{WABA}?fields={fields}")).await;
    let expected = json!({
        "id": WABA,
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
    });
    assert_eq!(account, expected);
}

#[tokio::test]
async fn a_token_is_valid_until_a_test_revokes_it() {
    let server = Server::start();
    let (_, found) = server.get("debug_token?input_token=EAAGone").await;
    assert_eq!(
        (&found["data"]["is_valid"], &found["data"]["expires_at"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(error(server.get("debug_token").await), (400, 100));
    server.put("/tokens", json!({"revoked": ["EAAGone"]})).await;
    let (status, found) = server.get("debug_token?input_token=EAAGone").await;
    assert_eq!((status, &found["data"]["is_valid"]), (200, &json!(false)));
}

#[tokio::test]
async fn a_receiver_of_webhooks_subscribes_the_app() {
    let server = Server::start();
    let receiver = json!({"url": "http://127.0.0.1:9/", "app_secret": "s", "verify_token": "t"});
    server.put("/webhook", receiver).await;
    let (_, found) = server.get(&format!("{WABA}/subscribed_apps")).await;
    let (_, token) = server.get("debug_token?input_token=EAAGone").await;
    let app = &found["data"][0]["whatsapp_business_api_data"]["id"];
    assert_eq!(app, &token["data"]["app_id"]);
    assert!(app.is_string(), "{found}");
}

#[tokio::test]
async fn an_app_subscribes_and_unsubscribes() {
    let server = Server::start();
    let path = format!("{WABA}/subscribed_apps");
    assert_eq!(server.get(&path).await.1, json!({"data": []}));
    let bare = server
        .graph(reqwest::Method::POST, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer(bare).await, (200, json!({"success": true})));
    let (_, apps) = server.get(&path).await;
    assert!(apps["data"][0]["whatsapp_business_api_data"]["id"].is_string());
    let uri = json!({"override_callback_uri": "http://127.0.0.1:9/", "verify_token": "t"});
    server.post(&path, &uri).await;
    let (_, apps) = server.get(&path).await;
    assert_eq!(
        apps["data"][0]["override_callback_uri"],
        "http://127.0.0.1:9/"
    );
    assert_eq!(server.delete(&path).await.0, 200);
    assert_eq!(server.get(&path).await.1, json!({"data": []}));
    assert_eq!(error(server.get("1/subscribed_apps").await), (400, 100));
}

#[tokio::test]
async fn unknown_paths_and_missing_tokens_are_refused_in_metas_shape() {
    let server = Server::start();
    for path in ["12345/register", "a/b/c/d", ""] {
        assert_eq!(error(server.get(path).await), (400, 2500), "{path:?}");
    }
    for path in [PHONE, "nothing/at/all", WABA] {
        let bare = server.client.get(server.url(&format!("/v26.0/{path}")));
        let bare = bare.send().await.unwrap();
        assert!(bare.headers().contains_key("www-authenticate"));
        assert_eq!(error(answer(bare).await), (401, 190), "{path}");
    }
}
