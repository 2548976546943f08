//! `GET /health/live`, `GET /health/ready`

use otp_e2e::world::client;
use otp_e2e::{Database, World, on_every_store};

on_every_store! {
    a_running_server_is_live_and_ready;
    health_and_metrics_can_have_an_address_of_their_own;
}

async fn a_running_server_is_live_and_ready(database: Database) {
    let world = World::bare(database).await;
    let server = world.serve();
    for path in ["live", "ready"] {
        let url = format!("{}/health/{path}", server.url());
        assert_eq!(
            client().get(url).send().await.expect("an answer").status(),
            200,
            "{path}"
        );
    }
}

async fn health_and_metrics_can_have_an_address_of_their_own(database: Database) {
    let mut world = World::bare(database).await;
    assert_eq!(world.serve().internal_url(), None);
    world.set("HTTP__INTERNAL_BIND", "127.0.0.1:0");
    let server = world.serve();
    let internal = server.internal_url().expect("an address").to_owned();
    assert_ne!(internal, server.url());
    let status = async |url: &str, path: &str| {
        let answer = client().get(format!("{url}{path}")).send().await;
        answer.expect("an answer").status().as_u16()
    };
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(status(&internal, path).await, 200, "{path}");
        assert_eq!(status(server.url(), path).await, 404, "{path}");
    }
    for path in ["/openapi.json", "/docs"] {
        assert_eq!(status(&internal, path).await, 404, "{path}");
        assert_eq!(status(server.url(), path).await, 200, "{path}");
    }
    assert_eq!(
        world.check(&server, "x").await.error(),
        "MessageIdMustBeUuid"
    );
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
}
