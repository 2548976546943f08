//! Proxies of the environment, which would connect to any address.

use otp_e2e::world::recipient;
use otp_e2e::{Database, FakeReceiver};
use serde_json::json;

use super::super::webhook_deliveries::{endpoint, world};
use super::certificates::Authority;
use super::{PATH, attempted, log, test};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_of_the_environment_get_no_connection() {
    let world = world(Database::sqlite()).await;
    let proxy = FakeReceiver::start().await;
    let mut variables = Vec::new();
    for (name, value) in [
        ("HTTP_PROXY", proxy.url("")),
        ("HTTPS_PROXY", proxy.url("")),
        ("ALL_PROXY", proxy.url("")),
        ("NO_PROXY", String::new()),
    ] {
        variables.push((name.to_lowercase(), value.clone()));
        variables.push((name.to_owned(), value));
    }
    let authority = Authority::new();
    let server = authority.serve(&world, &variables);
    let right = authority.certificate(&["127.0.0.1"], 2999);
    let receivers = [
        FakeReceiver::start().await,
        FakeReceiver::with_tls(vec![right]).await,
    ];
    let sent = world.send_to(&server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent", "{sent:?}");
    for receiver in &receivers {
        let (id, _) = endpoint(&world, &server, &receiver.url(PATH), &[]).await;
        let event = test(&world, &server, &id).await;
        let delivery = attempted(&world, &server, &id, &event).await;
        assert_eq!(proxy.connections(), 0, "{:?}", proxy.received());
        assert_eq!(log(&delivery), [json!([204, null, null])]);
        assert_eq!(receiver.received()[0].id(), event);
    }
    assert_eq!(proxy.connections(), 0);
}
