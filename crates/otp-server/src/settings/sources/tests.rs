//! Settings as an operator writes them: what is read, and how errors are reported.

use std::io::Write;
use std::time::Duration;

use super::*;
use crate::settings::DatabaseUrl;

mod faults;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let mut written = tempfile::Builder::new()
        .suffix(".toml")
        .tempfile()
        .expect("a file");
    written.write_all(file.as_bytes()).expect("written");
    let environment = environment
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).into()));
    let sources = Sources {
        file: Some(written.path().to_owned()),
        environment: environment.collect(),
    };
    let path = written.path().display().to_string();
    sources
        .load()
        .map_err(|error| error.to_string().replace(&path, "otp.toml"))
}

#[test]
fn the_defaults_can_be_used() {
    let settings = load("", &[]).expect("defaults");
    assert!(matches!(settings.database.url, DatabaseUrl::Sqlite(url) if url == "sqlite://otp.db"));
    assert_eq!(settings.http.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.whatsapp.timeout, Duration::from_secs(8));
    assert!(settings.master_keys.is_none());
}

#[test]
fn every_default_has_a_comment_above_it() {
    let mut commented = false;
    for line in DEFAULTS.lines() {
        if line.starts_with('#') {
            commented = true;
        } else if line.is_empty() || line.starts_with('[') {
            commented = false;
        } else {
            // Keys that belong together share the comment above the first.
            assert!(commented, "{line} has no comment");
        }
    }
    assert!(keys_of_defaults().len() > 15);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "[http]\nbind = \"127.0.0.1:1\"\nworkers = 3\n";
    let settings = load(file, &[("OTP__HTTP__BIND", "127.0.0.1:2")]).expect("settings");
    assert_eq!((settings.http.bind.port(), settings.http.workers), (2, 3));
}

#[test]
fn the_internal_address_is_not_the_public_one() {
    let settings = |internal| {
        let values = [
            ("http.bind", "127.0.0.1:2"),
            ("http.internal_bind", internal),
        ];
        Settings::with(values).map(|settings| settings.http.internal_bind)
    };
    assert_eq!(settings("").expect("settings"), None);
    let other = settings("127.0.0.1:3").expect("settings");
    assert_eq!(other, Some(([127, 0, 0, 1], 3).into()));
    for wrong in ["127.0.0.1:2", "127.0.0.1", "9090"] {
        let error = settings(wrong).expect_err("refused").to_string();
        assert!(error.contains("http.internal_bind"), "{error}");
    }
}

#[test]
fn values_of_a_program_replace_the_defaults() {
    let values = [("http.bind", "127.0.0.1:2"), ("http.tls.cert", "")];
    let settings = Settings::with(values).expect("settings");
    assert_eq!(settings.http.bind.port(), 2);
    let error = Settings::with([("http.bnid", "x")]).expect_err("unknown");
    assert!(error.to_string().contains("http.bind"), "{error}");
}

#[test]
fn a_secret_may_be_in_a_file_of_its_own() {
    let mut secret = tempfile::NamedTempFile::new().expect("a file");
    secret
        .write_all(b"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n")
        .expect("written");
    let path = secret.path().to_str().expect("Unicode");
    let settings = load("", &[("OTP__SECURITY__MASTER_KEY_FILE", path)]).expect("settings");
    assert!(settings.master_keys.is_some());

    let error =
        load("", &[("OTP__SECURITY__MASTER_KEY_FILE", "/nowhere/key")]).expect_err("no file");
    assert!(
        error.starts_with("OTP__SECURITY__MASTER_KEY_FILE: failed to read the file it names"),
        "{error}"
    );
    let both = [
        ("OTP__SECURITY__MASTER_KEY_FILE", path),
        ("OTP__SECURITY__MASTER_KEY", "x"),
    ];
    assert!(
        load("", &both)
            .expect_err("two of them")
            .contains("keep one")
    );
}

