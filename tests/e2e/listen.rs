//! `listen`: events on a developer's machine, which has no public address.

use std::net::TcpListener;

use otp_e2e::process::run;
use otp_e2e::world::recipient;
use otp_e2e::{Database, FakeReceiver, ReceivedWebhook, Running, World, on_every_store};
use serde_json::Value;

use super::webhook_deliveries::get;

on_every_store! {
    events_reach_a_program_on_this_machine;
    a_listener_goes_on_when_the_gateway_is_back;
}

fn listen(server: &Running, key: &str, to: &str) -> Running {
    let arguments = [
        "listen",
        "--json",
        "--forward-to",
        to,
        "--gateway",
        server.url(),
        "--events",
        "message.sent",
    ];
    let key = [("OTP_API_KEY".to_owned(), key.to_owned())];
    let started = Running::start(&arguments, &key);
    started.unwrap_or_else(|ended| panic!("{}", ended.stderr))
}

fn is_of(id: &str) -> impl Fn(&ReceivedWebhook) -> bool + '_ {
    move |webhook| webhook.json()["data"]["id"] == id
}

async fn endpoints(world: &World, server: &Running) -> Vec<Value> {
    let listed = get(world, server, "/v1/webhook-endpoints").await;
    listed.body["data"].as_array().expect("a list").clone()
}

/// The calls are signed with the printed secret, and the listener is gone with the command. The operator allows no
/// private targets: the gateway itself calls nobody.
async fn events_reach_a_program_on_this_machine(database: Database) {
    let world = World::with_credits(database, 500).await;
    let server = world.serve();
    let receiver = FakeReceiver::start().await;
    let listening = listen(&server, &world.api_key, &receiver.url("/hook"));
    let secret = listening.ready["secret"].as_str().expect("a secret");
    let mut sent = Vec::new();
    for number in 1..=3 {
        let answer = world.send_to(&server, &recipient(number)).await;
        sent.push(answer.id().to_owned());
    }
    for id in &sent {
        let told = receiver.wait_for(1, is_of(id)).await;
        assert!(told[0].is_signed_with(secret));
        assert_eq!(
            (told[0].path.as_str(), told[0].kind()),
            ("/hook", "message.sent".to_owned())
        );
    }
    let listed = endpoints(&world, &server).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], listening.ready["id"]);

    listening.interrupt();
    let (code, log) = listening.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(endpoints(&world, &server).await.is_empty());
    assert_eq!(receiver.received().len(), 3, "each event once");
}

async fn a_listener_goes_on_when_the_gateway_is_back(database: Database) {
    let mut world = World::with_credits(database, 500).await;
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    world.set("HTTP__BIND", &address);
    let server = world.serve();
    let receiver = FakeReceiver::start().await;
    let listening = listen(&server, &world.api_key, &receiver.url("/hook"));
    server.kill();
    listening.wait_for_line("asking again").await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    receiver.wait_for(1, is_of(sent.id())).await;
    drop(listening);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_missing_or_wrong_is_named() {
    let world = World::with_credits(Database::sqlite(), 1).await;
    let server = world.serve();
    let arguments = [
        "listen",
        "--forward-to",
        "http://localhost:9/",
        "--gateway",
        server.url(),
    ];
    let missing = run(&arguments, &[], "");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("OTP_API_KEY"), "{}", missing.stderr);
    let wrong = [("OTP_API_KEY".to_owned(), "otp_live_wrong".to_owned())];
    let wrong = run(&arguments, &wrong, "");
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("ApiKeyNotFound"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("otp_live_wrong"), "{}", wrong.stderr);
    let from_file = ["--key-file", "-"];
    let from_file: Vec<_> = arguments.into_iter().chain(from_file).collect();
    let wrong = run(&from_file, &[], "otp_live_wrong\n");
    assert_eq!(wrong.code, 1, "{}", wrong.stderr);
}
