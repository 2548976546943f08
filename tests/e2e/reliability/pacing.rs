//! Pacing slows down only those it is about. The sandbox's ledger and a fake provider count the
//! calls.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use otp_e2e::world::recipient;
use otp_e2e::{Database, FakeProvider, Mood, World};
use serde_json::json;

const OTHER_NUMBER_ID: &str = "106540352242923";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_sender_pauses_alone() {
    let mut world = World::with_credits(Database::sqlite(), 10).await;
    let throttled = world.api_key.clone();
    world.add_account_with(OTHER_NUMBER_ID).await;
    let server = world.serve();
    let hourly = json!({"answer": "refused", "code": 80007, "times": 1});
    world.sandbox.script(&recipient(1), hourly).await;

    let refused = world.send_as(&throttled, &server, &recipient(1)).await;
    assert_eq!(refused.message_status(), "Failed");
    // The next message is answered like the first, without a call.
    let held = world.send_as(&throttled, &server, &recipient(2)).await;
    assert_eq!(
        (held.status, held.error(), held.message_status()),
        (refused.status, refused.error(), "Failed")
    );
    assert_eq!(world.sandbox.total_calls().await, 1);
    assert_eq!(
        world.check(&server, held.id()).await.status,
        404,
        "it is the other account's message"
    );

    let other = world.send_to(&server, &recipient(2)).await;
    assert_eq!(
        other.message_status(),
        "Sent",
        "another account's sender does not pause"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_recipient_pauses_alone() {
    let world = World::with_credits(Database::sqlite(), 10).await;
    let server = world.serve();
    let once = json!({"answer": "refused", "code": 131056, "times": 1});
    world.sandbox.script(&recipient(1), once).await;
    let other = async {
        world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
        let sent = world.send_to(&server, &recipient(2)).await;
        let calls = world.sandbox.calls_to(&recipient(1)).await;
        (sent, calls.len())
    };
    let started = Instant::now();
    let slow_number = recipient(1);
    let (slow, (other, calls_meanwhile)) =
        tokio::join!(world.send_to(&server, &slow_number), other);
    assert_eq!(
        (slow.message_status(), other.message_status()),
        ("Sent", "Sent")
    );
    assert_eq!(calls_meanwhile, 1, "the other was sent during the pause");
    assert!(started.elapsed() >= Duration::from_secs(4));
    assert_eq!(world.sandbox.calls_about(slow.id()).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_provider_is_called_ten_times_and_then_probed_until_it_is_back() {
    for mood in [Mood::Gone, Mood::Silent] {
        let provider = FakeProvider::start(mood).await;
        let mut world = World::with_credits(Database::sqlite(), 100).await;
        world.set("WHATSAPP__BASE_URL", provider.url());
        world.set("WHATSAPP__TIMEOUT", "1s");
        world.set("WHATSAPP__CONNECT_TIMEOUT", "1s");
        let server = world.serve();
        let (world, server) = (&world, &server);
        let send = |n: u32| async move { world.send_to(server, &recipient(n)).await };

        let unknown = join_all((0..10).map(send)).await;
        assert!(
            unknown
                .iter()
                .all(|sent| sent.message_status() == "Pending")
        );
        assert_eq!(provider.calls(), 10);

        // The pauses are 1, 2, 4 … seconds, and a message asks three times: so there are two or
        // three probes.
        let held = join_all((10..40).map(send)).await;
        let failed = held.iter().filter(|sent| sent.message_status() == "Failed");
        assert!(failed.clone().count() >= 27, "{held:?}");
        assert!(failed.clone().all(|sent| sent.status == 424), "{held:?}");
        let probes = provider.calls() - 10;
        assert!((1..=3).contains(&probes), "{probes} probes");

        provider.set_mood(Mood::Well);
        let back = Instant::now();
        let mut number = 40;
        while send(number).await.message_status() != "Sent" {
            number += 1;
            assert!(back.elapsed() < Duration::from_secs(30), "{mood:?}");
        }
        let well = join_all((1_000..1_020).map(send)).await;
        assert!(well.iter().all(|sent| sent.message_status() == "Sent"));
        let pending = i64::try_from(10 + probes).expect("few");
        let sent = 1 + 20;
        world.assert_ledger_balances(pending + sent).await;
    }
}
