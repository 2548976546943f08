//! Races over HTTP. On PostgreSQL the racers are spread over two processes.

use std::collections::BTreeMap;
use std::sync::Arc;

use otp_e2e::world::recipient;
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::{Value, json};
use tokio::sync::Barrier;

on_every_store! {
    of_100_parallel_sends_to_one_number_exactly_1_passes;
    of_1000_parallel_retries_of_one_key_exactly_1_is_sent;
    of_40_parallel_sends_on_10_credits_exactly_10_pass;
}

/// The servers of a race: one on SQLite, two on PostgreSQL.
fn servers(world: &World) -> Vec<Running> {
    let count = match world.database {
        Database::Sqlite(_) => 1,
        Database::Postgres(_) => 2,
    };
    (0..count).map(|_| world.serve()).collect()
}

/// A request that arrives too late is repeated at most this often.
const MOST_REPETITIONS: usize = 5;

/// Sends all bodies at once, spread over the servers, and returns the answers in their order.
async fn race(world: &Arc<World>, servers: &Arc<Vec<Running>>, bodies: Vec<Value>) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(bodies.len()));
    let racers = bodies.into_iter().enumerate().map(|(n, body)| {
        let (world, servers, start) = (Arc::clone(world), Arc::clone(servers), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            let server = &servers[n % servers.len()];
            let mut answer = world.send(server, &body).await;
            // On a busy machine the client is too slow for 1,000 requests at once. Nothing was judged then.
            for _ in 0..MOST_REPETITIONS {
                if answer.status != 408 {
                    break;
                }
                answer = world.send(server, &body).await;
            }
            answer
        })
    });
    let mut answers = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        answers.push(racer.await.expect("no racer panics"));
    }
    answers
}

/// Counts the answers by status and error, without the parts that differ from answer to answer.
fn counted(answers: &[Answer]) -> BTreeMap<(u16, String), usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let words = match answer.body["errorMessage"].as_str() {
            Some(error) if error.starts_with("You can't send another") => "cooldown",
            Some(error) => error,
            None => answer.message_status(),
        };
        *counts.entry((answer.status, words.to_owned())).or_default() += 1;
    }
    counts
}

async fn of_100_parallel_sends_to_one_number_exactly_1_passes(database: Database) {
    let world = Arc::new(World::with_credits(database, 1_000).await);
    let servers = Arc::new(servers(&world));
    for round in 1..=5 {
        let body = json!({"otpCode": "1", "toPhoneE164": recipient(round)});
        let answers = race(&world, &servers, vec![body; 100]).await;
        let expected = [
            ((200, "Sent".to_owned()), 1),
            ((400, "cooldown".to_owned()), 99),
        ];
        assert_eq!(counted(&answers), BTreeMap::from(expected));
        assert_eq!(world.sandbox.calls_to(&recipient(round)).await.len(), 1);
    }
    world.assert_ledger_balances(5).await;
}

async fn of_1000_parallel_retries_of_one_key_exactly_1_is_sent(database: Database) {
    let world = Arc::new(World::with_credits(database, 1_000).await);
    let servers = Arc::new(servers(&world));
    let key = "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60";
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "idempotencyKey": key});

    // All at once: a retry while the first is under way is answered with `Pending` and the same id.
    let answers = race(&world, &servers, vec![body.clone(); 1_000]).await;
    let id = answers[0].id().to_owned();
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 && answer.id() == id)
    );
    let statuses = counted(&answers);
    assert!(
        statuses
            .keys()
            .all(|(_, status)| ["Sent", "Pending"].contains(&status.as_str())),
        "{statuses:?}"
    );

    // Retries of a request that was answered: one answer for all.
    let answers = race(&world, &servers, vec![body; 1_000]).await;
    let expected = json!({"id": id, "messageStatus": "Sent"});
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 && answer.body == expected)
    );
    assert_eq!(world.sandbox.calls_about(&id).await.len(), 1);
    assert_eq!(world.sandbox.total_calls().await, 1);
    world.assert_ledger_balances(1).await;
}

async fn of_40_parallel_sends_on_10_credits_exactly_10_pass(database: Database) {
    let world = Arc::new(World::with_credits(database, 10).await);
    let servers = Arc::new(servers(&world));
    let body = |n| json!({"otpCode": "1", "toPhoneE164": recipient(n)});
    let answers = race(&world, &servers, (1..=40).map(body).collect()).await;
    let expected = [
        ((200, "Sent".to_owned()), 10),
        ((400, "InsufficientBalance".to_owned()), 30),
    ];
    assert_eq!(counted(&answers), BTreeMap::from(expected));
    assert_eq!(world.sandbox.total_calls().await, 10);
    assert_eq!(world.balance(), 0);
    world.assert_ledger_balances(10).await;
}
