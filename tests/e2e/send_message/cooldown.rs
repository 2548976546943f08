//! The cooldown as a caller sees it. The core's tests check its arithmetic, with a manual clock.

use otp_e2e::world::{answer, recipient};
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    a_second_send_is_refused_with_the_time_to_wait;
    a_refused_send_starts_no_cooldown;
}

async fn a_second_send_is_refused_with_the_time_to_wait(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    assert_eq!(world.send_to(&server, &recipient(1)).await.status, 200);

    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!(refused.status, 400);
    let seconds: u64 = refused.headers["retry-after"].parse().expect("seconds");
    assert!((1..=30).contains(&seconds), "{seconds}");
    let sentence = format!(
        "You can't send another message to the same number yet. Please wait 00:00:{seconds:02} and try again."
    );
    assert_eq!(refused.error(), sentence);

    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1)});
    let request = world
        .post(&server, "/SendMessage")
        .header("Accept-Language", "ar,en;q=0.5");
    let refused = answer(request.json(&body)).await;
    assert_eq!(refused.headers["content-language"], "ar");
    assert!(
        refused.error().contains("00:00:") && !refused.error().contains("wait"),
        "{refused:?}"
    );
    assert_eq!(
        world.send_to(&server, &recipient(2)).await.status,
        200,
        "another number has no cooldown"
    );
    world.assert_ledger_balances(2).await;
}

async fn a_refused_send_starts_no_cooldown(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let once = json!({"answer": "refused", "code": 131026, "times": 1});
    world.sandbox.script(&recipient(1), once).await;
    assert_eq!(
        world.send_to(&server, &recipient(1)).await.message_status(),
        "Failed"
    );
    assert_eq!(
        world.send_to(&server, &recipient(1)).await.message_status(),
        "Sent"
    );
}
