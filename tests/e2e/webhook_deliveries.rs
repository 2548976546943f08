//! Webhooks to customers, from what happens to the calls of their servers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use otp_e2e::meta::report;
use otp_e2e::world::{Answer, answer, client, recipient};
use otp_e2e::{Database, FakeReceiver, ReceivedWebhook, Reception, Running, World, on_every_store};
use serde_json::{Value, json};

use super::privacy::{assert_absent, contents};

on_every_store! {
    what_happens_is_told_with_a_signature;
    a_failed_call_is_repeated_with_its_id;
    an_endpoint_that_hangs_delays_no_other;
    an_endpoint_that_is_gone_is_not_called_again;
    an_owner_sees_what_was_delivered_and_repeats_it;
    no_event_is_lost_when_servers_are_killed;
}

/// A world whose servers call endpoints on this machine.
pub(super) async fn world(database: Database) -> World {
    let mut world = World::with_webhook(database, 500).await;
    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");
    world
}

/// Creates an endpoint, and returns its id and its secret.
pub(super) async fn endpoint(
    world: &World,
    server: &Running,
    url: &str,
    events: &[&str],
) -> (String, String) {
    let body = json!({"url": url, "events": events});
    let created = answer(world.post(server, "/v1/webhook-endpoints").json(&body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let secret = created.body["secret"].as_str().expect("a secret");
    (created.id().to_owned(), secret.to_owned())
}

pub(super) async fn get(world: &World, server: &Running, path: &str) -> Answer {
    let request = client().get(format!("{}{path}", server.url()));
    answer(request.header("X-Api-Key", &world.api_key)).await
}

fn is_of<'a>(kind: &'a str, id: &'a str) -> impl Fn(&ReceivedWebhook) -> bool + 'a {
    move |webhook| webhook.kind() == kind && webhook.json()["data"]["id"] == id
}

/// The body is the resource as the API shows it; each of the two endpoints has its own secret.
async fn what_happens_is_told_with_a_signature(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let receiver = FakeReceiver::start().await;
    let (_, secret) = endpoint(&world, &server, &receiver.url("/all"), &[]).await;
    let few = ["verification.approved"];
    let (_, other) = endpoint(&world, &server, &receiver.url("/few"), &few).await;

    let sent = world.send_to(&server, &recipient(1)).await;
    let id = sent.id().to_owned();
    let told = receiver.wait_for(1, is_of("message.sent", &id)).await;
    let [told] = told.as_slice() else {
        panic!("once: {told:?}");
    };
    assert!(told.is_signed_with(&secret) && !told.is_signed_with(&other));
    assert_eq!(told.headers["content-type"], "application/json");
    let body = told.json();
    let mut shown = get(&world, &server, &format!("/v1/messages/{id}"))
        .await
        .body;
    shown["sequence"] = json!(1);
    shown["messageStatus"] = json!("Sent");
    shown.as_object_mut().expect("an object").remove("timeline");
    assert_eq!(body["data"], shown);
    assert!(body["timestamp"].as_str() >= shown["createdAt"].as_str());
    assert_eq!(body.as_object().map(|body| body.len()), Some(3));

    let delivered = world.sandbox.status(&id, "delivered").await;
    report(&server, &[delivered]).await;
    let told = receiver.wait_for(1, is_of("message.delivered", &id)).await;
    assert_eq!(told[0].json()["data"]["sequence"], 3);
    assert_eq!(told[0].json()["data"]["messageStatus"], "Delivered");

    let to = json!({"to": recipient(2)});
    let created = answer(world.post(&server, "/v1/verifications").json(&to)).await;
    let message = world.sandbox.next_message(&recipient(2)).await;
    let check = format!("/v1/verifications/{}/check", created.id());
    let code = json!({"code": message["code"]});
    let checked = answer(world.post(&server, &check).json(&code)).await;
    assert_eq!(checked.status, 200, "{checked:?}");
    let approved = is_of("verification.approved", created.id());
    let told = receiver.wait_for(2, approved).await;
    let paths: BTreeSet<_> = told.iter().map(|webhook| webhook.path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["/all", "/few"]));
    assert!(told.iter().all(|webhook| {
        let secret = if webhook.path == "/few" {
            &other
        } else {
            &secret
        };
        webhook.is_signed_with(secret)
    }));
    let code = message["code"].as_str().expect("a code");
    let all = receiver.received();
    let codes = all.iter().filter(|webhook| {
        let body = String::from_utf8_lossy(&webhook.body);
        body.contains(code)
    });
    assert_eq!(codes.count(), 0, "no webhook has a code");
    let few = all.iter().filter(|webhook| webhook.path == "/few");
    assert_eq!(few.count(), 1);
}

async fn a_failed_call_is_repeated_with_its_id(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let calls = AtomicUsize::new(0);
    let receiver = FakeReceiver::with(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Reception::Answer(500, "", "no"),
        _ => Reception::ACCEPT,
    })
    .await;
    let events = ["message.sent"];
    let (_, secret) = endpoint(&world, &server, &receiver.url("/"), &events).await;
    world.send_to(&server, &recipient(1)).await;
    let told = receiver.wait_for(2, |_| true).await;
    assert_eq!(told[0].id(), told[1].id());
    assert_eq!(told[0].body, told[1].body);
    let times: BTreeSet<_> = told
        .iter()
        .map(|webhook| &webhook.headers["webhook-timestamp"])
        .collect();
    assert_eq!(times.len(), 2, "each attempt has its time: {told:?}");
    assert!(told.iter().all(|webhook| webhook.is_signed_with(&secret)));
}

