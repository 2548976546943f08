//! Corrections of what was set up: commands beside a running server.

use otp_e2e::{Database, World, on_every_store};

on_every_store! {
    a_restricted_or_closed_account_cannot_send_until_it_is_reopened;
    an_account_is_edited_in_part;
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