#[test]
fn proxies_are_a_list_in_the_file_and_separated_by_commas_in_the_environment() {
    load("[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n", &[]).expect("a list");
    load("", &[("OTP__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).expect("a list");
    let error =
        load("", &[("OTP__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,home")]).expect_err("no network");
    assert!(
        error.contains("http.trusted_proxies") && error.contains("home"),
        "{error}"
    );
}

#[test]
fn webhooks_need_both_of_their_keys_or_neither() {
    let secret = ("OTP__WHATSAPP__APP_SECRET", "canary-secret");
    let token = ("OTP__WHATSAPP__VERIFY_TOKEN", "canary-token");
    let settings = load("", &[secret, token]).expect("both");
    assert!(settings.whatsapp.webhook.is_some());
    assert!(
        !format!("{settings:?}").contains("canary"),
        "Debug hides them"
    );
    assert!(load("", &[]).expect("none").whatsapp.webhook.is_none());

    refused("", &[secret], &["whatsapp.verify_token"]);
    refused("", &[token], &["whatsapp.app_secret"]);
    let split = ("OTP__WHATSAPP__APP_SECRET", "canary secret");
    refused("", &[split, token], &["OTP__WHATSAPP__APP_SECRET"]);
    let error = load("", &[split, token]).expect_err("refused");
    assert!(!error.contains("canary"), "{error}");
}

#[track_caller]
fn refused(file: &str, environment: &[(&str, &str)], words: &[&str]) {
    let error = load(file, environment).expect_err("refused");
    for word in words {
        assert!(error.contains(word), "{error:?} does not contain {word:?}");
    }
    assert!(!error.contains('\n'), "{error:?} is more than one line");
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_a_similar_key() {
    refused(
        "[http]\n\nbnid = \"x\"\n",
        &[],
        &["http.bnid (otp.toml, line 3)", "did you mean http.bind?"],
    );
    refused(
        "",
        &[("OTP__HTP__BIND", "x")],
        &["htp.bind (OTP__HTP__BIND)", "http.bind (OTP__HTTP__BIND)?"],
    );
    refused(
        "colour = 1\n",
        &[],
        &["unknown setting colour (otp.toml, line 1)"],
    );
}

#[test]
fn an_impossible_value_is_named_with_its_place() {
    refused(
        "[http]\nbind = \"here\"\n",
        &[],
        &["http.bind (otp.toml, line 2)", "127.0.0.1:8080"],
    );
    refused(
        "",
        &[("OTP__DATABASE__URL", "mysql://x")],
        &["database.url (OTP__DATABASE__URL)", "sqlite://"],
    );
    refused(
        "",
        &[("OTP__WHATSAPP__TIMEOUT", "soon")],
        &["whatsapp.timeout", "8s"],
    );
    refused(
        "",
        &[("OTP__WHATSAPP__TIMEOUT", "1h")],
        &["whatsapp.timeout", "request_deadline"],
    );
    refused(
        "",
        &[("OTP__MESSAGES__LIFETIME", "1h")],
        &["messages.lifetime", "15m"],
    );
    refused(
        "",
        &[("OTP__RATE_LIMIT__BURST", "0")],
        &["rate_limit.burst", "at least 1"],
    );
    refused(
        "",
        &[("OTP__RATE_LIMIT__BURST", "-1")],
        &["rate_limit.burst", "from 0 to 1000000"],
    );
    refused(
        "",
        &[("OTP__LOG__FORMAT", "xml")],
        &["log.format", "text or json"],
    );
    for level in [
        "",
        "warning",
        "verbose",
        "info,",
        "debug,everything",
        "otp_http=loud",
    ] {
        refused(
            "",
            &[("OTP__LOG__LEVEL", level)],
            &["log.level", "write error, warn"],
        );
    }
    refused(
        "",
        &[("OTP__HTTP__TLS__CERT", "/cert.pem")],
        &["http.tls.key"],
    );
    refused(
        "",
        &[("OTP__WHATSAPP__BASE_URL", "graph")],
        &["whatsapp", "base URL"],
    );
    refused("[http]\nbind = [1]\n", &[], &["http.bind", "single value"]);
}

#[test]
fn levels_and_directives_of_the_log_are_accepted() {
    for level in [
        "warn",
        "OFF",
        "info,otp_http=debug",
        "error,otp_core[span]=trace",
    ] {
        load("", &[("OTP__LOG__LEVEL", level)]).expect(level);
    }
}

#[test]
fn spans_are_exported_only_if_a_collector_is_set() {
    assert!(load("", &[]).expect("defaults").tracing.is_none());
    let (endpoint, ratio) = ("OTP__TRACING__OTLP_ENDPOINT", "OTP__TRACING__SAMPLE_RATIO");
    let url = "https://collector.example.com/v1/traces";
    for (text, expected) in [("0", 0.0), ("0.25", 0.25), ("1", 1.0)] {
        let settings = load("", &[(endpoint, url), (ratio, text)]).expect(text);
        let tracing = settings.tracing.expect("named");
        assert_eq!(tracing.otlp_endpoint.as_str(), url);
        assert_eq!(tracing.sample_ratio, expected, "{text}");
    }
    for url in [
        "collector",
        "127.0.0.1:4318",
        "localhost:4318/v1/traces",
        "grpc://127.0.0.1:4317",
        "http://",
        "http://canary@127.0.0.1:4318/v1/traces",
        "http://:canary@127.0.0.1:4318/v1/traces",
        "http://127.0.0.1:4318/v1/traces?key=canary",
    ] {
        let error = load("", &[(endpoint, url)]).expect_err(url);
        let named = error.starts_with("tracing.otlp_endpoint (OTP__TRACING__OTLP_ENDPOINT): ");
        assert!(named && !error.contains("canary"), "{url}: {error}");
    }
    // An impossible value is refused even if it would not be used.
    for text in ["", "-0.1", "1.1", "10%", "NaN"] {
        refused(
            "",
            &[(ratio, text)],
            &["tracing.sample_ratio", "from 0 to 1"],
        );
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_quoted() {
    for (file, variable) in [
        ("", "OTP__SECURITY__MASTER_KEY"),
        ("", "OTP__SECURITY__MASTER_KEY_FILE"),
        ("[security]\nmaster_key = hunter2\n", "OTP__LOG__FORMAT"),
        ("[security]\nmaster_key = \"hunter2\n", "OTP__LOG__FORMAT"),
        (
            "[database]\nurl = \"postgres://u:hunter2@h/d\"x\n",
            "OTP__LOG__FORMAT",
        ),
    ] {
        let error = load(file, &[(variable, "hunter2")]).expect_err("refused");
        let named =
            error.contains(variable) || error.contains("otp.toml") && error.contains("line 2");
        assert!(named && !error.contains("hunter2"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;

    let value = std::ffi::OsString::from_vec(b"127.0.0.1:\xff".to_vec());
    let sources = Sources {
        file: Some("/dev/null".into()),
        environment: vec![("OTP__HTTP__BIND".to_owned(), value)],
    };
    let error = sources.load().expect_err("refused").to_string();
    assert_eq!(error, "OTP__HTTP__BIND: the value is not text in UTF-8");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line() {
    refused("[http\n", &[], &["the settings file", "line 1"]);
    let sources = Sources {
        file: Some("/nowhere/otp.toml".into()),
        environment: Vec::new(),
    };
    assert!(
        sources
            .load()
            .expect_err("no file")
            .to_string()
            .contains("/nowhere/otp.toml")
    );
}

const DKIM_KEY: &str = include_str!("../../../../otp-smtp/tests/keys/ed25519.pem");

#[test]
fn mail_needs_a_server_and_a_sender_and_is_signed_for_the_senders_domain() {
    let url = ("OTP__SMTP__URL", "smtps://otp:pw@mail.example.com");
    let from = ("OTP__MAIL__FROM", "Example <notices@mail.example.com>");
    let key = ("OTP__MAIL__DKIM__KEY", DKIM_KEY);
    let domain = |domain| ("OTP__MAIL__DKIM__DOMAIN", domain);
    for (environment, expected) in [
        (vec![], Ok("none")),
        (vec![url, from], Ok("unsigned")),
        (vec![url, from, key], Ok("otp._domainkey.mail.example.com")),
        (
            vec![url, from, key, domain("Example.com")],
            Ok("otp._domainkey.example.com"),
        ),
        (vec![url], Err("mail.from: required if smtp.url is set")),
        (vec![from], Err("smtp.url: required if mail.from is set")),
        (
            vec![("OTP__SMTP__URL", "smtp://mail.example.com?tls=none"), from],
            Err(
                "smtp.url (OTP__SMTP__URL): tls=none is for a mail server on this machine \
                 (127.0.0.1, ::1 or localhost)",
            ),
        ),
        (
            vec![url, ("OTP__MAIL__FROM", "Example")],
            Err("mail.from (OTP__MAIL__FROM): write notices@example.com or \
                 Example <notices@example.com>"),
        ),
        (
            vec![url, from, key, domain("ample.com")],
            Err(
                "mail.dkim.domain (OTP__MAIL__DKIM__DOMAIN): must be the domain of mail.from or one \
                 above it",
            ),
        ),
        (
            vec![url, from, key, ("OTP__MAIL__DKIM__SELECTOR", "a b")],
            Err(
                "mail.dkim.selector (OTP__MAIL__DKIM__SELECTOR): write names such as example.com, \
                 of letters, digits and hyphens",
            ),
        ),
        (
            vec![url, from, key, domain("a b")],
            Err(
                "mail.dkim.domain (OTP__MAIL__DKIM__DOMAIN): write names such as example.com, of \
                 letters, digits and hyphens",
            ),
        ),
        (
            vec![("OTP__HTTP__PUBLIC_URL", "otp.example.com")],
            Err(
                "http.public_url (OTP__HTTP__PUBLIC_URL): write it with its scheme, such as \
                 https://otp.example.com",
            ),
        ),
        (
            vec![("OTP__HTTP__PUBLIC_URL", "http://otp.example.com")],
            Err(
                "http.public_url (OTP__HTTP__PUBLIC_URL): write https://; only an address of this \
                 machine may be http://",
            ),
        ),
        (
            vec![("OTP__HTTP__PUBLIC_URL", "https://otp:pw@otp.example.com")],
            Err(
                "http.public_url (OTP__HTTP__PUBLIC_URL): must not contain a user, a password, a \
                 query or a fragment",
            ),
        ),
        (
            vec![("OTP__NOTICES__LOW_BALANCE_PERCENT", "100")],
            Err(
                "notices.low_balance_percent (OTP__NOTICES__LOW_BALANCE_PERCENT): write a whole \
                 number of percent from 0 (off) to 99",
            ),
        ),
    ] {
        let found = load("", &environment).map(|settings| {
            settings.mail.map_or("none".to_owned(), |mail| {
                let signer = mail.dkim.as_ref();
                signer.map_or("unsigned".to_owned(), |signer| signer.record_name())
            })
        });
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(found, expected, "{environment:?}");
    }
}
