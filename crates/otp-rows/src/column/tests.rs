//! Columns on an SQLite database in memory. The storage contract covers the rest, on both databases.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer, SmallInt};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::credits::Credits;
use otp_core::ids::AccountId;
use otp_core::message::MessageStatus;
use otp_core::sealing::{RecipientIndex, Sealed};

use super::*;
use crate::encoding::Id;

by_name! {
    struct TestRow {
        status: Col<MessageStatus>,
        sender: Col<Option<ProviderId>>,
    }
}

fn connection() -> SqliteConnection {
    SqliteConnection::establish(":memory:").expect("memory")
}

fn words(error: diesel::result::Error) -> String {
    Unreadable::behind(&error).map_or_else(|| error.to_string(), |error| error.to_string())
}

/// Reads a row by the names of its columns.
fn named_row(query: &str) -> Result<(MessageStatus, Option<ProviderId>), String> {
    let row = diesel::sql_query(query).get_result::<TestRow>(&mut connection());
    row.map(|row| (row.status.0, row.sender.0)).map_err(words)
}

/// Reads the one column of a query by its position.
macro_rules! read {
    ($core:ty as $sql:ty, $value:literal) => {
        diesel::dsl::sql::<$sql>(concat!("SELECT ", $value, " AS stored"))
            .get_result::<Col<$core>>(&mut connection())
            .map(|Col(value)| value)
            .map_err(words)
    };
}

#[test]
fn an_unreadable_value_is_named_by_its_column_however_the_row_is_read() {
    let of = |column: &str| format!("the column {column} holds no valid MessageStatus");
    let unknown = named_row("SELECT 99 AS status, NULL AS sender");
    assert_eq!(unknown, Err(of("status")));
    let missing = named_row("SELECT NULL AS status, NULL AS sender");
    assert_eq!(missing, Err(of("status")));
    assert_eq!(read!(MessageStatus as SmallInt, "99"), Err(of("stored")));
}

#[test]
fn a_nullable_column_reads_as_none_and_is_as_strict() {
    let sent = MessageStatus::Sent;
    let absent = named_row("SELECT 1 AS status, NULL AS sender");
    assert_eq!(absent, Ok((sent, None)));
    let present = named_row("SELECT 1 AS status, '1234' AS sender");
    assert_eq!(present, Ok((sent, ProviderId::parse("1234").ok())));
    let error = "the column sender holds no valid ProviderId";
    let unreadable = named_row("SELECT 1 AS status, 'x' AS sender");
    assert_eq!(unreadable, Err(error.to_owned()));
}

#[test]
fn a_value_that_does_not_fit_is_unreadable_and_never_cut_off() {
    assert_eq!(
        read!(MessageStatus as SmallInt, "1"),
        Ok(MessageStatus::Sent)
    );
    assert!(read!(MessageStatus as SmallInt, "65537").is_err());
    assert_eq!(read!(Credits as Integer, "1"), Ok(Credits::ONE));
    assert!(read!(Credits as Integer, "4294967297").is_err());
    assert!(read!(Credits as Integer, "-1").is_err());
    assert!(read!(AccountId as Id, "zeroblob(16)").is_ok());
    assert!(read!(AccountId as Id, "zeroblob(15)").is_err());
    assert!(read!(RecipientIndex as Binary, "zeroblob(32)").is_ok());
    assert!(read!(RecipientIndex as Binary, "zeroblob(31)").is_err());
}

#[test]
fn a_parameter_never_shows_its_value() {
    assert_eq!(format!("{:?}", Col(Sealed(vec![7]))), "Col(Sealed)");
    assert_eq!(format!("{:?}", Col(Some("Amal".to_owned()))), "Col(String)");
}
