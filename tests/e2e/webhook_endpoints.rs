//! `/v1/webhook-endpoints` and the command `webhook-endpoint` on the built server.

use std::sync::Arc;

use otp_core::account::AccountRules;
use otp_core::ports::Accounts;
use otp_core::webhook::{EventFilter, WantedEvents, WebhookEventKind};
use otp_e2e::world::{Answer, answer, client};
use otp_e2e::{Database, Running, World, on_every_store};
use serde_json::{Value, json};

use super::privacy::{assert_absent, contents};

on_every_store! {
    what_the_api_creates_the_command_manages_and_the_other_way_round;
    of_parallel_creations_twenty_succeed;
    test_keys_have_endpoints_of_their_own;
    private_targets_are_allowed_by_a_setting;
}

const PATH: &str = "/v1/webhook-endpoints";
const URL: &str = "https://shop.example.com/hook?token=Kanarienvogel-4711";

async fn create(world: &World, server: &Running, body: &Value) -> Answer {
    answer(world.post(server, PATH).json(body)).await
}

async fn list(world: &World, server: &Running) -> Value {
    let request = client().get(format!("{}{PATH}", server.url()));
    let listed = answer(request.header("X-Api-Key", &world.api_key)).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    listed.body["data"].clone()
}

/// Runs `webhook-endpoint` for the account.
fn command(world: &World, verb: &str, arguments: &[&str]) -> Value {
    let of_account = ["webhook-endpoint", verb, "--account", &world.account];
    world.command(&[&of_account, arguments].concat())
}

async fn rules(world: &World) -> AccountRules {
    let storage = world.storage().await;
    let account = Accounts::find(&*storage, world.account_id()).await;
    account.expect("a look-up").expect("an account").rules
}

async fn what_the_api_creates_the_command_manages_and_the_other_way_round(database: Database) {
    let world = World::bare(database).await;
    let server = world.serve();
    let body =
        json!({"url": URL, "description": "Kanarien-Beschreibung", "events": ["message.sent"]});
    let created = create(&world, &server, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let (id, secret) = (
        created.id(),
        created.body["secret"].as_str().expect("a secret"),
    );
    let mut expected = created.body.clone();
    expected
        .as_object_mut()
        .expect("an object")
        .remove("secret");
    assert_eq!(list(&world, &server).await, json!([expected]));
    assert_eq!(command(&world, "list", &[]), json!([expected]));
    assert_eq!(command(&world, "show", &["--id", id]), expected);
    let sent = EventFilter::from_iter([WebhookEventKind::MessageSent]);
    assert_eq!(rules(&world).await.wanted_events, sent.into());

    let edit = ["--id", id, "--all-events", "--no-description", "--disable"];
    let edited = command(&world, "edit", &edit);
    for (field, value) in [
        ("events", json!([])),
        ("description", Value::Null),
        ("enabled", json!(false)),
        ("disabledReason", json!("ByOwner")),
    ] {
        expected[field] = value;
    }
    assert_eq!(edited, expected);
    assert_eq!(list(&world, &server).await, json!([expected]));
    assert_eq!(rules(&world).await.wanted_events, WantedEvents::NONE);

    let rotated = command(&world, "rotate-secret", &["--id", id]);
    let new_secret = rotated["secret"].as_str().expect("a secret");
    assert_ne!(new_secret, secret);

    let events = ["--url", URL, "--events", "sender.stopped,message.read"];
    let added = command(&world, "create", &events);
    assert_eq!(added["events"], json!(["message.read", "sender.stopped"]));
    assert_eq!(list(&world, &server).await[1]["id"], added["id"]);
    assert_eq!(command(&world, "delete", &["--id", id])["deleted"], true);
    let gone = [
        "webhook-endpoint",
        "show",
        "--account",
        &world.account,
        "--id",
        id,
    ];
    let gone = world.try_command(&gone);
    assert_eq!(gone.code, 1);
    assert!(
        gone.stderr.contains("no webhook endpoint"),
        "{}",
        gone.stderr
    );

    // What is sealed is readable nowhere else.
    let secrets = [
        secret,
        new_secret,
        "Kanarienvogel-4711",
        "Kanarien-Beschreibung",
    ];
    for (place, stored) in contents(&world.database).await {
        assert_absent(&stored, &place, &secrets);
    }
    server.terminate();
    let (_, log) = server.wait();
    assert_absent(log.as_bytes(), "the log", &secrets);
}

async fn of_parallel_creations_twenty_succeed(database: Database) {
    let world = Arc::new(World::bare(database).await);
    let servers = match world.database {
        Database::Sqlite(_) => vec![world.serve()],
        Database::Postgres(_) => vec![world.serve(), world.serve()],
    };
    let servers = Arc::new(servers);
    let racers: Vec<_> = (0..30)
        .map(|n| {
            let (world, servers) = (world.clone(), servers.clone());
            tokio::spawn(async move {
                let server = &servers[n % servers.len()];
                create(&world, server, &json!({"url": URL})).await
            })
        })
        .collect();
    let mut created = 0;
    for racer in racers {
        let answer = racer.await.expect("no racer panics");
        match answer.status {
            201 => created += 1,
            _ => assert_eq!(
                (answer.status, answer.error()),
                (409, "TooManyWebhookEndpoints")
            ),
        }
    }
    let listed = list(&world, &servers[0]).await;
    assert_eq!((created, listed.as_array().map(Vec::len)), (20, Some(20)));
}

async fn test_keys_have_endpoints_of_their_own(database: Database) {
    let mut world = World::bare(database).await;
    let server = world.serve();
    let live = create(&world, &server, &json!({"url": URL})).await;
    let key = world.create_test_key("ci");
    world.api_key = key["apiKey"].as_str().expect("a key").to_owned();
    assert_eq!(list(&world, &server).await, json!([]));
    let foreign = client().delete(format!("{}{PATH}/{}", server.url(), live.id()));
    let foreign = answer(foreign.header("X-Api-Key", &world.api_key)).await;
    assert_eq!(
        (foreign.status, foreign.error()),
        (404, "WebhookEndpointNotFound")
    );
    let of_test = create(&world, &server, &json!({"url": URL})).await;
    assert_eq!(command(&world, "list", &[])[0]["id"], live.id());
    world.account = key["accountId"].as_str().expect("an id").to_owned();
    assert_eq!(command(&world, "list", &[])[0]["id"], of_test.id());
}

async fn private_targets_are_allowed_by_a_setting(database: Database) {
    let mut world = World::bare(database).await;
    let private = json!({"url": "http://127.0.0.1:9000/hook"});
    let add = [
        "webhook-endpoint",
        "create",
        "--account",
        &world.account.clone(),
    ];
    let add = [&add[..], &["--url", "http://127.0.0.1:9000/hook"]].concat();
    let server = world.serve();
    let refused = create(&world, &server, &private).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, "ForbiddenWebhookTarget")
    );
    let by_command = world.try_command(&add);
    assert_eq!(by_command.code, 1);
    assert!(
        by_command.stderr.contains("https://"),
        "{}",
        by_command.stderr
    );
    drop(server);
    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");
    let server = world.serve();
    assert_eq!(create(&world, &server, &private).await.status, 201);
    assert_eq!(world.command(&add)["url"], "http://127.0.0.1:9000/hook");
    server.terminate();
    let (_, log) = server.wait();
    assert!(log.contains("webhooks.allow_private_targets"), "{log}");
}
