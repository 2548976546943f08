//! The command line: its output and its refusals.

use otp_e2e::{Database, World, on_every_store, process};
use serde_json::{Value, json};

on_every_store! {
    created_objects_are_listed;
    the_sender_and_the_price_of_e_mails_are_set_shown_and_cleared;
    a_key_is_shown_once_and_can_be_rotated_and_revoked;
    a_token_given_instead_of_its_file_is_not_repeated;
    a_mistake_is_refused_with_a_reason;
    with_json_an_error_is_an_object_too;
}

async fn the_sender_and_the_price_of_e_mails_are_set_shown_and_cleared(database: Database) {
    let world = World::with_credits(database, 10).await;
    let sender = |command: &[&str]| {
        let of_account = ["--id", &world.account];
        world.command(&[&["account", "email-sender"], command, &of_account].concat())
    };
    let default = json!({
        "accountId": world.account, "address": null, "name": null, "product": null, "colour": null,
        "domain": null,
    });
    assert_eq!(sender(&["show"]), default);
    let set = sender(&[
        "set",
        "--address",
        "Codes@Shop.example",
        "--name",
        "أمل",
        "--colour",
        "#0A7D33",
        "--domain",
        "münchen.example",
    ]);
    let expected = json!({
        "accountId": world.account, "address": "Codes@shop.example", "name": "أمل", "product": null,
        "colour": "#0a7d33", "domain": "xn--mnchen-3ya.example",
    });
    assert_eq!((&set, &sender(&["show"])), (&expected, &expected));
    let replaced = sender(&["set", "--product", "Amal"]);
    assert_eq!(
        (&replaced["address"], replaced["product"].as_str()),
        (&Value::Null, Some("Amal"))
    );
    assert_eq!(sender(&["clear"]), default);
    assert_eq!(sender(&["show"]), default);

    let price = world.command(&["price", "set", "--country", "email", "--credits", "3"]);
    assert_eq!(price, json!({"country": "EMAIL", "credits": 3}));
    assert_eq!(world.command(&["price", "list"]), json!([price]));
    let unset = world.command(&["price", "unset", "--country", "EMAIL"]);
    assert_eq!(unset["credits"], 1);
    assert_eq!(world.command(&["price", "list"]), json!([]));
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

async fn created_objects_are_listed(database: Database) {
    let world = World::with_credits(database, 10).await;
    let accounts = world.command(&["account", "list"]);
    assert_eq!(accounts[0]["email"], "amal@example.com");
    let shown = world.command(&["account", "show", "--id", &world.account]);
    assert_eq!(shown, accounts[0]);

    let plan = [
        "plan",
        "create",
        "--name",
        "Start",
        "--credits",
        "1000",
        "--price",
        "19.9",
        "--currency",
        "usd",
    ];
    let plan = world.command(&plan);
    assert_eq!(
        (plan["price"].as_str(), plan["currency"].as_str()),
        (Some("19.90"), Some("USD"))
    );
    let id = plan["id"].as_str().expect("an id");
    let granted = world.command(&[
        "subscription",
        "grant",
        "--account",
        &world.account,
        "--credits",
        "7",
        "--plan",
        id,
    ]);
    assert_eq!(
        (granted["planId"].as_str(), granted["status"].as_str()),
        (Some(id), Some("Active"))
    );
    let listed = world.command(&["subscription", "list", "--account", &world.account]);
    assert_eq!(listed[0], granted, "newest first");
    for field in ["id", "credits", "remainingCredits", "status", "createdAt"] {
        assert!(keys(&listed[0]).contains(&field), "{field}");
    }

    let set = world.command(&["price", "set", "--country", "sa", "--credits", "2"]);
    assert_eq!(world.command(&["price", "list"])[0], set);
    let senders = world.command(&["sender", "list"]);
    assert_eq!(
        (
            senders[0]["phone"].as_str(),
            senders.as_array().map(Vec::len)
        ),
        (Some("+15550783881"), Some(1))
    );
    assert!(!senders.to_string().contains("EAAGe2etoken"));
    let templates = world.command(&["template", "list", "--sender", &world.sender]);
    let languages: Vec<_> = templates
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["language"].clone())
        .collect();
    assert_eq!(languages, ["ar", "en"]);
    let text = world.try_command(&["template", "list"]);
    assert!(
        text.stdout.starts_with("id ") && text.stdout.contains("otp_code"),
        "{}",
        text.stdout
    );
}

async fn a_key_is_shown_once_and_can_be_rotated_and_revoked(database: Database) {
    let mut world = World::with_credits(database, 10).await;
    let listed = world.command(&["key", "list", "--account", &world.account]);
    assert!(!listed.to_string().contains(&world.api_key));
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    let server = world.serve();
    assert_eq!(
        world.check(&server, "x").await.error(),
        "MessageIdMustBeUuid"
    );

    let successor = world.command(&["key", "rotate", "--id", &id, "--overlap", "1h"]);
    assert_eq!(
        world.check(&server, "x").await.error(),
        "MessageIdMustBeUuid",
        "the old key works during the overlap"
    );
    world.api_key = successor["apiKey"].as_str().expect("a key").to_owned();
    assert_eq!(
        world.check(&server, "x").await.error(),
        "MessageIdMustBeUuid"
    );
    world.command(&["key", "revoke", "--id", &id]);
    let listed = world.command(&["key", "list", "--account", &world.account]);
    assert!(
        listed[0]["revokedAt"].is_string() && listed[1]["revokedAt"].is_null(),
        "{listed}"
    );
}

