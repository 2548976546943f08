//! The errors of connecting, and the settings of a connection.

use otp_postgres::{ConnectError, PgOptions, PgStore};

use crate::fresh;

async fn refused(url: &str) -> String {
    let options = PgOptions::from_url(url).expect(url);
    assert!(!format!("{options:?}").contains("s3cret"));
    let text = PgStore::connect(&options).await.expect_err(url).to_string();
    assert!(!text.contains('\n') && !text.contains("s3cret"), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_server_is_named() {
    let text = refused("postgres://otp:s3cret@127.0.0.1:1/otp").await;
    assert!(
        text.starts_with("cannot connect to PostgreSQL at 127.0.0.1:1: "),
        "{text}"
    );
    assert!(text.contains("refused"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_database_is_named() {
    let url = fresh::database();
    let (server, _) = url.rsplit_once('/').expect("a path");
    let text = refused(&format!("{server}/nowhere")).await;
    assert!(
        text.contains("database \"nowhere\" does not exist"),
        "{text}"
    );
}

#[test]
fn an_invalid_url_is_an_error_before_connecting() {
    let error = PgOptions::from_url("mysql://otp:s3cret@db/otp");
    assert!(matches!(error, Err(ConnectError::InvalidUrl { .. })));
    let error = PgOptions::from_url("postgres://otp:s3cret@db/otp?sslmode=verify-ca");
    assert_eq!(
        error.expect_err("half a verification").to_string(),
        "the database URL is not valid: sslmode must be disable, prefer, require or verify-full"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_names_itself() {
    let url = fresh::database();
    let _store = fresh::connect(&url).await;
    let session = fresh::session(&url).await;
    let named = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'otp-server'";
    fresh::until(&session, named, 1).await;
}
