//! `doctor`: a healthy installation, and one line for each thing that is wrong with a broken one.

use otp_e2e::meta::{APP_SECRET, VERIFY_TOKEN};
use otp_e2e::{Database, Ended, FakeSmtp, World, on_every_store};
use otp_testkit::postgres::{Options, TestPostgres};
use serde_json::{Value, json};

on_every_store! {
    /// Each fault has its line, with what to do, and the rest is still checked.
    each_fault_has_its_line_and_the_exit_code;
    /// Nothing that is stored is read with a wrong key, and the rest is still checked.
    a_wrong_master_key_is_a_line_as_well;
}

/// An account with a sender, mail, and a sandbox that reports to the gateway.
async fn world(database: Database) -> World {
    let mut world = World::with_webhook(database, 100).await;
    world.send_mail();
    world.set("HTTP__PUBLIC_URL", "https://otp.example.com");
    let receiver = json!({
        "url": "http://127.0.0.1:9/webhooks/whatsapp",
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
    });
    world.sandbox.put("webhook", &receiver).await;
    world
}

/// Runs the command, and returns what it printed and its checks.
fn doctor(world: &World) -> (Ended, Vec<Value>) {
    let ended = world.try_command(&["doctor", "--json"]);
    let printed: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|_| panic!("{} {}", ended.stdout, ended.stderr));
    let checks = printed["checks"].as_array().expect("checks").clone();
    let problems = checks.iter().filter(|check| check["verdict"] == "problem");
    assert_eq!(printed["problems"], json!(problems.count()), "{printed}");
    (ended, checks)
}

/// Returns the findings of this check: verdict and words.
fn of(checks: &[Value], check: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let found = checks.iter().filter(|one| one["check"] == check);
    found
        .map(|one| (text(&one["verdict"]), text(&one["found"])))
        .collect()
}

