//! The form of each SQL type on SQLite, which has one type of integer, one of text and one of bytes.

use diesel::deserialize;
use diesel::serialize::{self, IsNull, Output};
use diesel::sql_types::{BigInt, Binary, Bool, Integer, SmallInt, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use otp_core::time::Timestamp;

use super::{EncodedIn, Id, Instant};

impl EncodedIn<Sqlite> for Id {
    fn read<T>(
        mut value: SqliteValue<'_, '_, '_>,
        parse: impl FnOnce(&[u8; 16]) -> T,
    ) -> deserialize::Result<T> {
        Ok(parse(value.read_blob().try_into()?))
    }

    fn write<'b>(id: &'b [u8; 16], out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(id.as_slice());
        Ok(IsNull::No)
    }
}

impl EncodedIn<Sqlite> for Instant {
    fn read<T>(
        mut value: SqliteValue<'_, '_, '_>,
        parse: impl FnOnce(Timestamp) -> T,
    ) -> deserialize::Result<T> {
        Ok(parse(Timestamp::from_unix_millis(value.read_long())))
    }

    fn write<'b>(instant: Timestamp, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(instant.unix_millis());
        Ok(IsNull::No)
    }
}

impl EncodedIn<Sqlite> for Binary {
    fn read<T>(
        mut value: SqliteValue<'_, '_, '_>,
        parse: impl FnOnce(&[u8]) -> T,
    ) -> deserialize::Result<T> {
        Ok(parse(value.read_blob()))
    }

    fn write<'b>(bytes: &'b [u8], out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(bytes);
        Ok(IsNull::No)
    }
}

impl EncodedIn<Sqlite> for Text {
    fn read<T>(
        mut value: SqliteValue<'_, '_, '_>,
        parse: impl FnOnce(&str) -> T,
    ) -> deserialize::Result<T> {
        Ok(parse(value.read_text()))
    }

    fn write<'b>(text: &'b str, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(text);
        Ok(IsNull::No)
    }
}

impl EncodedIn<Sqlite> for Bool {
    fn read<T>(
        mut value: SqliteValue<'_, '_, '_>,
        parse: impl FnOnce(bool) -> T,
    ) -> deserialize::Result<T> {
        Ok(parse(value.read_long() != 0))
    }

    fn write<'b>(value: bool, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(i32::from(value));
        Ok(IsNull::No)
    }
}

/// SQLite does not limit an integer; one that exceeds its type is refused, not truncated.
macro_rules! integers {
    ($($sql:ty: $raw:ty, bound as $bound:ty);*) => {$(
        impl EncodedIn<Sqlite> for $sql {
            fn read<T>(
                mut value: SqliteValue<'_, '_, '_>,
                parse: impl FnOnce($raw) -> T,
            ) -> deserialize::Result<T> {
                Ok(parse(<$raw>::try_from(value.read_long())?))
            }

            fn write<'b>(number: $raw, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(<$bound>::from(number));
                Ok(IsNull::No)
            }
        }
    )*};
}

integers! {
    SmallInt: i16, bound as i32;
    Integer: i32, bound as i32;
    BigInt: i64, bound as i64
}
