//! An activation that is killed: it grants the credits and ends the order, or does neither.

use otp_e2e::{Database, Running, World, on_every_store, process};
use serde_json::Value;

use super::{hidden, location, open, send_signed, signed_up, world};
use crate::reliability::crash::lock;

on_every_store! {
    an_activation_killed_before_its_commit_leaves_the_order_waiting;
}

/// Orders a plan as a person does, and returns the id of the order.
async fn ordered(world: &World, server: &Running) -> String {
    let (_, cookie) = signed_up(world, server).await;
    let create = ["plan", "create", "--name", "Standard", "--credits", "1000"];
    let plan = world.command(&create);
    let plan = plan["id"].as_str().expect("an id");
    let path = format!("/dashboard/purchase/{plan}");
    let asked = open(server, &cookie, &path).await;
    let order = hidden(&asked, "order").to_owned();
    let fields = [
        ("form-token", hidden(&asked, "form-token")),
        ("order", &*order),
        ("by", "email"),
    ];
    let placed = send_signed(server, &cookie, &path, &fields).await;
    assert_eq!(location(&placed), format!("/dashboard/orders/{order}"));
    order
}

/// Returns the subscriptions of an account.
fn subscriptions(world: &World, account: &str) -> Vec<Value> {
    let listed = world.command(&["subscription", "list", "--account", account]);
    listed.as_array().cloned().expect("an array")
}

async fn an_activation_killed_before_its_commit_leaves_the_order_waiting(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let order = ordered(&world, &server).await;
    let before = world.command(&["order", "show", &order]);
    let account = before["accountId"].as_str().expect("an id").to_owned();
    // Only the command writes from here on.
    server.kill();

    let activate = ["order", "activate", &order, "--json"];
    for _ in 0..3 {
        let lock = lock(&world.database).await;
        let activation = process::begin(&activate, &world.variables());
        lock.is_waited_for_by(activation.id()).await;
        drop(activation);
        drop(lock);
        let shown = world.command(&["order", "show", &order]);
        assert_eq!(shown, before);
        assert_eq!(subscriptions(&world, &account), [Value::Null; 0]);
    }

    let activated = world.command(&activate[..3]);
    assert_eq!(activated["status"], "Activated");
    let granted = subscriptions(&world, &account);
    assert_eq!(granted.len(), 1, "{granted:?}");
    assert_eq!(granted[0]["remainingCredits"], 1_000);
    assert_eq!(world.command(&["ledger", "check"])["addsUp"], true);
    let actions = world.command(&["audit", "list"]).to_string();
    assert_eq!(actions.matches("ActivateOrder").count(), 1, "{actions}");
    let verified = world.try_command(&["audit", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}
