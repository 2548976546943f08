//! Settings: `config check` names all faults and risks.

use otp_e2e::{Database, Ended, Running, World, process};
use serde_json::Value;

const MASTER_KEY: (&str, &str) = (
    "OTP__SECURITY__MASTER_KEY",
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
);

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    process::run(arguments, &variables, "")
}

#[test]
fn all_faults_are_named_at_once_one_in_each_line() {
    let ended = run(
        &["config", "check"],
        &[
            ("OTP_LOG__LEVEL", "info"),
            ("OTP__HTTP_WORKERS", "2"),
            ("OTP__HTTP__BIND", "nowhere"),
            ("OTP__WHATSAPP__TIMEOUT", "1s"),
            ("OTP__MAIL__DKIM__KEY", "hunter2"),
        ],
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    let named = [
        "error: OTP_LOG__LEVEL is not a setting; did you mean OTP__LOG__LEVEL?",
        "error: OTP__HTTP_WORKERS is not a setting; did you mean OTP__HTTP__WORKERS?",
        "error: http.bind (OTP__HTTP__BIND): ",
        "error: whatsapp.connect_timeout: must not be longer than whatsapp.timeout",
        "error: mail.dkim.key (OTP__MAIL__DKIM__KEY): ",
        "error: security.master_key is not set",
    ];
    let lines = ended.errors();
    for begin in named {
        let found = lines.iter().filter(|line| line.starts_with(begin)).count();
        assert_eq!(found, 1, "{begin}: {}", ended.stderr);
    }
    assert_eq!(lines.len(), named.len(), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}

#[test]
fn a_check_names_risks_and_what_it_did_not_check() {
    let variables = [
        MASTER_KEY,
        ("OTP__HTTP__BIND", "0.0.0.0:8080"),
        (
            "OTP__DATABASE__URL",
            "postgres://otp:hunter2@db.internal/otp",
        ),
    ];
    let checked = run(&["config", "check", "--json"], &variables).json();
    assert_eq!(checked["ok"], true);
    let texts = |key: &str| {
        let values = checked[key].as_array().expect("an array");
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    let warnings = texts("warnings");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("database.url "), "{warnings:?}");
    assert!(warnings[1].starts_with("http.bind "), "{warnings:?}");
    let not_checked = texts("notChecked").join("\n");
    assert!(
        not_checked.contains("the database can be reached"),
        "{not_checked}"
    );
    assert!(
        !not_checked.contains("mail server"),
        "none is set: {not_checked}"
    );

    let text = run(&["config", "check"], &variables).stdout;
    assert!(
        text.starts_with("the settings can be used\nwarning: database.url "),
        "{text}"
    );
    assert!(text.contains("\nnot checked: whether "), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_warns_of_risks_when_it_starts() {
    let mut world = World::bare(Database::sqlite()).await;
    world.set("HTTP__TRUSTED_PROXIES", "0.0.0.0/0");
    let log_of = |world: &World| {
        let server = Running::start(&["serve", "--json"], &world.variables());
        let server = server.unwrap_or_else(|ended| panic!("{}", ended.stderr));
        server.terminate();
        server.wait().1
    };
    let warning = "WARN otp_server::commands::serve: http.trusted_proxies contains 0.0.0.0/0";
    let log = log_of(&world);
    assert!(log.contains(warning), "{log}");
    world.set("HTTP__TRUSTED_PROXIES", "10.0.0.0/8");
    let log = log_of(&world);
    assert!(!log.contains("http.trusted_proxies"), "{log}");
}