async fn assert_healthy(world: &World) {
    let (ended, checks) = doctor(world);
    assert_eq!(ended.code, 0, "{checks:#?}");
    for check in [
        "database",
        "durability",
        "migrations",
        "keyring",
        "api_version",
        "token",
        "number",
        "business_account",
        "webhook",
        "mail_server",
        "clock",
        "public_url",
    ] {
        let found = of(&checks, check);
        assert_eq!(found.len(), 1, "{check}: {checks:#?}");
        assert_eq!(found[0].0, "ok", "{check}: {found:?}");
    }
    let durable = &of(&checks, "durability")[0].1;
    let settings = match &world.database {
        Database::Sqlite(_) => "journal_mode = wal, synchronous = 2",
        Database::Postgres(_) => "fsync = on, full_page_writes = on, synchronous_commit = on",
    };
    assert!(durable.contains(settings), "{durable}");
    // Two templates, and the account's default language. Those of the sandbox live for WhatsApp's default.
    let templates = of(&checks, "template");
    assert_eq!(templates.len(), 3, "{templates:?}");
    assert!(
        templates.iter().all(|(verdict, _)| verdict != "problem"),
        "{templates:?}"
    );
    for check in &checks {
        let is_ok = check["verdict"] == "ok";
        assert_eq!(check["remedy"].is_null(), is_ok, "{check}");
    }
    let text = world.try_command(&["doctor"]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert_eq!(text.stdout.lines().count(), checks.len(), "{}", text.stdout);
    for line in text.stdout.lines() {
        let warns = line.starts_with("warning  ") && line.contains(" → ");
        assert!(warns || line.starts_with("ok       "), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_installation_on_sqlite_has_no_problem() {
    assert_healthy(&world(Database::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_installation_on_postgres_has_no_problem() {
    let durable = Options {
        durable: true,
        ..Options::default()
    };
    let server = TestPostgres::start(durable).expect("a server");
    let world = world(Database::Postgres(server.create_database())).await;
    assert_healthy(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_wait_for_its_disk_is_a_problem() {
    // The tests' own server trades durability for speed.
    let world = world(Database::postgres()).await;
    let (ended, checks) = doctor(&world);
    let found = of(&checks, "durability");
    let words: String = found.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!((ended.code, found.len()), (1, 2), "{found:?}");
    assert!(words.contains("fsync is off") && words.contains("full_page_writes is off"));
    assert!(
        found.iter().all(|(verdict, _)| verdict == "problem"),
        "{found:?}"
    );
}

#[track_caller]
fn assert_problem(checks: &[Value], check: &str, words: &str) {
    let found = of(checks, check);
    let is_there = found
        .iter()
        .any(|(verdict, found)| verdict == "problem" && found.contains(words));
    assert!(is_there, "{check}: {words:?} is missing: {checks:#?}");
}

async fn each_fault_has_its_line_and_the_exit_code(database: Database) {
    let mut world = world(database).await;
    let paused = json!({"name": "otp_code", "language": "ar", "status": "PAUSED"});
    world.sandbox.put("templates", &paused).await;
    let down = FakeSmtp::down();
    world.set("SMTP__URL", &down.url());
    world.set("HTTP__PUBLIC_URL", "http://localhost:8080");
    world.set("WHATSAPP__API_VERSION", "v19.0");
    let (ended, checks) = doctor(&world);
    assert_eq!(ended.code, 1, "{checks:#?}");
    assert_problem(
        &checks,
        "template",
        "otp_code in ar: WhatsApp has not approved it: PAUSED",
    );
    assert_problem(&checks, "mail_server", "the connection failed");
    assert_eq!(of(&checks, "public_url")[0].0, "warning", "{checks:#?}");
    assert_problem(&checks, "api_version", "v19.0 ended on 2026-05-21");

    let revoked = json!({"revoked": ["EAAGe2etoken"]});
    world.sandbox.put("tokens", &revoked).await;
    let (ended, checks) = doctor(&world);
    assert_eq!(ended.code, 1, "{checks:#?}");
    assert_problem(&checks, "token", "Meta refuses the access token");
    // One line, not one for each question that would be refused.
    assert!(of(&checks, "number").is_empty(), "{checks:#?}");
    let printed = [ended.stdout, ended.stderr].concat();
    assert!(!printed.contains("EAAGe2etoken"), "{printed}");

    world.set("WHATSAPP__BASE_URL", &format!("http://{}", free_address()));
    let (_, checks) = doctor(&world);
    assert_problem(&checks, "token", "WhatsApp gave no valid answer");
    assert_eq!(of(&checks, "clock")[0].0, "warning", "{checks:#?}");
}

async fn a_wrong_master_key_is_a_line_as_well(database: Database) {
    let mut world = world(database).await;
    let other = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    world.set("SECURITY__MASTER_KEY", other);
    let (ended, checks) = doctor(&world);
    assert_eq!(ended.code, 1);
    assert_problem(&checks, "keyring", "no configured master key opens");
    assert!(of(&checks, "token").is_empty(), "{checks:#?}");
    assert_eq!(of(&checks, "mail_server")[0].0, "ok", "{checks:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_empty_or_absent_is_a_line_and_nothing_is_created() {
    let mut world = world(Database::sqlite()).await;
    world.set("DATABASE__URL", "postgres://otp:hunter2@127.0.0.1:9/otp");
    let (ended, checks) = doctor(&world);
    assert_eq!(ended.code, 1);
    assert_eq!(of(&checks, "database")[0].0, "problem", "{checks:#?}");
    assert_eq!(of(&checks, "mail_server")[0].0, "ok", "{checks:#?}");
    assert!(!ended.stdout.contains("hunter2"), "{}", ended.stdout);

    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("otp.db").display());
    world.set("DATABASE__URL", &url);
    let (_, checks) = doctor(&world);
    assert_eq!(of(&checks, "database")[0].0, "problem", "{checks:#?}");
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0
    );

    world.set("DATABASE__URL", &Database::postgres().url());
    let (_, checks) = doctor(&world);
    assert_problem(&checks, "migrations", "the schema is empty");
}

/// Returns an address of this machine at which nobody listens.
fn free_address() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}
