//! `GET /health/live`, `GET /health/ready`

use otp_e2e::world::client;
use otp_e2e::{Database, World, on_every_store};

on_every_store! {
    a_running_server_is_live_and_ready;
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
