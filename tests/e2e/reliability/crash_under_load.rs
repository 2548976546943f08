//! Crashes under load: the process is killed (SIGKILL) again and again, each time while new sends and
//! retries of all earlier ones are under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

on_every_store! {
    sends_killed_again_and_again_are_neither_lost_nor_called_twice;
}

const ROUNDS: u32 = 6;
/// The number of new sends in each round.
const NEW: u32 = 40;

fn body(number: u32) -> Value {
    let key = uuid::Uuid::from_u128(number.into());
    json!({"otpCode": "1", "toPhoneE164": recipient(number), "idempotencyKey": key.to_string()})
}

/// The id and the status that were answered to the send to each number. Neither ever changes.
#[derive(Default)]
struct Acknowledged(BTreeMap<u32, (Value, Value)>);

impl Acknowledged {
    fn add(&mut self, number: u32, answer: &Value) {
        let said = (answer["id"].clone(), answer["messageStatus"].clone());
        assert!(said.0.is_string() && said.1.is_string(), "{answer}");
        let first = self.0.entry(number).or_insert_with(|| said.clone());
        assert_eq!(*first, said, "number {number}");
    }
}

/// Starts a server, sends to all numbers up to the last of this round, and kills it meanwhile.
async fn kill_in_round(world: &Arc<World>, round: u32, acknowledged: &mut Acknowledged) {
    let (first, last) = (round * NEW + 1, (round + 1) * NEW);
    // The provider answers this one too late, so that at least one new send is under way.
    let late = json!({"answer": "accepted", "delay_ms": 60_000});
    world.sandbox.script(&recipient(last), late).await;
    let server = Arc::new(world.serve());
    let (answers, mut received) = unbounded_channel();
    let requests: Vec<_> = (1..=last)
        .map(|number| {
            let (world, server) = (Arc::clone(world), Arc::clone(&server));
            let answers = answers.clone();
            tokio::spawn(async move {
                let request = world.post(&server, "/SendMessage").json(&body(number));
                // A killed server gives no answer, or half of one.
                if let Ok(answer) = request.send().await
                    && let Ok(answer) = answer.json::<Value>().await
                {
                    drop(answers.send((number, answer)));
                }
            })
        })
        .collect();
    drop(answers);
    // Each round kills after a different number of answers to new sends, and every second one during a
    // call that the provider has received.
    let mut new = 0;
    while new < round * 5 {
        let (number, answer) = received.recv().await.expect("enough answers");
        new += u32::from(number >= first);
        acknowledged.add(number, &answer);
    }
    if is_killed_during_a_call(round) {
        world.sandbox.wait_for_calls_to(&recipient(last), 1).await;
    }
    let killed = std::process::Command::new("kill")
        .args(["-9", &server.id().to_string()])
        .status();
    assert!(killed.expect("kill").success());
    for request in requests {
        request.await.expect("no request panics");
    }
    while let Some((number, answer)) = received.recv().await {
        acknowledged.add(number, &answer);
    }
    assert!(
        !acknowledged.0.contains_key(&last),
        "the kill of round {round} hit no new send"
    );
    world
        .sandbox
        .script(&recipient(last), json!({"answer": "accepted"}))
        .await;
}

fn is_killed_during_a_call(round: u32) -> bool {
    round % 2 == 1
}

async fn sends_killed_again_and_again_are_neither_lost_nor_called_twice(database: Database) {
    let world = Arc::new(World::with_credits(database, 1_000).await);
    let mut acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        kill_in_round(&world, round, &mut acknowledged).await;
    }
    let server = world.serve();
    let mut calls_in_total = 0;
    for number in 1..=ROUNDS * NEW {
        let answer = world.send(&server, &body(number)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        acknowledged.add(number, &answer.body);
        let calls = world.sandbox.calls_about(answer.id()).await.len();
        let status = world.check(&server, answer.id()).await;
        match status.message_status() {
            "Sent" => assert_eq!(calls, 1, "{status:?}"),
            "Pending" => assert!(calls <= 1, "{calls} calls: {status:?}"),
            _ => panic!("{status:?}"),
        }
        let is_last = number % NEW == 0;
        if is_last && is_killed_during_a_call(number / NEW - 1) {
            assert_eq!((status.message_status(), calls), ("Pending", 1));
        }
        calls_in_total += calls as u64;
    }
    assert_eq!(world.sandbox.total_calls().await, calls_in_total);
    world.assert_ledger_balances((ROUNDS * NEW).into()).await;
}
