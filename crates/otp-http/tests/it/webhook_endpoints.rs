//! `/v1/webhook-endpoints`.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use otp_core::account::{Account, AccountRules, SealedContact};
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::keyring::WrappedKey;
use otp_core::language::LanguageTag;
use otp_core::notice::MutedTopics;
use otp_core::ports::{Accounts, WebhookEndpoints};
use otp_core::proof::ProofSubject;
use otp_core::sealing::Sealed;
use otp_core::webhook::EventFilter;
use otp_core::webhook::endpoint::{
    DisabledReason, EndpointStanding, WebhookEndpoint, WebhookEndpointChange,
};
use otp_http::Api;
use otp_testkit::MemoryStore;
use otp_testkit::contract::audit_trail::entry;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{ACCOUNT, Answer, NOW, World, ask, get, post};

pub(super) const PATH: &str = "/v1/webhook-endpoints";
const URL: &str = "https://shop.example.com/webhooks?token=hunter2";
pub(super) const OTHER: AccountId = AccountId(Uuid::from_u128(0xbad));

fn account(id: AccountId) -> Account {
    let sealed = || Sealed(Vec::new());
    Account {
        id,
        test_of: None,
        contact: SealedContact {
            name: sealed(),
            email: sealed(),
            phone: sealed(),
            company: sealed(),
            address: None,
        },
        default_language: LanguageTag::parse("en").unwrap(),
        rules: AccountRules::default(),
        proof_subject: ProofSubject::default(),
        email_sender: None,
        muted_topics: MutedTopics::NONE,
        created_at: NOW,
    }
}

/// An API over a store with the account and another one.
pub(super) async fn api() -> (Api, MemoryStore) {
    let store = MemoryStore::default();
    for id in [ACCOUNT, OTHER] {
        let created = Accounts::create(
            &store,
            &account(id),
            &WrappedKey(Vec::new()),
            &entry(702, 0),
        )
        .await;
        created.unwrap();
    }
    let mut world = World::new();
    world.webhook_endpoints = Arc::new(store.clone());
    world.webhook_deliveries = Arc::new(store.clone());
    world.answers = Arc::new(store.clone());
    (world.api(), store)
}

pub(super) async fn created(api: &Api) -> Value {
    let answer = ask(api, post(PATH, &json!({"url": URL}))).await;
    assert_eq!(answer.status, 201);
    answer.json()
}

pub(super) fn path_of(endpoint: &Value) -> String {
    format!("{PATH}/{}", endpoint["id"].as_str().unwrap())
}

pub(super) fn patch(path: &str, body: &Value) -> TestRequest {
    post(path, body).method(Method::PATCH)
}

fn rotate(path: &str) -> TestRequest {
    get(&format!("{path}/rotate-secret")).method(Method::POST)
}

fn remove(path: &str) -> TestRequest {
    get(path).method(Method::DELETE)
}

