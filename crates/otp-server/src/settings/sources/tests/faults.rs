//! Faults of settings: found all at once, those of settings that depend on each other, and variables that
//! nearly name a setting.

use super::*;

/// Checks every fault of these sources, in order, for a command or for serving.
#[track_caller]
fn check_for(purpose: Purpose, file: &str, environment: &[(&str, &str)], expected: &[&str]) {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()));
    let sources = Sources {
        file: None,
        environment: environment.collect(),
    };
    let file = (PathBuf::from("otp.toml"), file.to_owned());
    let loaded = sources.load_with(Some(file), purpose);
    let faults = loaded.map_or_else(|error| error.faults().to_vec(), |_| Vec::new());
    assert_eq!(faults, expected);
}

#[track_caller]
fn check(environment: &[(&str, &str)], expected: &[&str]) {
    check_for(Purpose::Command, "", environment, expected);
}

#[test]
fn all_faults_are_found_at_once() {
    let file = "colour = 1\n[http]\nbind = \"here\"\nworkers = -1\n[log]\nformat = \"xml\"\n";
    let environment = [
        ("OTP_LOG__LEVEL", "info"),
        ("OTP__SECURITY__MASTER_KEY_FILE", "/nowhere/key"),
        (
            "OTP__DATABASE__URL",
            "postgres://otp:hunter2@db/otp?sslmode=maybe",
        ),
        ("OTP__WHATSAPP__BASE_URL", "graph"),
        ("OTP__WHATSAPP__API_VERSION", "26"),
    ];
    let expected = [
        "OTP_LOG__LEVEL is not a setting; did you mean OTP__LOG__LEVEL?",
        "OTP__SECURITY__MASTER_KEY_FILE: failed to read the file it names: No such file or directory \
         (os error 2)",
        "unknown setting colour (otp.toml, line 1)",
        "database.url (OTP__DATABASE__URL): the database URL is not valid: sslmode must be disable, \
         prefer, require or verify-full",
        "http.bind (otp.toml, line 3): write an IP address and a port, such as 127.0.0.1:8080",
        "http.workers (otp.toml, line 4): write a whole number from 0 to 1024",
        "whatsapp.base_url (OTP__WHATSAPP__BASE_URL): the base URL must be http(s)://host, without \
         user, query or fragment",
        "whatsapp.api_version (OTP__WHATSAPP__API_VERSION): the API version must look like v26.0",
        "log.format (otp.toml, line 6): write text or json",
    ];
    check_for(Purpose::Command, file, &environment, &expected);
}

#[test]
fn settings_that_depend_on_each_other_are_compared() {
    check(
        &[("OTP__WHATSAPP__TIMEOUT", "2s")],
        &["whatsapp.connect_timeout: must not be longer than whatsapp.timeout"],
    );
    check(
        &[
            ("OTP__WHATSAPP__TIMEOUT", "2s"),
            ("OTP__WHATSAPP__CONNECT_TIMEOUT", "2s"),
        ],
        &[],
    );
    // Also if another setting of the section cannot be used.
    check(
        &[
            ("OTP__WHATSAPP__BASE_URL", "graph"),
            ("OTP__MESSAGES__REQUEST_DEADLINE", "5s"),
        ],
        &[
            "whatsapp.base_url (OTP__WHATSAPP__BASE_URL): the base URL must be http(s)://host, \
             without user, query or fragment",
            "whatsapp.timeout: must not be longer than messages.request_deadline",
        ],
    );
}

#[test]
fn dkim_is_checked_without_a_mail_server() {
    let key = ("OTP__MAIL__DKIM__KEY", DKIM_KEY);
    check(&[key], &[]);
    check(
        &[("OTP__MAIL__DKIM__KEY", "hunter2")],
        &[
            "mail.dkim.key (OTP__MAIL__DKIM__KEY): an RSA key of at least 2048 bits or an Ed25519 key \
             is needed, in PEM (`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`)",
        ],
    );
    check(
        &[key, ("OTP__MAIL__DKIM__SELECTOR", "a b")],
        &[
            "mail.dkim.selector (OTP__MAIL__DKIM__SELECTOR): write names such as example.com, of \
             letters, digits and hyphens",
        ],
    );
    check(
        &[("OTP__MAIL__DKIM__DOMAIN", "example.com")],
        &["mail.dkim.key: required if mail.dkim.domain is set"],
    );
}

#[test]
fn a_server_needs_a_master_key_and_its_certificate() {
    let tls = [
        ("OTP__HTTP__TLS__CERT", "/nowhere/cert.pem"),
        ("OTP__HTTP__TLS__KEY", "/nowhere/key.pem"),
    ];
    check(&tls, &[]);
    let environment = tls.map(|(name, value)| (name.to_owned(), value.into()));
    let sources = Sources {
        file: None,
        environment: environment.into(),
    };
    let error = sources
        .load_with(None, Purpose::Serving)
        .expect_err("refused");
    let [certificate, master_key] = error.faults() else {
        panic!("{error}");
    };
    let begins = "http.tls.cert (OTP__HTTP__TLS__CERT): /nowhere/cert.pem: ";
    assert!(certificate.starts_with(begins), "{certificate}");
    assert!(master_key.starts_with("security.master_key is not set"));
}

#[test]
fn a_variable_that_nearly_names_a_setting_is_refused() {
    for (name, meant) in [
        ("OTP_HTTP__BIND", "OTP__HTTP__BIND"),
        ("OTP_HTTP_BIND", "OTP__HTTP__BIND"),
        ("OTP__HTTP_BIND", "OTP__HTTP__BIND"),
        ("OTP___HTTP__BIND", "OTP__HTTP__BIND"),
        ("otp__http__bind", "OTP__HTTP__BIND"),
        (
            "OTP_SECURITY_MASTER_KEY_FILE",
            "OTP__SECURITY__MASTER_KEY_FILE",
        ),
        (
            "OTP__SECURITY_MASTER_KEY_FILE",
            "OTP__SECURITY__MASTER_KEY_FILE",
        ),
        (
            "OTP__SECURITY__MASTER_KEY_file",
            "OTP__SECURITY__MASTER_KEY_FILE",
        ),
    ] {
        let expected = format!("{name} is not a setting; did you mean {meant}?");
        check(&[(name, "hunter2")], &[&expected]);
    }
}

#[test]
fn variables_of_other_programs_are_ignored_and_case_after_the_prefix_too() {
    let environment = [
        ("OTP_SERVER_BIN", "x"),
        ("OTP_SERVICE_HOST", "10.0.0.1"),
        ("OTP_HTTP_PORT", "tcp://10.0.0.1:80"),
        ("OTP", "x"),
        ("HTTP_BIND", "x"),
        ("OTP__http__bind", "127.0.0.1:2"),
    ];
    check(&environment, &[]);
}
