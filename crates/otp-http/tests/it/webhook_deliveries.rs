//! `/v1/webhook-endpoints/{id}/deliveries`, `…/replay` and `…/test`.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::lease::Lease;
use otp_core::ports::{WebhookDeliveries as _, WebhookEndpoints as _};
use otp_core::sealing::Sealed;
use otp_core::turns::Room;
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_core::webhook::turn::{EndedTurn, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{DeliveryState, EventFilter, WebhookEvent, WebhookEventKind};
use otp_http::Api;
use otp_testkit::MemoryStore;
use otp_testkit::contract::audit_trail::entry;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, NOW, ask, get, post};
use super::webhook_endpoints::{OTHER, PATH, api, created, patch, path_of};

fn empty(path: &str) -> TestRequest {
    get(path).method(Method::POST)
}

fn endpoint_id(endpoint: &Value) -> WebhookEndpointId {
    WebhookEndpointId(endpoint["id"].as_str().unwrap().parse().unwrap())
}

/// Adds the deliveries of as many messages, sent one second after the other.
async fn deliver(store: &MemoryStore, to: WebhookEndpointId, count: u64) -> Vec<WebhookEventId> {
    let mut ids = Vec::new();
    for number in 0..count {
        let at = NOW + Duration::from_secs(number);
        let message = Uuid::from_u128(u128::from(number) + 1);
        let kind = WebhookEventKind::MessageSent;
        let event = WebhookEvent::new(ACCOUNT, kind, message, at);
        let added = store.add_webhook_delivery(to, &event, NOW).await;
        added.unwrap();
        ids.push(event.id);
    }
    ids
}

async fn claim(store: &MemoryStore, seconds: u64) -> Vec<WebhookTurn> {
    let now = NOW + Duration::from_secs(seconds);
    let lease = Lease::begin(now, Duration::from_secs(1));
    let room = Room::for_all(9);
    let claimed = store.claim_webhook_turns(lease, &room);
    claimed.await.unwrap()
}

/// Ends a turn with an attempt for its first delivery.
async fn end(store: &MemoryStore, turn: &WebhookTurn, attempt: RecordedAttempt) {
    let ended = EndedTurn {
        endpoint_id: turn.endpoint.id,
        account_id: turn.endpoint.account_id,
        leased_until: turn.leased_until,
        attempts: vec![attempt],
        health: turn.health,
        disabled: None,
        at: NOW,
    };
    assert!(store.end_webhook_turn(&ended).await.unwrap());
}

fn failed(turn: &WebhookTurn) -> RecordedAttempt {
    RecordedAttempt {
        event_id: turn.due[0].event.id,
        number: 1,
        at: NOW,
        latency: Duration::from_millis(92),
        status: Some(503),
        failure: Some("status"),
        excerpt: None,
        state: DeliveryState::GivenUp,
        due_at: None,
        failed_attempts: 10,
    }
}

