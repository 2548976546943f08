//! The life of templates: created, reviewed, paused, and synchronized after a missed report.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use otp_core::notice::NoticeKind;
use otp_e2e::meta::{APP_SECRET, VERIFY_TOKEN};
use otp_e2e::world::{WABA_ID, client, recipient};
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    a_template_is_used_from_approval_to_pause_and_a_sync_finds_missed_changes;
    a_template_that_meta_refuses_is_not_used_for_the_next_message;
    a_sync_reads_every_page_and_leaves_other_senders_alone;
    a_failed_sync_changes_nothing;
}

/// The time after which every process knows what one of them received; caches last half a second.
const KNOWN_EVERYWHERE: Duration = Duration::from_secs(5);

/// A sender without templates, and a sandbox that reports to the server.
async fn world(database: Database) -> (World, Running) {
    let mut world = World::bare(database).await;
    world.grant(100_000);
    world.add_bare_sender();
    world.accept_webhooks();
    let server = world.serve();
    connect_sandbox(&world, server.url()).await;
    (world, server)
}

/// Makes the sandbox send its webhooks to this URL.
async fn connect_sandbox(world: &World, url: &str) {
    let webhook = json!({
        "url": format!("{url}/webhooks/whatsapp"),
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
    });
    world.sandbox.put("webhook", &webhook).await;
}

/// Sets the status of the template in this language, as a reviewer at WhatsApp does.
async fn set_status(world: &World, language: &str, status: &str) {
    let decision = json!({"name": "login_code", "language": language, "status": status});
    world.sandbox.put("templates", &decision).await;
}

/// Sends in this language, each time to another recipient, until the answer is as wanted.
async fn until_sent(
    world: &World,
    server: &Running,
    language: &str,
    wanted: impl Fn(&Answer) -> bool,
) -> Answer {
    static NEXT: AtomicU32 = AtomicU32::new(1_000);
    let asked = async {
        loop {
            let number = recipient(NEXT.fetch_add(1, Ordering::Relaxed));
            let body =
                json!({"otpCode": "482913", "toPhoneE164": number, "languageCode": language});
            let answer = world.send(server, &body).await;
            if wanted(&answer) {
                return answer;
            }
            otp_e2e::pause_between_polls().await;
        }
    };
    let answer = tokio::time::timeout(KNOWN_EVERYWHERE, asked).await;
    answer.unwrap_or_else(|_| panic!("no such answer in {language}"))
}

/// Sends until messages requested in the first language go out in the second.
async fn until_language(world: &World, server: &Running, request: &str, expected: &str) {
    let sent = async {
        loop {
            let answer = until_sent(world, server, request, |answer| answer.status == 200).await;
            let calls = world.sandbox.calls_about(answer.id()).await;
            if calls[0]["language"] == expected {
                return;
            }
        }
    };
    let sent = tokio::time::timeout(KNOWN_EVERYWHERE, sent).await;
    sent.unwrap_or_else(|_| panic!("{request} never goes out in {expected}"));
}

async fn until_there_is_none(world: &World, server: &Running, language: &str) {
    let is_missing = |answer: &Answer| answer.status == 404 && answer.error() == "TemplateNotFound";
    until_sent(world, server, language, is_missing).await;
}

/// Returns the exit code of `template preflight`, and the problems that it names.
fn preflight(world: &World) -> (i32, Vec<String>) {
    let ended = world.try_command(&["template", "preflight", "--json"]);
    let rows: Value = serde_json::from_str(&ended.stdout).expect("one JSON value");
    let rows = rows.as_array().expect("rows");
    let problems = rows.iter().filter_map(|row| row["problems"].as_str());
    (ended.code, problems.map(str::to_owned).collect())
}

fn create(world: &World, more: &[&str]) -> otp_e2e::Ended {
    let create = [
        "template",
        "create",
        "--sender",
        &world.sender,
        "--name",
        "login_code",
    ];
    world.try_command(&[&create, more].concat())
}

fn sync(world: &World) -> Value {
    world.command(&["template", "sync", "--sender", &world.sender])
}

