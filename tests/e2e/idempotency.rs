//! Idempotency keys of requests below `/v1`.

use std::sync::Arc;

use otp_e2e::world::{answer, recipient};
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    of_parallel_repetitions_one_is_the_first_and_a_restart_keeps_its_answer;
}

/// A repetition that asks for the same outcome has the same answer in any case. So the answers show by the
/// header which request was the first.
async fn of_parallel_repetitions_one_is_the_first_and_a_restart_keeps_its_answer(
    database: Database,
) {
    let world = Arc::new(World::with_credits(database, 5).await);
    let servers = match world.database {
        Database::Sqlite(_) => vec![world.serve()],
        Database::Postgres(_) => vec![world.serve(), world.serve()],
    };
    let sent = world.send_to(&servers[0], &recipient(1)).await;
    let path = format!("/v1/messages/{}/outcome", sent.id());
    let servers = Arc::new(servers);
    let racers: Vec<_> = (0..50)
        .map(|n| {
            let (world, servers, path) = (world.clone(), servers.clone(), path.clone());
            tokio::spawn(async move {
                let server = &servers[n % servers.len()];
                report(&world, server, &path, &json!({"outcome": "verified"})).await
            })
        })
        .collect();
    let mut first = Vec::new();
    let mut repeated = Vec::new();
    for racer in racers {
        let answer = racer.await.expect("no racer panics");
        match (answer.status, is_replayed(&answer)) {
            (200, false) => first.push(answer.body),
            (200, true) => repeated.push(answer.body),
            (409, false) => assert_eq!(answer.error(), "RequestInProgress"),
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(
        repeated.iter().all(|body| *body == first[0]),
        "{repeated:?}"
    );

    drop(servers);
    let restarted = world.serve();
    let again = report(&world, &restarted, &path, &json!({"outcome": "verified"})).await;
    assert_eq!((again.status, &again.body), (200, &first[0]));
    assert!(is_replayed(&again));
    let other = report(&world, &restarted, &path, &json!({"outcome": "abandoned"})).await;
    assert_eq!((other.status, other.error()), (422, "IdempotencyKeyReused"));
}

async fn report(world: &World, server: &Running, path: &str, body: &Value) -> Answer {
    let request = world.post(server, path);
    let request = request.header("Idempotency-Key", "\"order 4711\"");
    answer(request.json(body)).await
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.contains_key("idempotent-replayed")
}
