//! `/v1/webhook-listeners`.

use std::sync::Arc;

use actix_web::http::Method;
use otp_core::ids::WebhookEndpointId;
use otp_core::ports::WebhookEndpoints as _;
use otp_core::sealing::Sealed;
use otp_core::webhook::EventFilter;
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_http::Api;
use otp_testkit::contract::audit_trail::entry;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{NOW, World, ask, get, post};
use super::webhook_endpoints::{OTHER, PATH as ENDPOINTS, api, created, patch, path_of};

const PATH: &str = "/v1/webhook-listeners";

async fn listener(api: &Api) -> Value {
    let answer = ask(api, post(PATH, &json!({"events": ["message.sent"]}))).await;
    assert_eq!(answer.status, 201);
    answer.json()
}

fn events_of(listener: &Value) -> String {
    format!("{PATH}/{}/events", listener["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_listener_is_an_endpoint_without_a_url() {
    let (api, _) = api().await;
    let listener = listener(&api).await;
    assert!(listener["secret"].as_str().unwrap().starts_with("whsec_"));
    let shown = ask(&api, get(&path_of(&listener))).await.json();
    assert_eq!(
        shown,
        json!({
            "id": listener["id"],
            "url": null,
            "description": null,
            "events": ["message.sent"],
            "enabled": true,
            "createdAt": NOW.to_rfc3339(),
            "disabledReason": null,
        })
    );
    let listed = ask(&api, get(ENDPOINTS)).await.json();
    assert_eq!(listed["data"], json!([shown]));

    let change = json!({"url": "https://shop.example.com/"});
    let refused = ask(&api, patch(&path_of(&listener), &change)).await;
    assert_eq!(refused.error(), (404, "WebhookEndpointNotFound".into()));
    let remove = get(&path_of(&listener)).method(Method::DELETE);
    assert_eq!(ask(&api, remove).await.status, 204);
    let gone = ask(&api, post(&events_of(&listener), &json!({}))).await;
    assert_eq!(gone.error(), (404, "WebhookEndpointNotFound".into()));
}

#[actix_web::test]
async fn an_event_is_fetched_with_the_body_of_a_call_until_it_is_received() {
    let (api, _) = api().await;
    let listener = listener(&api).await;
    let test = get(&format!("{}/test", path_of(&listener))).method(Method::POST);
    let tested = ask(&api, test).await.json();
    for body in [
        json!({}),
        json!({"received": []}),
        json!({"received": ["another", null]}),
    ] {
        let answer = ask(&api, post(&events_of(&listener), &body)).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let answer = answer.json();
        let [event] = answer["data"].as_array().unwrap().as_slice() else {
            panic!("one event: {answer}");
        };
        assert_eq!(event["id"], tested["id"]);
        assert_eq!(event["type"], "webhook_endpoint.test");
        let body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["type"], "webhook_endpoint.test");
        assert_eq!(body["data"]["id"], listener["id"]);
    }
    let received = json!({"received": [tested["id"]]});
    let answer = ask(&api, post(&events_of(&listener), &received)).await;
    assert_eq!(answer.json(), json!({"data": []}));
    let path = format!("{}/deliveries", path_of(&listener));
    let log = ask(&api, get(&path)).await.json();
    assert_eq!(log["data"][0]["state"], "Delivered");
}

#[actix_web::test]
async fn the_sixth_listener_is_refused() {
    let (api, _) = api().await;
    for _ in 0..5 {
        listener(&api).await;
    }
    let refused = ask(&api, post(PATH, &json!({}))).await;
    assert_eq!(refused.error(), (409, "TooManyWebhookListeners".into()));
    created(&api).await;
}

#[actix_web::test]
async fn whatever_is_not_a_listener_of_the_account_is_unknown() {
    let (api, store) = api().await;
    let foreign = WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(7)),
        account_id: OTHER,
        url: None,
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(Vec::new()),
        previous_secret: None,
        created_at: NOW,
    };
    assert!(
        store
            .add_webhook_endpoint(&foreign, &entry(705, 0))
            .await
            .unwrap()
    );
    let with_url = created(&api).await;
    let with_url = with_url["id"].as_str().unwrap();
    let (foreign, unknown) = (foreign.id.0.to_string(), Uuid::from_u128(8).to_string());
    for id in [with_url, &foreign, &unknown, "listener"] {
        let path = format!("{PATH}/{id}/events");
        let answer = ask(&api, post(&path, &json!({}))).await;
        assert_eq!(
            answer.error(),
            (404, "WebhookEndpointNotFound".into()),
            "{id}"
        );
    }
}

#[actix_web::test]
async fn an_invalid_request_names_what_is_wrong() {
    let (api, _) = api().await;
    let path = events_of(&listener(&api).await);
    for received in [json!("a"), json!(1), json!({}), json!([1])] {
        let answer = ask(&api, post(&path, &json!({"received": received}))).await;
        assert_eq!(answer.error(), (400, "InvalidRequest".into()), "{received}");
        assert_eq!(answer.json()["field"], "received");
    }
    for query in ["waitSeconds=31", "waitSeconds=soon", "wait=1"] {
        let answer = ask(&api, post(&format!("{path}?{query}"), &json!({}))).await;
        assert_eq!(answer.error(), (400, "InvalidQueryParameter".into()));
    }
    let answer = ask(&api, post(PATH, &json!({"events": ["message.eaten"]}))).await;
    assert_eq!(answer.json()["field"], "events[0]");
}

#[actix_web::test]
async fn a_wait_that_finds_no_room_is_refused() {
    let (first, store) = api().await;
    let path = events_of(&listener(&first).await);
    let mut world = World::new();
    world.webhook_endpoints = Arc::new(store.clone());
    world.webhook_deliveries = Arc::new(store);
    world.bell.expect_listen().times(1).returning(|_| None);
    let api = world.api();
    let answer = ask(&api, post(&format!("{path}?waitSeconds=30"), &json!({}))).await;
    assert_eq!(answer.error(), (429, "TooManyWaiting".into()));
}