async fn page(api: &Api, path: &str) -> Value {
    let answer = ask(api, get(path)).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[actix_web::test]
async fn deliveries_are_listed_newest_first_page_by_page_and_shown_with_their_attempts() {
    let (api, store) = api().await;
    let endpoint = created(&api).await;
    let ids = deliver(&store, endpoint_id(&endpoint), 3).await;
    let turn = claim(&store, 0).await.remove(0);
    end(&store, &turn, failed(&turn)).await;

    let path = format!("{}/deliveries", path_of(&endpoint));
    let first = page(&api, &format!("{path}?limit=2")).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let last = page(&api, &format!("{path}?limit=2&cursor={cursor}")).await;
    assert_eq!(last["nextCursor"], Value::Null);
    let rows = [first["data"].as_array(), last["data"].as_array()];
    let rows: Vec<_> = rows.into_iter().flatten().flatten().collect();
    let listed: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let expected: Vec<_> = ids.iter().rev().map(ToString::to_string).collect();
    assert_eq!(listed, expected);
    assert_eq!(
        rows[1],
        &json!({
            "id": ids[1].to_string(),
            "type": "message.sent",
            "timestamp": (NOW + Duration::from_secs(1)).to_rfc3339(),
            "resourceId": Uuid::from_u128(2),
            "state": "Waiting",
            "attempts": 0,
            "nextAttemptAt": NOW.to_rfc3339(),
        })
    );

    let shown = page(&api, &format!("{path}/{}", turn.due[0].event.id)).await;
    assert_eq!(shown["state"], "GivenUp");
    assert_eq!(shown["nextAttemptAt"], Value::Null);
    assert_eq!(
        shown["log"],
        json!([{
            "number": 1,
            "at": NOW.to_rfc3339(),
            "latencyMs": 92,
            "status": 503,
            "failure": "status",
            "answer": null,
        }])
    );
}

#[actix_web::test]
async fn a_delivery_is_made_again_by_its_id_and_those_of_a_time_by_the_time() {
    let (api, store) = api().await;
    let endpoint = created(&api).await;
    let ids = deliver(&store, endpoint_id(&endpoint), 1).await;
    let turn = claim(&store, 0).await.remove(0);
    end(&store, &turn, failed(&turn)).await;
    assert!(claim(&store, 9).await.is_empty());

    let path = path_of(&endpoint);
    let replay = format!("{path}/deliveries/{}/replay", ids[0]);
    let again = ask(&api, empty(&replay)).await;
    assert_eq!(
        (again.status.as_u16(), again.json()),
        (202, json!({"id": ids[0].to_string()}))
    );
    let turn = claim(&store, 10).await.remove(0);
    assert_eq!((turn.due[0].attempts, turn.due[0].failed_attempts), (1, 0));
    end(&store, &turn, failed(&turn)).await;

    let time = |seconds| (NOW + Duration::from_secs(seconds)).to_rfc3339();
    let range = |from, until| json!({"from": time(from), "until": time(until)});
    let path = format!("{path}/replay");
    for (body, replayed) in [(range(1, 9), 0), (range(0, 1), 1)] {
        let answer = ask(&api, post(&path, &body)).await;
        let expected = json!({"replayed": replayed, "nextCursor": null});
        assert_eq!((answer.status.as_u16(), answer.json()), (202, expected));
    }
    assert_eq!(claim(&store, 20).await.len(), 1);
    for (body, field) in [
        (json!({"until": time(1)}), "from"),
        (json!({"from": time(1)}), "until"),
        (json!({"from": "yesterday", "until": time(1)}), "from"),
        (json!({"from": time(0), "until": 7}), "until"),
        (
            json!({"from": time(0), "until": time(1), "cursor": "x"}),
            "cursor",
        ),
    ] {
        let refused = ask(&api, post(&path, &body)).await;
        assert_eq!(refused.error(), (400, "InvalidRequest".into()));
        assert_eq!(refused.json()["field"], field, "{body}");
    }
}

#[actix_web::test]
async fn a_long_time_is_made_again_a_thousand_deliveries_with_one_request() {
    let (api, store) = api().await;
    let endpoint = created(&api).await;
    deliver(&store, endpoint_id(&endpoint), 1_001).await;
    let path = format!("{}/replay", path_of(&endpoint));
    let until = (NOW + Duration::from_secs(1_000_000)).to_rfc3339();
    let body = json!({"from": NOW.to_rfc3339(), "until": until});
    let first = ask(&api, post(&path, &body)).await.json();
    assert_eq!(first["replayed"], 1_000);
    let rest = json!({"from": NOW.to_rfc3339(), "until": until, "cursor": first["nextCursor"]});
    let rest = ask(&api, post(&path, &rest)).await.json();
    assert_eq!(rest, json!({"replayed": 1, "nextCursor": null}));
}

#[actix_web::test]
async fn a_test_is_delivered_to_its_endpoint_whatever_it_wants() {
    let (api, store) = api().await;
    let body = json!({"url": "https://shop.example.com/", "events": ["sender.stopped"]});
    let endpoint = ask(&api, post(PATH, &body)).await.json();
    let path = format!("{}/test", path_of(&endpoint));
    let tested = ask(&api, empty(&path).insert_header(("Idempotency-Key", "a"))).await;
    assert_eq!(tested.status, 202);
    let again = ask(&api, empty(&path).insert_header(("Idempotency-Key", "a"))).await;
    assert_eq!(again.body, tested.body);
    let turn = claim(&store, 0).await.remove(0);
    let [due] = turn.due.as_slice() else {
        panic!("one delivery: {turn:?}");
    };
    assert_eq!(
        due.event.id.to_string(),
        tested.json()["id"].as_str().unwrap()
    );
    assert_eq!(due.event.kind, WebhookEventKind::EndpointTest);
}

#[actix_web::test]
async fn nothing_is_delivered_to_a_disabled_endpoint() {
    let (api, store) = api().await;
    let endpoint = created(&api).await;
    let ids = deliver(&store, endpoint_id(&endpoint), 1).await;
    let path = path_of(&endpoint);
    let disabled = ask(&api, patch(&path, &json!({"enabled": false}))).await;
    assert_eq!(disabled.status, 200);
    let time = json!({"from": NOW.to_rfc3339(), "until": NOW.to_rfc3339()});
    for request in [
        empty(&format!("{path}/test")),
        empty(&format!("{path}/deliveries/{}/replay", ids[0])),
        post(&format!("{path}/replay"), &time),
    ] {
        let refused = ask(&api, request).await;
        assert_eq!(refused.error(), (409, "WebhookEndpointDisabled".into()));
    }
    let listed = page(&api, &format!("{path}/deliveries")).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

/// Another account's endpoint and delivery get the same answers as unknown ones.
#[actix_web::test]
async fn the_deliveries_of_another_account_do_not_exist() {
    let (api, store) = api().await;
    let own = created(&api).await;
    let foreign = WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(7)),
        account_id: OTHER,
        url: Some(Sealed(Vec::new())),
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(Vec::new()),
        previous_secret: None,
        created_at: NOW,
    };
    assert!(
        store
            .add_webhook_endpoint(&foreign, &entry(701, 0))
            .await
            .unwrap()
    );
    let of_other = deliver(&store, foreign.id, 1).await[0];
    let unknown = Uuid::from_u128(8);
    let time = json!({"from": NOW.to_rfc3339(), "until": NOW.to_rfc3339()});
    let requests: [fn(&str, &str, &Value) -> TestRequest; 5] = [
        |endpoint, _, _| get(&format!("{PATH}/{endpoint}/deliveries")),
        |endpoint, event, _| get(&format!("{PATH}/{endpoint}/deliveries/{event}")),
        |endpoint, event, _| empty(&format!("{PATH}/{endpoint}/deliveries/{event}/replay")),
        |endpoint, _, time| post(&format!("{PATH}/{endpoint}/replay"), time),
        |endpoint, _, _| empty(&format!("{PATH}/{endpoint}/test")),
    ];
    for request in requests {
        for endpoint in [foreign.id.0, unknown] {
            let event = of_other.to_string();
            let answer = ask(&api, request(&endpoint.to_string(), &event, &time)).await;
            assert_eq!(answer.error(), (404, "WebhookEndpointNotFound".into()));
        }
    }
    for event in [of_other.0, unknown] {
        let path = format!("{}/deliveries/{event}", path_of(&own));
        for request in [get(&path), empty(&format!("{path}/replay"))] {
            let answer = ask(&api, request).await;
            assert_eq!(answer.error(), (404, "WebhookDeliveryNotFound".into()));
        }
    }
    let untouched = store.find_webhook_delivery(foreign.id, of_other).await;
    let (delivery, attempts) = untouched.unwrap().unwrap();
    assert_eq!((delivery.attempts, attempts.len()), (0, 0));
    assert_eq!(delivery.state, DeliveryState::Waiting);
}