/// Asserts that the answer refuses this field, and returns the sentence.
fn refused_field(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.error(), (400, "InvalidRequest".into()));
    let body = answer.json();
    assert_eq!(body["field"], field, "{body}");
    body["description"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_created_endpoint_is_listed_and_shown_without_its_secret() {
    let (api, _) = api().await;
    let body = json!({
        "url": "HTTPS://Shop.Example.com:443/webhooks",
        "description": " Shop ",
        "events": ["message.failed", "message.sent", "message.sent"],
    });
    let answer = ask(&api, post(PATH, &body)).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut created = answer.json();
    let secret = created["secret"].take();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    created.as_object_mut().unwrap().remove("secret");
    assert_eq!(
        created,
        json!({
            "id": created["id"],
            "url": "https://shop.example.com/webhooks",
            "description": "Shop",
            "events": ["message.sent", "message.failed"],
            "enabled": true,
            "createdAt": NOW.to_rfc3339(),
            "disabledReason": null,
        })
    );
    let shown = ask(&api, get(&path_of(&created))).await;
    assert_eq!(
        (shown.status.as_u16(), shown.json()),
        (200, created.clone())
    );
    let listed = ask(&api, get(PATH)).await;
    assert_eq!(
        (listed.status.as_u16(), listed.json()),
        (200, json!({"data": [created]}))
    );
}

#[actix_web::test]
async fn bad_values_are_refused_with_their_field() {
    let (api, _) = api().await;
    let url = json!(URL);
    for (body, field, word) in [
        (json!({}), "url", "missing"),
        (json!({"url": ""}), "url", "missing"),
        (json!({"url": 1}), "url", "string"),
        (json!({"url": "shop.example.com"}), "url", "such as https"),
        (
            json!({"url": "ftp://shop.example.com"}),
            "url",
            "begins with",
        ),
        (
            json!({"url": "https://a:b@shop.example.com"}),
            "url",
            "password",
        ),
        (
            json!({"url": "https://shop.example.com/#a"}),
            "url",
            "fragment",
        ),
        (
            json!({"url": format!("https://a.example/{}", "x".repeat(2_048))}),
            "url",
            "2048 bytes",
        ),
        (
            json!({"url": url, "description": ""}),
            "description",
            "1 to 200",
        ),
        (
            json!({"url": url, "description": "a\nb"}),
            "description",
            "one line",
        ),
        (
            json!({"url": url, "description": ["a"]}),
            "description",
            "string",
        ),
        (
            json!({"url": url, "events": "message.sent"}),
            "events",
            "list",
        ),
        (
            json!({"url": url, "events": ["message.sent", "order.activated"]}),
            "events[1]",
            "message.sent",
        ),
        (
            json!({"url": url, "events": [null]}),
            "events[0]",
            "message.sent",
        ),
    ] {
        let answer = ask(&api, post(PATH, &body)).await;
        let sentence = refused_field(&answer, field);
        assert!(sentence.contains(word), "{body}: {sentence}");
    }
    let listed = ask(&api, get(PATH)).await;
    assert_eq!(listed.json(), json!({"data": []}));
}

#[actix_web::test]
async fn a_url_into_the_operators_network_is_refused_on_creation_and_on_change() {
    let (api, _) = api().await;
    let path = path_of(&created(&api).await);
    for url in [
        "http://shop.example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
    ] {
        for request in [
            post(PATH, &json!({"url": url})),
            patch(&path, &json!({"url": url})),
        ] {
            let answer = ask(&api, request).await;
            assert_eq!(
                answer.error(),
                (400, "ForbiddenWebhookTarget".into()),
                "{url}"
            );
        }
    }
    assert_eq!(ask(&api, get(&path)).await.json()["url"], URL);
}

#[actix_web::test]
async fn a_change_replaces_what_it_names_and_null_removes_a_description() {
    let (api, _) = api().await;
    let path = path_of(&created(&api).await);
    let mut expected = ask(&api, get(&path)).await.json();
    for (body, changed) in [
        (json!({}), json!({})),
        (
            json!({"description": "Shop"}),
            json!({"description": "Shop"}),
        ),
        (
            json!({"events": ["sender.stopped"], "unknown": 1}),
            json!({"events": ["sender.stopped"]}),
        ),
        (
            json!({"url": "https://shop.example.org"}),
            json!({"url": "https://shop.example.org/"}),
        ),
        (
            json!({"enabled": false}),
            json!({"enabled": false, "disabledReason": "ByOwner"}),
        ),
        (json!({"description": null}), json!({"description": null})),
        (
            json!({"enabled": true, "events": []}),
            json!({"enabled": true, "disabledReason": null, "events": []}),
        ),
    ] {
        for (field, value) in changed.as_object().unwrap() {
            expected[field] = value.clone();
        }
        let answer = ask(&api, patch(&path, &body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected.clone()),
            "{body}"
        );
        assert_eq!(ask(&api, get(&path)).await.json(), expected);
    }
}

#[actix_web::test]
async fn a_bad_change_changes_nothing() {
    let (api, _) = api().await;
    let path = path_of(&created(&api).await);
    let before = ask(&api, get(&path)).await.json();
    for (body, field) in [
        (json!({"enabled": false, "url": null}), "url"),
        (json!({"enabled": false, "url": ""}), "url"),
        (json!({"enabled": false, "events": null}), "events"),
        (json!({"enabled": false, "events": ["x"]}), "events[0]"),
        (json!({"enabled": null}), "enabled"),
        (json!({"enabled": "false"}), "enabled"),
        (
            json!({"enabled": false, "description": "a\u{0}"}),
            "description",
        ),
    ] {
        let answer = ask(&api, patch(&path, &body)).await;
        refused_field(&answer, field);
        assert_eq!(ask(&api, get(&path)).await.json(), before, "{body}");
    }
}

#[actix_web::test]
async fn the_reason_of_a_disabled_endpoint_is_shown_until_its_owner_enables_it() {
    let (api, store) = api().await;
    let endpoint = created(&api).await;
    let (path, id) = (path_of(&endpoint), endpoint["id"].as_str().unwrap());
    let id = WebhookEndpointId(Uuid::try_parse(id).unwrap());
    for (reason, name) in [
        (DisabledReason::Gone, "Gone"),
        (DisabledReason::Failing, "Failing"),
    ] {
        let change = WebhookEndpointChange {
            standing: Some(EndpointStanding::Disabled(reason)),
            ..WebhookEndpointChange::default()
        };
        store
            .change_webhook_endpoint(ACCOUNT, id, &change, &entry(703, 0))
            .await
            .unwrap();
        let shown = ask(&api, patch(&path, &json!({"enabled": false})))
            .await
            .json();
        assert_eq!(
            (&shown["enabled"], &shown["disabledReason"]),
            (&json!(false), &json!(name))
        );
        let shown = ask(&api, patch(&path, &json!({"enabled": true})))
            .await
            .json();
        assert_eq!(
            (&shown["enabled"], &shown["disabledReason"]),
            (&json!(true), &Value::Null)
        );
    }
}

#[actix_web::test]
async fn a_foreign_endpoint_and_an_unknown_one_get_the_same_answer() {
    let (api, store) = api().await;
    let foreign = WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(7)),
        account_id: OTHER,
        url: Some(Sealed(vec![1])),
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2]),
        previous_secret: None,
        created_at: NOW,
    };
    assert!(
        store
            .add_webhook_endpoint(&foreign, &entry(704, 0))
            .await
            .unwrap()
    );
    let foreign_path = format!("{PATH}/{}", foreign.id);
    let unknown = format!("{PATH}/{}", Uuid::from_u128(8));
    let no_id = format!("{PATH}/shop");
    let requests: [fn(&str) -> TestRequest; 4] = [
        get,
        |path| patch(path, &json!({"enabled": false})),
        remove,
        rotate,
    ];
    for request in requests {
        let mut bodies = Vec::new();
        for path in [&foreign_path, &unknown, &no_id] {
            let answer = ask(&api, request(path)).await;
            assert_eq!(answer.error(), (404, "WebhookEndpointNotFound".into()));
            let id = answer.header("x-request-id").to_owned();
            bodies.push(String::from_utf8(answer.body).unwrap().replace(&id, "…"));
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    }
    let stored = store.find_webhook_endpoint(OTHER, foreign.id).await;
    assert_eq!(stored.unwrap(), Some(foreign));
}