async fn a_token_given_instead_of_its_file_is_not_repeated(database: Database) {
    let world = World::bare(database).await;
    let token = "EAAGmistaken";
    let ended = world.try_command(&[
        "sender",
        "add",
        "--account",
        &world.account,
        "--phone-number-id",
        "1",
        "--waba-id",
        "2",
        "--phone",
        "+15550783881",
        "--access-token-file",
        token,
    ]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("the file with the access token") && !ended.stderr.contains(token),
        "{}",
        ended.stderr
    );
}

async fn a_mistake_is_refused_with_a_reason(database: Database) {
    let world = World::bare(database).await;
    let nobody = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let ended = world.try_command(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(words),
            "{arguments:?}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "", "errors go to standard error");
    };
    refused(
        &["key", "create", "--account", nobody, "--name", "x"],
        1,
        "no account has that id",
    );
    refused(
        &["key", "revoke", "--id", nobody],
        1,
        "no API key has the id",
    );
    refused(
        &["key", "rotate", "--id", nobody],
        1,
        "no API key has that id",
    );
    refused(
        &["account", "show", "--id", nobody],
        1,
        "no account has the id",
    );
    refused(&["account", "show", "--id", "42"], 2, "UUID");
    refused(
        &[
            "subscription",
            "grant",
            "--account",
            nobody,
            "--credits",
            "1",
        ],
        1,
        "no account or plan",
    );
    refused(
        &[
            "subscription",
            "grant",
            "--account",
            nobody,
            "--credits",
            "0",
        ],
        2,
        "1 to 2000000000",
    );
    refused(
        &["price", "set", "--country", "XX", "--credits", "1"],
        2,
        "no country",
    );
    refused(&["price", "import", "/nowhere.csv"], 2, "/nowhere.csv");
    refused(&["acount", "list"], 2, "account");
    let late = [
        "key",
        "create",
        "--account",
        &world.account,
        "--name",
        "x",
        "--expires-at",
        "2020-01-01T00:00:00Z",
    ];
    refused(&late, 1, "past");
}

async fn with_json_an_error_is_an_object_too(database: Database) {
    let mut world = World::bare(database).await;
    let nobody = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
    let error = |ended: process::Ended| -> String {
        let errors = ended.errors();
        let [error] = errors.as_slice() else {
            panic!("{}", ended.stderr);
        };
        let error: Value = serde_json::from_str(error).expect("JSON");
        error["error"].as_str().expect("a text").to_owned()
    };
    let ended = world.try_command(&["account", "show", "--id", nobody, "--json"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(error(ended).starts_with("no account has the id"));
    // What clap refuses, without its usage.
    let ended = world.try_command(&["--json", "acount", "list"]);
    assert_eq!(ended.code, 2);
    let text = error(ended);
    assert!(
        text.starts_with("unrecognized subcommand 'acount'") && !text.contains("Usage"),
        "{text}"
    );
    // Each fault of the settings is an object of its own.
    world.set("LOG__FORMAT", "xml");
    world.set("DATABASE__URL", "mysql://x");
    let ended = world.try_command(&["--json", "account", "list"]);
    assert_eq!(ended.code, 2);
    let lines: Vec<Value> = ended
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let has = |setting: &str| {
        lines.iter().any(|line| {
            line["error"]
                .as_str()
                .is_some_and(|error| error.contains(setting))
        })
    };
    assert!(has("log.format") && has("database.url"), "{}", ended.stderr);
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    let ended = process::run(&["man", "--out", path], &[], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for (page, words) in [
        ("otp-server.1", "otp\\-server\\-key(1)"),
        ("otp-server-key.1", "otp\\-server\\-key\\-create(1)"),
        ("otp-server-key-create.1", "\\-\\-expires\\-at"),
        ("otp-server-serve.1", "\\-\\-no\\-migrate"),
    ] {
        let text = std::fs::read_to_string(folder.path().join(page));
        let text = text.unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(words), "{page}: {text}");
    }
    let ended = process::run(&["man", "--out", "/nowhere"], &[], "");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("/nowhere"), "{}", ended.stderr);
}

#[test]
fn completions_and_manual_are_printed_without_a_database() {
    let completions = process::run(&["completions", "bash"], &[], "");
    assert!(completions.code == 0 && completions.stdout.contains("otp-server"));
    let manual = process::run(&["man"], &[], "");
    assert!(manual.code == 0 && manual.stdout.contains(".TH otp-server"));
    let key = process::run(&["config", "new-master-key"], &[], "");
    assert_eq!(key.stdout.trim().len(), 44);
    let defaults = process::run(&["config", "defaults"], &[], "");
    assert!(defaults.stdout.contains("[database]"));
}