async fn an_endpoint_that_hangs_delays_no_other(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let receiver = FakeReceiver::with(|webhook| match webhook.path.as_str() {
        "/works" => Reception::ACCEPT,
        _ => Reception::Hang,
    })
    .await;
    for path in ["/hangs", "/hangs-too", "/works"] {
        endpoint(&world, &server, &receiver.url(path), &["message.sent"]).await;
    }
    // More than one turn for each.
    for number in 1..=20 {
        let sent = world.send_to(&server, &recipient(number)).await;
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    receiver
        .wait_for(20, |webhook| webhook.path == "/works")
        .await;
    // Each call that hangs takes one of four places of its endpoint until it is given up, after 20 seconds.
    for path in ["/hangs", "/hangs-too"] {
        let hanging = receiver.wait_for(4, |webhook| webhook.path == path).await;
        assert!(hanging.len() < 20, "{hanging:?}");
    }
    server.kill();
}

async fn an_endpoint_that_is_gone_is_not_called_again(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let receiver = FakeReceiver::with(|webhook| match webhook.path.as_str() {
        "/gone" => Reception::Answer(410, "", ""),
        _ => Reception::ACCEPT,
    })
    .await;
    let events = ["message.sent"];
    let (gone, _) = endpoint(&world, &server, &receiver.url("/gone"), &events).await;
    endpoint(&world, &server, &receiver.url("/works"), &events).await;
    world.send_to(&server, &recipient(1)).await;
    let path = format!("/v1/webhook-endpoints/{gone}");
    while get(&world, &server, &path).await.body["disabledReason"] == Value::Null {
        otp_e2e::pause_between_polls().await;
    }
    let shown = get(&world, &server, &path).await.body;
    assert_eq!(
        (&shown["enabled"], &shown["disabledReason"]),
        (&json!(false), &json!("Gone"))
    );
    world.send_to(&server, &recipient(2)).await;
    receiver
        .wait_for(2, |webhook| webhook.path == "/works")
        .await;
    let to_gone = receiver.received();
    let to_gone = to_gone.iter().filter(|webhook| webhook.path == "/gone");
    assert_eq!(to_gone.count(), 1);
}

/// By API and by command, without a word of the answer in the database.
async fn an_owner_sees_what_was_delivered_and_repeats_it(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let receiver = FakeReceiver::with(|_| Reception::Answer(200, "", "Kanarienvogel")).await;
    let events = ["message.sent"];
    let (id, secret) = endpoint(&world, &server, &receiver.url("/"), &events).await;
    world.send_to(&server, &recipient(1)).await;
    let told = receiver.wait_for(1, |_| true).await.remove(0);
    let path = format!("/v1/webhook-endpoints/{id}");
    let delivery = format!("{path}/deliveries/{}", told.id());
    while get(&world, &server, &delivery).await.body["state"] != "Delivered" {
        otp_e2e::pause_between_polls().await;
    }
    let shown = get(&world, &server, &delivery).await.body;
    let log = &shown["log"][0];
    assert_eq!((&log["number"], &log["status"]), (&json!(1), &json!(200)));
    assert_eq!(
        (&log["failure"], &log["answer"]),
        (&Value::Null, &json!("Kanarienvogel"))
    );
    let listed = get(&world, &server, &format!("{path}/deliveries"))
        .await
        .body;
    let to = ["--account", &world.account, "--endpoint", &id];
    let command =
        |verb, more: &[&str]| world.command(&[&["webhook", verb], &to[..], more].concat());
    assert_eq!(command("deliveries", &[]), listed["data"]);
    assert_eq!(command("attempts", &["--id", told.id()]), shown["log"]);

    let again = answer(world.post(&server, &format!("{delivery}/replay"))).await;
    assert_eq!(again.status, 202, "{again:?}");
    receiver.wait_for(2, |_| true).await;
    let (from, until) = ("2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z");
    let range = ["--from", from, "--until", until];
    assert_eq!(command("replay", &range), json!({"replayed": 1}));
    let all = receiver.wait_for(3, |_| true).await;
    assert!(all.iter().all(|webhook| webhook.id() == told.id()));
    assert!(all.iter().all(|webhook| webhook.is_signed_with(&secret)));

    let test = command("test", &[]);
    let tested = receiver
        .wait_for(1, |webhook| webhook.id() != told.id())
        .await;
    assert_eq!(tested[0].id(), test["id"]);
    assert_eq!(tested[0].kind(), "webhook_endpoint.test");
    assert_eq!(tested[0].json()["data"]["id"], json!(id));
    for (place, stored) in contents(&world.database).await {
        assert_absent(&stored, &place, &["Kanarienvogel"]);
    }
}

/// Servers are killed while they route, call and record. Each event arrives at each endpoint, perhaps more than once.
async fn no_event_is_lost_when_servers_are_killed(database: Database) {
    const KILLS: u32 = 20;
    const SENDS: u32 = 5;
    let world = world(database).await;
    let receiver = FakeReceiver::start().await;
    let mut sent = Vec::new();
    let mut server = world.serve();
    for round in 0..KILLS {
        // The turns of the others may belong to a server that was killed, for a while.
        let path = format!("/{round}");
        endpoint(&world, &server, &receiver.url(&path), &["message.sent"]).await;
        for number in 1..=SENDS {
            let number = recipient(round * SENDS + number);
            let answer = world.send_to(&server, &number).await;
            assert_eq!(answer.message_status(), "Sent", "{answer:?}");
            sent.push((round, answer.id().to_owned()));
        }
        // A different moment in each round: from before the first call to after the last.
        let calls = usize::try_from(round % (SENDS + 1)).expect("small");
        let is_new = |webhook: &ReceivedWebhook| webhook.path == path;
        receiver.wait_for(calls, is_new).await;
        server.kill();
        server = world.serve();
    }
    let expected: BTreeSet<_> = (0..KILLS)
        .flat_map(|endpoint| {
            let since = sent.iter().filter(move |(round, _)| *round >= endpoint);
            since.map(move |(_, id)| (format!("/{endpoint}"), id.clone()))
        })
        .collect();
    loop {
        let told = receiver.received();
        let told: BTreeSet<_> = told
            .iter()
            .map(|webhook| {
                let message = webhook.json()["data"]["id"].as_str().map(str::to_owned);
                (webhook.path.clone(), message.expect("an id"))
            })
            .collect();
        // An endpoint may also get events of shortly before it was created.
        if told.is_superset(&expected) {
            break;
        }
        otp_e2e::pause_between_polls().await;
    }
    // Each event has one id, however often it was delivered.
    let told = receiver.received();
    let ids: BTreeSet<_> = told.iter().map(ReceivedWebhook::id).collect();
    assert_eq!(ids.len(), sent.len());
}