#[actix_web::test]
async fn a_removed_endpoint_is_gone() {
    let (api, _) = api().await;
    let path = path_of(&created(&api).await);
    let removed = ask(&api, remove(&path)).await;
    assert_eq!(
        (removed.status.as_u16(), removed.body.as_slice()),
        (204, &b""[..])
    );
    assert_eq!(removed.header("cache-control"), "no-store");
    let again = ask(&api, remove(&path)).await;
    assert_eq!(again.error(), (404, "WebhookEndpointNotFound".into()));
    assert_eq!(ask(&api, get(PATH)).await.json(), json!({"data": []}));
}

#[actix_web::test]
async fn a_rotation_answers_a_new_secret_each_time() {
    let (api, _) = api().await;
    let endpoint = created(&api).await;
    let path = path_of(&endpoint);
    let first = ask(&api, rotate(&path)).await;
    let second = ask(&api, rotate(&path)).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    let secrets = [&endpoint, &first.json(), &second.json()].map(|body| {
        let secret = body["secret"].as_str().unwrap();
        assert!(secret.starts_with("whsec_"));
        secret.to_owned()
    });
    assert!(secrets[0] != secrets[1] && secrets[1] != secrets[2] && secrets[0] != secrets[2]);
    let mut without = first.json();
    without.as_object_mut().unwrap().remove("secret");
    assert_eq!(ask(&api, get(&path)).await.json(), without);
}

