//! Corrections of what was set up: commands beside a running server.

use std::time::Duration;

use otp_e2e::meta::report;
use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store, pause_between_polls, process};
use serde_json::Value;
use tokio::time::timeout;

/// The longest time that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(20);

on_every_store! {
    a_restricted_or_closed_account_cannot_send_until_it_is_reopened;
    an_account_is_edited_in_part;
    a_removed_sender_sends_nothing_and_its_receipts_count;
    a_revoked_subscription_pays_for_nothing;
    a_price_is_unset_and_a_plan_retired;
    support_sees_a_number_only_if_the_audit_trail_says_so;
    a_script_may_repeat_its_creates;
}

async fn a_restricted_or_closed_account_cannot_send_until_it_is_reopened(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let sent = world.send_to(&server, "+966550000001").await;
    assert_eq!(sent.status, 200);
    for (command, status, error) in [
        ("restrict", "Restricted", "AccountRestricted"),
        ("close", "Closed", "AccountClosed"),
    ] {
        let account = world.command(&["account", command, "--id", &world.account]);
        assert_eq!(account["status"], status);
        let refused = world.send_to(&server, "+966550000002").await;
        assert_eq!((refused.status, refused.error()), (400, error));
    }
    assert_eq!(world.check(&server, sent.id()).await.status, 200);
    assert_eq!(world.balance(), 9);
    let account = world.command(&["account", "reopen", "--id", &world.account]);
    assert_eq!(account["status"], "Open");
    assert_eq!(world.send_to(&server, "+966550000002").await.status, 200);

    let nobody = "00000000-0000-7000-8000-000000000000";
    let unknown = world.try_command(&["account", "restrict", "--id", nobody]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains(nobody), "{}", unknown.stderr);
}

async fn an_account_is_edited_in_part(database: Database) {
    let world = World::bare(database).await;
    let before = world.command(&["account", "show", "--id", &world.account]);
    let edit = [
        "account",
        "edit",
        "--id",
        &world.account,
        "--email",
        "new@example.com",
        "--language",
        "ar",
        "--low-balance",
        "35",
        "--address",
        "Suedstrasse 49f",
    ];
    let mut expected = before;
    expected["email"] = "new@example.com".into();
    expected["language"] = "ar".into();
    expected["lowBalancePercent"] = 35.into();
    expected["address"] = "Suedstrasse 49f".into();
    assert_eq!(world.command(&edit), expected);
    let removed = ["account", "edit", "--id", &world.account, "--no-address"];
    expected["address"] = serde_json::Value::Null;
    assert_eq!(world.command(&removed), expected);
    let nothing = world.try_command(&["account", "edit", "--id", &world.account]);
    assert_eq!(nothing.code, 2, "{}", nothing.stderr);
}

