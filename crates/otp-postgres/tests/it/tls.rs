//! TLS: refused, required, verified.

use std::path::PathBuf;
use std::time::Duration;

use otp_postgres::{PgOptions, PgStore};
use otp_testkit::postgres::{Options, TestPostgres};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::task::block_in_place;
use tokio_postgres::Client;

use crate::fresh;

/// Connects; the error is its text.
async fn connect(url: &str, parameters: &str) -> Result<PgStore, String> {
    let url = format!("{url}?{parameters}");
    let options = PgOptions::from_url(&url).map_err(|error| error.to_string())?;
    let connected = PgStore::connect(&options).await;
    connected.map_err(|error| error.to_string())
}

/// Connects to a server at 127.0.0.1 and returns whether the connection is encrypted.
async fn encrypted(session: &Client, url: &str, parameters: &str) -> bool {
    let name = format!("tls-{}", parameters.len());
    let _store = connect(url, &format!("{parameters}&application_name={name}"))
        .await
        .expect(url);
    let ssl = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = $1 AND datname = current_database()";
    session
        .query_one(ssl, &[&name])
        .await
        .expect("the connection")
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_used_unless_tls_is_required() {
    let cluster = block_in_place(|| TestPostgres::start(Options::default())).expect("a cluster");
    let url = block_in_place(|| cluster.create_database());
    let session = fresh::session(&url).await;
    for mode in ["sslmode=disable", "sslmode=prefer"] {
        assert!(!encrypted(&session, &url, mode).await, "{mode}");
    }
    let error = connect(&url, "sslmode=require").await.expect_err("no TLS");
    assert!(error.ends_with("server does not support TLS"), "{error}");
    assert!(
        error.starts_with("cannot connect to PostgreSQL at 127.0.0.1:"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_servers_certificate_is_verified_if_the_url_asks_for_it() {
    let cluster = block_in_place(|| TestPostgres::start(Options::default())).expect("a cluster");
    let url = block_in_place(|| cluster.create_database());
    let session = fresh::session(&url).await;
    let folder = TempDir::new().expect("a folder");
    let authority = authority();
    speak_tls(&session, &url, &authority).await;

    assert!(!encrypted(&session, &url, "sslmode=disable").await);
    assert!(encrypted(&session, &url, "sslmode=prefer").await);
    assert!(encrypted(&session, &url, "sslmode=require").await);

    let verified = |roots: PathBuf| format!("sslmode=verify-full&sslrootcert={}", roots.display());
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, authority.pem()).expect("written");
    assert!(encrypted(&session, &url, &verified(trusted.clone())).await);

    // Neither the system nor another authority trusts this one.
    let error = connect(&url, "sslmode=verify-full")
        .await
        .expect_err("unknown authority");
    assert!(
        error.contains("UnknownIssuer") || error.contains("root certificate"),
        "{error}"
    );
    let stranger = folder.path().join("stranger.pem");
    std::fs::write(&stranger, self::authority().pem()).expect("written");
    let error = connect(&url, &verified(stranger))
        .await
        .expect_err("another authority");
    assert!(
        error.contains("invalid peer certificate") && !error.contains('\n'),
        "{error}"
    );

    // The certificate is for the address, not for this name.
    let by_name = url.replace("127.0.0.1", "localhost");
    assert_ne!(by_name, url);
    let error = connect(&by_name, &verified(trusted))
        .await
        .expect_err("another name");
    assert!(error.contains("not valid for name"), "{error}");
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

/// Makes the server write a certificate for 127.0.0.1 into its folder, as its own user, and use it.
async fn speak_tls(session: &Client, url: &str, authority: &CertifiedIssuer<'_, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
    let certificate = params.signed_by(&key, authority).expect("signed");
    for (file, pem) in [
        ("server.crt", certificate.pem()),
        ("server.key", key.serialize_pem()),
    ] {
        let lines = format!("SELECT unnest(string_to_array('{}', E'\\n'))", pem.trim());
        let write = format!("COPY ({lines}) TO PROGRAM 'umask 077; cat > {file}'");
        session.batch_execute(&write).await.expect("written");
    }
    session
        .batch_execute("ALTER SYSTEM SET ssl = on")
        .await
        .expect("a superuser");
    session
        .batch_execute("SELECT pg_reload_conf()")
        .await
        .expect("a superuser");
    // The server reloads asynchronously; a new connection shows when it has.
    let speaking = async { while connect(url, "sslmode=require").await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(10), speaking)
        .await
        .expect("the server speaks TLS");
}