#[actix_web::test]
async fn a_repeated_creation_or_rotation_answers_the_same_secret() {
    let (api, _) = api().await;
    let key = ("Idempotency-Key", "a");
    let create = || post(PATH, &json!({"url": URL})).insert_header(key);
    let first = ask(&api, create()).await;
    let again = ask(&api, create()).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let listed = ask(&api, get(PATH)).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let other = post(
        PATH,
        &json!({"url": URL, "idempotencyKey": "a", "events": []}),
    );
    let other = ask(&api, other).await;
    assert_eq!(other.error(), (422, "IdempotencyKeyReused".into()));

    let path = path_of(&first.json());
    let key = ("Idempotency-Key", "b");
    let rotated = ask(&api, rotate(&path).insert_header(key)).await;
    let again = ask(&api, rotate(&path).insert_header(key)).await;
    assert_eq!(rotated.status, 200);
    assert_eq!(rotated.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let anew = ask(&api, rotate(&path)).await;
    assert_ne!(anew.json()["secret"], rotated.json()["secret"]);
}

#[actix_web::test]
async fn the_twenty_first_endpoint_is_refused_until_there_is_room() {
    let (api, _) = api().await;
    let mut last = Value::Null;
    for _ in 0..20 {
        last = created(&api).await;
    }
    let one_more = || post(PATH, &json!({"url": URL})).insert_header(("Idempotency-Key", "a"));
    let refused = ask(&api, one_more()).await;
    assert_eq!(refused.error(), (409, "TooManyWebhookEndpoints".into()));
    assert_eq!(ask(&api, remove(&path_of(&last))).await.status, 204);
    assert_eq!(ask(&api, one_more()).await.status, 201);
}

#[actix_web::test]
async fn a_key_is_required_and_other_methods_are_refused() {
    let (api, _) = api().await;
    let path = format!("{PATH}/{}", Uuid::from_u128(8));
    let rotation = format!("{path}/rotate-secret");
    for (method, path) in [
        (Method::POST, PATH),
        (Method::GET, PATH),
        (Method::GET, &path),
        (Method::PATCH, &path),
        (Method::DELETE, &path),
        (Method::POST, &rotation),
    ] {
        let request = TestRequest::default().method(method).uri(path);
        let answer = ask(&api, request).await;
        assert_eq!(answer.error(), (400, "ApiKeyIsRequired".into()));
    }
    for (path, allow) in [
        (PATH, "POST, GET, HEAD"),
        (&path, "GET, HEAD, PATCH, DELETE"),
        (&rotation, "POST"),
    ] {
        let answer = ask(&api, get(path).method(Method::PUT)).await;
        assert_eq!(answer.error(), (405, "MethodNotAllowed".into()));
        assert_eq!(answer.header("allow"), allow);
    }
}