async fn a_removed_sender_sends_nothing_and_its_receipts_count(database: Database) {
    let mut world = World::with_webhook(database, 100).await;
    let server = world.serve();
    let sent = world.send_to(&server, "+966550000001").await;
    let delivered = world.sandbox.status(sent.id(), "delivered").await;
    world.command(&["sender", "remove", "--id", &world.sender]);
    for list in [["sender", "list"], ["template", "list"]] {
        assert_eq!(world.command(&list), serde_json::json!([]));
    }
    // A server sees a change of senders within half a second. Until then each send has a number of its own.
    let mut numbers = (100..).map(recipient);
    let mut next = || numbers.next().expect("endless");
    let gone = async {
        while world.send_to(&server, &next()).await.status != 404 {
            pause_between_polls().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the sender is used");
    let refused = world.send_to(&server, &next()).await;
    assert_eq!(refused.error(), "SenderNumberNotFound");
    report(&server, &[delivered]).await;
    let status = world.check(&server, sent.id()).await;
    assert_eq!(status.message_status(), "Delivered");
    let shown = world.command(&["message", "show", sent.id()]);
    assert!(shown["phoneNumberId"].is_string(), "{shown}");
    let again = world.try_command(&["sender", "remove", "--id", &world.sender]);
    assert_eq!(again.code, 1, "{}", again.stderr);

    world.add_sender();
    let back = async {
        while world.send_to(&server, &next()).await.status != 200 {
            pause_between_polls().await;
        }
    };
    timeout(PATIENCE, back).await.expect("no sender is used");
}

async fn a_revoked_subscription_pays_for_nothing(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    assert_eq!(world.send_to(&server, "+966550000001").await.status, 200);
    let listed = world.command(&["subscription", "list", "--account", &world.account]);
    let id = listed[0]["id"].as_str().expect("an id");
    let revoked = world.command(&["subscription", "revoke", "--id", id]);
    assert_eq!(revoked["status"], "Revoked");
    assert_eq!(revoked["remainingCredits"], 0);
    let refused = world.send_to(&server, "+966550000002").await;
    assert_eq!(refused.error(), "InsufficientBalance");
    let audit = world.command(&["ledger", "check"]);
    assert_eq!(
        (&audit["revoked"], &audit["addsUp"]),
        (&9.into(), &true.into())
    );
    world.grant(1);
    assert_eq!(world.send_to(&server, "+966550000002").await.status, 200);
}

async fn a_price_is_unset_and_a_plan_retired(database: Database) {
    let world = World::bare(database).await;
    world.command(&["price", "set", "--country", "SA", "--credits", "4"]);
    let unset = world.command(&["price", "unset", "--country", "SA"]);
    assert_eq!(unset["credits"], 1);
    assert_eq!(world.command(&["price", "list"]), serde_json::json!([]));
    let again = world.try_command(&["price", "unset", "--country", "SA"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("SA"), "{}", again.stderr);

    let plan = world.command(&["plan", "create", "--name", "Start", "--credits", "5"]);
    let id = plan["id"].as_str().expect("an id");
    let grant = [
        "subscription",
        "grant",
        "--account",
        &world.account,
        "--credits",
        "5",
        "--plan",
        id,
    ];
    world.command(&grant);
    let retired = world.command(&["plan", "retire", "--id", id]);
    assert_eq!(retired["status"], "Retired");
    assert_eq!(world.command(&["plan", "list"])[0], retired);
    let refused = world.try_command(&grant);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("retired"), "{}", refused.stderr);
    assert_eq!(world.balance(), 5);
}

async fn support_sees_a_number_only_if_the_audit_trail_says_so(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = "+966550000001";
    let sent = world.send_to(&server, number).await;
    let list = [
        "message",
        "list",
        "--account",
        &world.account,
        "--to",
        number,
    ];
    for masked in [
        world.command(&list)[0].clone(),
        world.command(&["message", "show", sent.id()]),
    ] {
        assert_eq!(masked["id"], sent.id());
        assert!(!masked.to_string().contains("0000001"), "{masked}");
        assert!(
            masked["to"]
                .as_str()
                .is_some_and(|to| to.starts_with("+9665"))
        );
    }
    let actions = || -> Vec<Value> {
        let entries = world.command(&["audit", "list"]);
        let entries = entries.as_array().expect("an array").iter();
        entries.map(|entry| entry["action"].clone()).collect()
    };
    // Newest first: what set the account up, and nothing else.
    let set_up = [
        "AddTemplate",
        "AddTemplate",
        "AddSender",
        "GrantSubscription",
        "CreateApiKey",
        "CreateAccount",
    ];
    assert_eq!(actions(), set_up);

    let revealed = world.command(&["message", "show", sent.id(), "--reveal"]);
    assert_eq!(revealed["to"], number);
    assert_eq!(revealed["accountId"], world.account);
    assert_eq!(revealed["timeline"][0]["source"], "ApiRequest");
    let entries = world.command(&["audit", "list"]);
    let entry = &entries[0];
    assert_eq!(entry["subject"], sent.id());
    assert_eq!(entry["action"], "RevealRecipient");
    assert!(
        entry["actor"]
            .as_str()
            .is_some_and(|actor| actor.contains("uid ")),
        "{entry}"
    );
    assert!(!entries.to_string().contains("0000001"), "{entries}");
}

async fn a_script_may_repeat_its_creates(database: Database) {
    let world = World::with_credits(database, 10).await;
    let account = &world.account;
    let twice = |arguments: &[&str]| -> (Value, Value) {
        let run = || {
            let arguments = [arguments, &["--if-absent", "--json"]].concat();
            process::run(&arguments, &world.variables(), "EAAGother\n").json()
        };
        (run(), run())
    };
    let plan = ["plan", "create", "--name", "Start", "--credits", "5"];
    let (first, second) = twice(&plan);
    assert_eq!(first, second);
    assert_eq!(world.try_command(&plan).code, 1);

    let email = ["--email", "script@example.com"];
    let contact = ["--name", "A", "--phone", "+4930901820", "--company", "B"];
    let create = [&["account", "create"][..], &email, &contact].concat();
    let (first, second) = twice(&create);
    assert_eq!(first, second);
    assert_eq!(first["email"], "script@example.com");

    let known = world.command(&["sender", "list"]);
    let number = known[0]["phoneNumberId"].as_str().expect("an id");
    let sender = [
        "sender",
        "add",
        "--account",
        account,
        "--phone-number-id",
        number,
        "--waba-id",
        "1",
        "--phone",
        "+15550783881",
        "--access-token-file",
        "-",
    ];
    assert_eq!(twice(&sender), (known[0].clone(), known[0].clone()));

    let template = [
        "template",
        "add",
        "--sender",
        &world.sender,
        "--name",
        "otp_code",
    ];
    let (first, second) = twice(&[&template[..], &["--language", "fr"]].concat());
    assert_eq!(first, second);
    let templates = world.command(&["template", "list"]);
    assert_eq!(templates.as_array().map(Vec::len), Some(3));

    let price = ["price", "set", "--country", "SA", "--credits"];
    let (first, _) = twice(&[&price[..], &["2"]].concat());
    let (second, _) = twice(&[&price[..], &["3"]].concat());
    assert_eq!(
        (first, second["credits"].as_i64()),
        (second.clone(), Some(2))
    );
}
