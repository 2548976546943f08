//! Accounts, phone numbers, registration and subscriptions.

use serde_json::json;

use super::support::{ANYBODY, PHONE, Server, WABA, answer, error, message};

#[tokio::test]
async fn one_route_serves_numbers_accounts_and_templates_by_id() {
    let server = Server::start();
    let (_, number) = server.get(PHONE).await;
    assert_eq!(number["display_phone_number"], "+1 555-078-3881");
    assert_eq!(number["status"], "CONNECTED");
    let (_, number) = server
        .get(&format!("{PHONE}?fields=verified_name,nonsense"))
        .await;
    assert_eq!(
        number,
        json!({"id": PHONE, "verified_name": "Sandbox business"})
    );
    let (_, waba) = server.get(WABA).await;
    assert_eq!(waba["name"], "Sandbox business");
    let (status, unknown) = server.get("12345").await;
    assert_eq!(unknown["error"]["error_subcode"], 33);
    assert_eq!(unknown["error"]["type"], "GraphMethodException");
    assert_eq!(error((status, unknown)), (400, 100));
    assert_eq!(error(server.post("12345", &json!({})).await), (400, 100));
    assert_eq!(
        server.post(&format!("{PHONE}/"), &json!({})).await.1,
        json!({"success": true})
    );
}

#[tokio::test]
async fn numbers_are_listed_and_registered() {
    let server = Server::start();
    let (_, list) = server.get(&format!("{WABA}/phone_numbers")).await;
    assert_eq!(list["data"][0]["id"], PHONE);
    assert!(list["paging"]["cursors"]["after"].is_string());
    assert_eq!(error(server.get("1/phone_numbers").await), (400, 100));

    server
        .post(&format!("{PHONE}/deregister"), &json!({}))
        .await;
    assert_eq!(server.get(PHONE).await.1["status"], "DISCONNECTED");
    let register = format!("{PHONE}/register");
    for bad in [
        json!({}),
        json!({"messaging_product": "whatsapp", "pin": "12345"}),
    ] {
        assert_eq!(
            error(server.post(&register, &bad).await),
            (400, 100),
            "{bad}"
        );
    }
    let good = json!({"messaging_product": "whatsapp", "pin": "123456"});
    assert_eq!(
        server.post(&register, &good).await,
        (200, json!({"success": true}))
    );
    assert_eq!(server.get(PHONE).await.1["status"], "CONNECTED");
    assert_eq!(error(server.post("1/register", &good).await), (400, 100));
}

#[tokio::test]
async fn an_app_subscribes_and_leaves() {
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
async fn more_accounts_and_numbers_keep_to_themselves() {
    let server = Server::start();
    server.put("/accounts/777", json!({"name": "Second"})).await;
    let number = json!({"display_phone_number": "+44 7400 123456", "verified_name": "Second"});
    server.put("/accounts/777/numbers/888", number).await;
    assert_eq!(server.post("888/messages", &message(ANYBODY)).await.0, 200);
    let received = server.look("/phones/966512345678/messages/next").await;
    assert_eq!(
        received["from"],
        json!({"name": "Second", "number": "+44 7400 123456"})
    );
    assert_eq!(
        server.get("777/phone_numbers").await.1["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    server
        .put("/templates", json!({"waba_id": "777", "status": "PAUSED"}))
        .await;
    assert_eq!(
        error(server.post("888/messages", &message(ANYBODY)).await),
        (400, 132_015)
    );
    assert_eq!(
        server.send_to(ANYBODY).await.0,
        200,
        "the first account's are untouched"
    );

    server
        .put("/accounts/778", json!({"default_templates": false}))
        .await;
    server
        .put("/accounts/778/numbers/889", json!({"registered": false}))
        .await;
    assert_eq!(
        error(server.post("889/messages", &message(ANYBODY)).await),
        (400, 133_010)
    );
    server.put("/accounts/778/numbers/889", json!({})).await;
    assert_eq!(
        error(server.post("889/messages", &message(ANYBODY)).await),
        (404, 132_001)
    );
}

#[tokio::test]
async fn unknown_paths_and_missing_tokens_have_metas_shape() {
    let server = Server::start();
    for path in ["12345/flows", "a/b/c/d", ""] {
        assert_eq!(error(server.get(path).await), (400, 2500), "{path:?}");
    }
    for path in [PHONE, "nothing/at/all", WABA] {
        let bare = server.client.get(server.url(&format!("/v26.0/{path}")));
        let bare = bare.send().await.unwrap();
        assert!(bare.headers().contains_key("www-authenticate"));
        assert_eq!(error(answer(bare).await), (401, 190), "{path}");
    }
}
