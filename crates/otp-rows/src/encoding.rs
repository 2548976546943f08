//! SQL types, and their form in each database.
//!
//! Ids and instants have a different form in each database, so they have a type of their own. Every
//! other column has the same type of diesel's in both. Only `encoding/postgres.rs` and
//! `encoding/sqlite.rs` know which database they read.

mod postgres;
mod sqlite;

use diesel::backend::Backend;
use diesel::deserialize;
use diesel::query_builder::QueryId;
use diesel::result::UnexpectedNullError;
use diesel::serialize::{self, IsNull, Output};
use diesel::sql_types::is_nullable::NotNull;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt, SqlOrd, SqlType, Text};
use otp_core::time::Timestamp;

/// The SQL type of an id: `uuid` on PostgreSQL, a blob of 16 bytes on SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(
    postgres_type(oid = 2950, array_oid = 2951),
    sqlite_type(name = "Binary")
)]
pub struct Id;

/// The SQL type of an instant: `timestamptz` on PostgreSQL, milliseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(
    postgres_type(oid = 1184, array_oid = 1185),
    sqlite_type(name = "Long")
)]
pub struct Instant;

impl SqlOrd for Instant {}

/// A SQL type, with the Rust type of its values before the core reads them.
pub trait Encoding {
    /// A value of this type; text and bytes are borrowed from the row.
    type Raw<'a>;
}

/// The form of a SQL type in one database.
pub trait EncodedIn<DB: Backend>: Encoding {
    /// Passes the value to `parse`.
    fn read<T>(
        value: DB::RawValue<'_>,
        parse: impl FnOnce(Self::Raw<'_>) -> T,
    ) -> deserialize::Result<T>;

    /// Passes the absence of a value to `parse`; an error if the column must not be NULL.
    fn read_null<T>(parse: impl FnOnce(Self::Raw<'_>) -> T) -> deserialize::Result<T> {
        let _not_nullable = parse;
        Err(Box::new(UnexpectedNullError))
    }

    /// Writes the value as a parameter.
    fn write<'b>(raw: Self::Raw<'b>, out: &mut Output<'b, '_, DB>) -> serialize::Result;
}

macro_rules! encodings {
    ($($sql:ty: $raw:ty),* $(,)?) => {$(
        impl Encoding for $sql {
            type Raw<'a> = $raw;
        }
    )*};
}

encodings! {
    Id: &'a [u8; 16],
    Instant: Timestamp,
    Binary: &'a [u8],
    Text: &'a str,
    Bool: bool,
    SmallInt: i16,
    Integer: i32,
    BigInt: i64,
}

impl<ST> Encoding for Nullable<ST>
where
    ST: Encoding + SqlType<IsNull = NotNull>,
{
    type Raw<'a> = Option<ST::Raw<'a>>;
}

impl<ST, DB> EncodedIn<DB> for Nullable<ST>
where
    ST: EncodedIn<DB> + SqlType<IsNull = NotNull>,
    DB: Backend,
{
    fn read<T>(
        value: DB::RawValue<'_>,
        parse: impl FnOnce(Self::Raw<'_>) -> T,
    ) -> deserialize::Result<T> {
        ST::read(value, |raw| parse(Some(raw)))
    }

    fn read_null<T>(parse: impl FnOnce(Self::Raw<'_>) -> T) -> deserialize::Result<T> {
        Ok(parse(None))
    }

    fn write<'b>(raw: Self::Raw<'b>, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        match raw {
            Some(raw) => ST::write(raw, out),
            None => Ok(IsNull::Yes),
        }
    }
}
