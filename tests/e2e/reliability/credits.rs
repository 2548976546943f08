//! Credits add up at every moment, whatever the provider reports and however late.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use otp_core::usecases::audit_credits::AuditCredits;
use otp_e2e::meta::report;
use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};

on_every_store! {
    granted_credits_equal_balance_plus_net_debits_at_every_read;
}

/// Workers that send at the same time.
const WORKERS: u32 = 8;
/// Sends of each worker.
const SENDS: u32 = 12;

/// The reports on a message; the sends of a worker take them in turn.
const LIVES: [&[&str]; 4] = [
    &[],
    &["sent", "failed"],
    &["failed", "delivered", "failed"],
    &["delivered", "sent", "read", "read"],
];

async fn granted_credits_equal_balance_plus_net_debits_at_every_read(database: Database) {
    let credits = 60;
    let world = Arc::new(World::with_webhook(database, credits).await);
    let server = Arc::new(world.serve());
    let over = Arc::new(AtomicBool::new(false));
    let auditor = tokio::spawn({
        let (storage, over) = (world.storage().await, Arc::clone(&over));
        async move {
            let (mut reads, mut last) = (0_u32, false);
            while !last {
                // One more audit after the last send.
                last = over.load(Ordering::Acquire);
                let report = AuditCredits {
                    audit: storage.clone(),
                }
                .execute()
                .await
                .expect("an audit");
                assert!(report.adds_up(), "{report:?}");
                let spent = report.debited - report.refunded;
                assert_eq!(i64::from(credits), report.remaining + spent);
                reads += 1;
                tokio::task::yield_now().await;
            }
            reads
        }
    });
    let workers = (0..WORKERS).map(|worker| {
        let (world, server) = (Arc::clone(&world), Arc::clone(&server));
        tokio::spawn(async move {
            for turn in 0..SENDS {
                let sent = world
                    .send_to(&server, &recipient(worker * SENDS + turn))
                    .await;
                if sent.status != 200 {
                    assert_eq!(sent.error(), "InsufficientBalance");
                    continue;
                }
                for reported in LIVES[turn as usize % LIVES.len()] {
                    let status = world.sandbox.status(sent.id(), reported).await;
                    report(&server, &[status]).await;
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("no worker panics");
    }
    over.store(true, Ordering::Release);
    let reads = auditor.await.expect("the credits added up at every read");
    assert!(reads > 10, "only {reads} reads while credits moved");

    let checked = world.command(&["ledger", "check"]);
    assert_eq!(checked["addsUp"], true, "{checked}");
    assert_eq!(checked["remaining"], world.balance());
}
