//! The price of a send, and the subscription that pays it.

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    the_newest_subscription_that_covers_the_destinations_price_pays;
    a_spent_subscription_expires_and_a_refund_revives_it;
}

async fn the_newest_subscription_that_covers_the_destinations_price_pays(database: Database) {
    let world = World::with_credits(database, 10).await;
    world.grant(2);
    let prices = otp_e2e::process::run(
        &["price", "import", "-", "--json"],
        &world.variables(),
        "country,credits\nSA,3\nEG,2\n",
    );
    assert_eq!(prices.json(), json!({"imported": 2}));
    let server = world.serve();
    let remaining = || {
        let rows = world.command(&["subscription", "list", "--account", &world.account]);
        let row = |n: usize| rows[n]["remainingCredits"].as_i64().expect("a number");
        (row(0), row(1))
    };
    // Saudi Arabia: 3 credits, more than the newer subscription has.
    assert_eq!(world.send_to(&server, &recipient(1)).await.status, 200);
    assert_eq!(remaining(), (2, 7), "newest first");
    // Germany is not in the table: 1 credit, from the newer subscription.
    assert_eq!(world.send_to(&server, "+4915112345678").await.status, 200);
    assert_eq!(remaining(), (1, 7));
    // Egypt: 2 credits, which are never split between subscriptions.
    assert_eq!(world.send_to(&server, "+201001234567").await.status, 200);
    assert_eq!(remaining(), (1, 5));
    world.assert_ledger_balances(6).await;
}

async fn a_spent_subscription_expires_and_a_refund_revives_it(database: Database) {
    let world = World::with_credits(database, 1).await;
    let server = world.serve();
    let status = || {
        let rows = world.command(&["subscription", "list", "--account", &world.account]);
        rows[0]["status"].as_str().expect("a status").to_owned()
    };
    let refused = json!({"answer": "refused", "code": 131026});
    world.sandbox.script(&recipient(1), refused).await;
    assert_eq!(
        world.send_to(&server, &recipient(1)).await.message_status(),
        "Failed"
    );
    assert_eq!(
        status(),
        "Active",
        "a failed message gives its credits back"
    );
    assert_eq!(
        world.send_to(&server, &recipient(2)).await.message_status(),
        "Sent"
    );
    assert_eq!(status(), "Expired");
    assert_eq!(
        world.send_to(&server, &recipient(3)).await.error(),
        "InsufficientBalance"
    );
    world.assert_ledger_balances(1).await;
}