async fn a_template_is_used_from_approval_to_pause_and_a_sync_finds_missed_changes(
    database: Database,
) {
    let (world, server) = world(database).await;
    let (code, problems) = preflight(&world);
    assert_eq!((code, problems.len()), (1, 2), "{problems:?}");
    assert_eq!(problems[0], "the sender has no templates");

    let late = create(
        &world,
        &["--language", "ar", "--code-expiry", "1m", "--ttl", "2m"],
    );
    assert_eq!(late.code, 1);
    assert!(
        late.stderr.contains("longer than its code is valid"),
        "{}",
        late.stderr
    );

    world
        .sandbox
        .put("review", &json!({"delay_ms": null}))
        .await;
    let created = create(&world, &["--language", "ar", "--language", "en", "--json"]).json();
    for row in created.as_array().expect("rows") {
        assert_eq!(
            (&row["status"], &row["ttlSeconds"]),
            (&json!("PENDING"), &json!(300))
        );
    }
    let again = create(&world, &["--language", "ar"]);
    assert_eq!(again.code, 1);
    assert!(again.stdout.contains("already exists"), "{}", again.stdout);
    until_there_is_none(&world, &server, "ar").await;
    let (code, problems) = preflight(&world);
    assert_eq!((code, problems.len()), (1, 3), "{problems:?}");

    for language in ["ar", "en"] {
        set_status(&world, language, "APPROVED").await;
        until_language(&world, &server, language, language).await;
    }
    assert_eq!(preflight(&world), (0, vec![]));

    set_status(&world, "ar", "PAUSED").await;
    until_language(&world, &server, "ar", "en").await;
    set_status(&world, "en", "DISABLED").await;
    until_there_is_none(&world, &server, "ar").await;
    let listed = world.command(&["template", "list"]);
    let statuses: Vec<_> = listed
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["status"])
        .collect();
    assert_eq!(statuses, ["PAUSED", "DISABLED"]);
    let unsent = world.storage().await.list_unsent(9).await.expect("listed");
    let disabled = unsent
        .iter()
        .filter(|queued| matches!(queued.notice.kind, NoticeKind::TemplateDisabled { .. }));
    assert_eq!(disabled.count(), 2, "{unsent:?}");

    // The server gets no report that the template is approved again.
    connect_sandbox(&world, "http://127.0.0.1:9").await;
    set_status(&world, "ar", "APPROVED").await;
    until_there_is_none(&world, &server, "ar").await;
    let (_, problems) = preflight(&world);
    assert!(problems[0].contains("run template sync"), "{problems:?}");
    let synced = sync(&world);
    assert_eq!(synced["changed"][0]["status"], "APPROVED");
    assert_eq!(synced["changed"][0]["before"], "PAUSED");
    until_language(&world, &server, "ar", "ar").await;
    let text = world.try_command(&["template", "sync", "--sender", &world.sender]);
    assert_eq!(text.stdout.trim(), "nothing has changed at Meta");
}

async fn a_template_that_meta_refuses_is_not_used_for_the_next_message(database: Database) {
    let world = World::with_credits(database, 1_000).await;
    let server = world.serve();
    let paused = json!({"name": "otp_code", "language": "ar", "status": "PAUSED"});
    world.sandbox.put("templates", &paused).await;
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "languageCode": "ar"});
    let refused = world.send(&server, &body).await;
    assert_eq!(
        (refused.status, refused.message_status()),
        (400, "Failed"),
        "{refused:?}"
    );
    until_language(&world, &server, "ar", "en").await;
    let listed = world.command(&["template", "list"]);
    assert_eq!(listed[0]["status"], "PAUSED");
}

async fn a_sync_reads_every_page_and_leaves_other_senders_alone(database: Database) {
    let mut world = World::with_credits(database, 1).await;
    let first = world.sender.clone();
    // One template in as many languages as Meta has does not fill the first page.
    let languages: Vec<_> = ('a'..='d')
        .flat_map(|first| ('a'..='z').map(move |second| format!("{first}{second}")))
        .collect();
    for name in ["one", "two", "three", "four", "five"] {
        let template = json!({
            "name": name, "category": "AUTHENTICATION", "languages": languages,
            "components": [{"type": "BODY"},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}],
        });
        let url = format!(
            "{}/v26.0/{WABA_ID}/upsert_message_templates",
            world.sandbox.url()
        );
        let request = client().post(url).bearer_auth("token").json(&template);
        assert!(
            request
                .send()
                .await
                .expect("answered")
                .status()
                .is_success()
        );
    }
    world.add_account_with("106540352242923").await;
    let before = world.command(&["template", "list", "--sender", &first]);
    let synced = sync(&world);
    assert_eq!(
        synced["added"].as_array().map(Vec::len),
        Some(5 * 104 + 1),
        "{synced}"
    );
    assert_eq!(synced["gone"], json!([]));
    assert_eq!(
        world.command(&["template", "list", "--sender", &first]),
        before
    );
}

async fn a_failed_sync_changes_nothing(database: Database) {
    let mut world = World::with_credits(database, 1).await;
    let before = world.command(&["template", "list"]);
    // Something answers at this URL, but it is not WhatsApp.
    let server = world.serve();
    world.set("WHATSAPP__BASE_URL", server.url());
    let sync = world.try_command(&["template", "sync", "--sender", &world.sender]);
    assert_eq!(sync.code, 1);
    assert!(sync.stderr.contains("no valid answer"), "{}", sync.stderr);
    let (code, problems) = preflight(&world);
    assert_eq!((code, problems.len()), (1, 2), "{problems:?}");
    assert_eq!(world.command(&["template", "list"]), before);
    let nobody = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
    let sync = world.try_command(&["template", "sync", "--sender", nobody]);
    assert!(
        sync.code == 1 && sync.stderr.contains("no sender has the id"),
        "{}",
        sync.stderr
    );
}
