//! Gateways that run in the test's own process.

use otp_core::ports::{OutgoingMessage, SendError};
use otp_testkit::sender::refusal;
use otp_testkit::{MemoryStore, ScriptedSender};
use serde_json::{Value, json};

use super::*;
use crate::adapters::{own_template_registry, sender_examiner};
use crate::commands::administration::Administration;
use crate::commands::demo::sample_account;
use crate::keyring::Keys;

const MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const OTHER_MASTER_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn settings(master_key: &str) -> Settings {
    let values = [
        ("security.master_key", master_key),
        // A call to WhatsApp, or a file for a database, would fail.
        ("whatsapp.base_url", "http://127.0.0.1:9"),
        ("database.url", "sqlite:///nowhere/otp.db"),
    ];
    Settings::with(values).expect("settings")
}

/// A store of its own with an account, and the account's API key.
async fn store() -> (Arc<dyn Storage>, String) {
    let store: Arc<dyn Storage> = Arc::new(MemoryStore::default());
    let settings = settings(MASTER_KEY);
    let overrides = Overrides::none();
    let master_keys = settings.master_keys().expect("a master key");
    let keys = Keys::open(Arc::clone(&store), master_keys, &overrides).await;
    let keys = keys.expect("a keyring");
    let administration = Administration::new(Arc::clone(&store), Some(keys), settings, overrides);
    let key = sample_account(&administration)
        .await
        .expect("an account")
        .key;
    (store, key)
}

async fn start(
    store: Arc<dyn Storage>,
    sender: Arc<dyn MessageSender>,
    master_key: &str,
) -> Result<Gateway, SetupError> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let gateway = Gateway::builder(settings(master_key))
        .with_storage(store)
        .with_sender(sender)
        .with_routes(|app| {
            app.route("/own", actix_web::web::get().to(async || "a page"));
        });
    gateway.start(listener).await
}

fn client() -> reqwest::Client {
    // Another test of this process may have installed one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client")
}

async fn send(gateway: &Gateway, key: &str, number: u32) -> Value {
    let body = json!({"otpCode": "482913", "toPhoneE164": format!("+96655{number:07}")});
    let request = client().post(format!("{}/SendMessage", gateway.url()));
    let answer = request.header("X-Api-Key", key).json(&body).send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transport_and_a_store_of_a_program_are_used() {
    let (store, key) = store().await;
    let refused = Err(SendError::Refused(refusal(400, 131_026)));
    let sender = Arc::new(ScriptedSender::answering([refused]));
    let gateway = start(store, sender.clone(), MASTER_KEY).await;
    let gateway = gateway.expect("started");
    assert_eq!(send(&gateway, &key, 1).await["messageStatus"], "Failed");
    let sent = send(&gateway, &key, 2).await;
    assert_eq!(sent["messageStatus"], "Sent", "{sent}");
    let numbers: Vec<_> = sender
        .calls()
        .iter()
        .map(|call| {
            let OutgoingMessage::WhatsApp(message) = call else {
                panic!("a message of {:?}", call.channel());
            };
            message.to.e164().to_owned()
        })
        .collect();
    assert_eq!(numbers, ["+966550000001", "+966550000002"]);

    let own = client().get(format!("{}/own", gateway.url())).send().await;
    let own = own.expect("an answer").text().await;
    assert_eq!(own.expect("a text"), "a page");
    let url = gateway.url().to_owned();
    gateway.stop().await.expect("stopped");
    assert!(
        client().get(url).send().await.is_err(),
        "it does not listen"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_of_one_process_share_a_store_and_the_counters() {
    let (store, key) = store().await;
    let sender = || Arc::new(ScriptedSender::default());
    let first = start(Arc::clone(&store), sender(), MASTER_KEY).await;
    let second = start(store, sender(), MASTER_KEY).await;
    let gateways = [first.expect("started"), second.expect("started")];
    assert_eq!(send(&gateways[0], &key, 1).await["messageStatus"], "Sent");
    let again = send(&gateways[1], &key, 1).await;
    assert!(
        again["errorMessage"].is_string(),
        "no cooldown in the store of the other: {again}"
    );
    for gateway in &gateways {
        let page = client()
            .get(format!("{}/metrics", gateway.url()))
            .send()
            .await;
        let page = page.expect("an answer").text().await.expect("a text");
        for line in [
            "otp_admissions_total{verdict=\"cooling_down\"}",
            "otp_worker_panics_total{worker=\"expire_pending_messages\"} 0",
        ] {
            assert!(page.contains(line), "{line} in\n{page}");
        }
    }
    for gateway in gateways {
        gateway.stop().await.expect("stopped");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_with_another_master_key_does_not_start() {
    let (store, _) = store().await;
    let sender = Arc::new(ScriptedSender::default());
    let error = start(store, sender, OTHER_MASTER_KEY).await;
    let error = error.err().expect("refused").to_string();
    assert!(error.contains("security.master_key"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serving_ends_when_the_stop_is_ready() {
    let (store, _) = store().await;
    let gateway = start(store, Arc::new(ScriptedSender::default()), MASTER_KEY).await;
    let gateway = gateway.expect("started");
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let url = gateway.url().to_owned();
    let serving = tokio::spawn(gateway.serve_until(async { drop(stopped.await) }));
    let live = client().get(format!("{url}/health/live")).send().await;
    assert_eq!(live.expect("an answer").status(), 200);
    stop.send(()).expect("it serves");
    serving.await.expect("not panicked").expect("stopped");
}

#[test]
fn whatsapp_is_asked_about_senders_only_if_it_carries_their_messages() {
    let settings = settings(MASTER_KEY);
    let examiner = |overrides: &Overrides| sender_examiner(&settings, overrides).expect("an API");
    let mut overrides = Overrides::none();
    let default = examiner(&overrides);
    assert!(default.is_some());
    overrides.sender = Some(Arc::new(ScriptedSender::default()));
    assert!(examiner(&overrides).is_none());
    overrides.sender_examiner = default;
    assert!(examiner(&overrides).is_some());
}

#[test]
fn a_server_asks_whatsapp_about_templates_only_if_it_carries_their_messages() {
    let settings = settings(MASTER_KEY);
    let registry =
        |overrides: &Overrides| own_template_registry(&settings, overrides).expect("an API");
    let mut overrides = Overrides::none();
    let default = registry(&overrides);
    assert!(default.is_some());
    overrides.sender = Some(Arc::new(ScriptedSender::default()));
    assert!(registry(&overrides).is_none());
    overrides.template_registry = default;
    assert!(registry(&overrides).is_some());
}
