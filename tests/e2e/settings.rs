//! Settings: `config check` names all faults and risks, a master key is not overwritten, and the documented
//! set-up can be pasted twice.

use std::path::Path;
use std::process::Command;

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
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(warnings[0].starts_with("database.url "), "{warnings:?}");
    assert!(warnings[1].starts_with("http.bind "), "{warnings:?}");
    assert!(warnings[2].starts_with("http.public_url "), "{warnings:?}");
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

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let metadata = std::fs::metadata(path).expect("a file");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_new_master_key_is_private_and_overwrites_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("master-key");
    let path = file.to_str().expect("Unicode");
    let made = run(&["config", "new-master-key", "--out", path, "--json"], &[]).json();
    assert_eq!(made, serde_json::json!({"file": path}));
    assert_private(&file);
    let key = std::fs::read_to_string(&file).expect("a key");
    assert_eq!((key.len(), key.ends_with('\n')), (45, true));
    let variables = [("OTP__SECURITY__MASTER_KEY_FILE", path)];
    assert_eq!(run(&["config", "check"], &variables).code, 0);

    let again = run(&["config", "new-master-key", "--out", path], &[]);
    assert_eq!((again.code, again.stdout.as_str()), (2, ""));
    assert!(again.stderr.contains("was not changed"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&file).expect("a key"), key);

    let nowhere = run(&["config", "new-master-key", "--out", "/nowhere/key"], &[]);
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere.stderr.contains("/nowhere/key"),
        "{}",
        nowhere.stderr
    );
}

/// Runs the commands of OPERATIONS below "Configure", as somebody who pastes them into a shell, in `folder`
/// in place of the folders below `/etc` and `/var/lib`. Returns what they print.
#[expect(
    clippy::disallowed_methods,
    reason = "the shell has to find the built program"
)]
fn paste_the_configuration(folder: &Path) -> String {
    let page = include_str!("../../docs/OPERATIONS.md");
    let section = page.split_once("### Configure\n").expect("a section").1;
    let block = section.split_once("```sh\n").expect("a block").1;
    let block = block.split_once("```").expect("the end of a block").0;
    let folder = folder.to_str().expect("Unicode");
    let script = block
        .replace("/etc/otp", &format!("{folder}/etc"))
        .replace("/var/lib/otp", &format!("{folder}/var"));
    let program = process::program().parent().expect("a folder").display();
    let path = std::env::var("PATH").expect("a path");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder)
        .env("PATH", format!("{program}:{path}"))
        .output();
    let output = output.expect("sh");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}

#[cfg(unix)]
#[test]
fn the_documented_configuration_can_be_pasted_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = || std::fs::read_to_string(folder.path().join("etc/master-key")).expect("a key");
    let first = paste_the_configuration(folder.path());
    let made = key();
    assert_private(&folder.path().join("etc/master-key"));
    let second = paste_the_configuration(folder.path());
    assert_eq!(key(), made, "the key was replaced");
    for printed in [first, second] {
        assert!(printed.contains("the settings can be used"), "{printed}");
    }
}
