//! The form of each SQL type on PostgreSQL: its binary format.

use std::io::Write;

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output};
use diesel::sql_types::{BigInt, Binary, Bool, Integer, SmallInt, Text};
use otp_core::time::Timestamp;

use super::{EncodedIn, Id, Instant};

/// PostgreSQL's epoch, 2000-01-01T00:00:00Z, in milliseconds since 1970.
const EPOCH: i64 = 946_684_800_000;

impl EncodedIn<Pg> for Id {
    fn read<T>(value: PgValue<'_>, parse: impl FnOnce(&[u8; 16]) -> T) -> deserialize::Result<T> {
        Ok(parse(value.as_bytes().try_into()?))
    }

    fn write<'b>(id: &'b [u8; 16], out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write(id, out)
    }
}

impl EncodedIn<Pg> for Instant {
    fn read<T>(value: PgValue<'_>, parse: impl FnOnce(Timestamp) -> T) -> deserialize::Result<T> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(parse(from_micros(micros)))
    }

    fn write<'b>(instant: Timestamp, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write(&to_micros(instant).to_be_bytes(), out)
    }
}

/// Reads an instant and drops fractions of a millisecond.
fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_unix_millis(micros.div_euclid(1_000) + EPOCH)
}

/// An instant beyond PostgreSQL's range becomes an infinity.
fn to_micros(instant: Timestamp) -> i64 {
    let millis = instant.unix_millis().saturating_sub(EPOCH);
    millis.saturating_mul(1_000)
}

impl EncodedIn<Pg> for Binary {
    fn read<T>(value: PgValue<'_>, parse: impl FnOnce(&[u8]) -> T) -> deserialize::Result<T> {
        Ok(parse(value.as_bytes()))
    }

    fn write<'b>(bytes: &'b [u8], out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write(bytes, out)
    }
}

impl EncodedIn<Pg> for Text {
    fn read<T>(value: PgValue<'_>, parse: impl FnOnce(&str) -> T) -> deserialize::Result<T> {
        Ok(parse(std::str::from_utf8(value.as_bytes())?))
    }

    fn write<'b>(text: &'b str, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write(text.as_bytes(), out)
    }
}

impl EncodedIn<Pg> for Bool {
    fn read<T>(value: PgValue<'_>, parse: impl FnOnce(bool) -> T) -> deserialize::Result<T> {
        <bool as FromSql<Bool, Pg>>::from_sql(value).map(parse)
    }

    fn write<'b>(value: bool, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write(&[value.into()], out)
    }
}

macro_rules! integers {
    ($($sql:ty: $raw:ty),*) => {$(
        impl EncodedIn<Pg> for $sql {
            fn read<T>(value: PgValue<'_>, parse: impl FnOnce($raw) -> T) -> deserialize::Result<T> {
                <$raw as FromSql<$sql, Pg>>::from_sql(value).map(parse)
            }

            fn write<'b>(number: $raw, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                write(&number.to_be_bytes(), out)
            }
        }
    )*};
}

integers!(SmallInt: i16, Integer: i32, BigInt: i64);

fn write(bytes: &[u8], out: &mut Output<'_, '_, Pg>) -> serialize::Result {
    out.write_all(bytes)?;
    Ok(IsNull::No)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back_to_the_millisecond_on_either_side_of_both_epochs() {
        for millis in [0, 1, -1, EPOCH, EPOCH - 1, Timestamp::MAX.unix_millis()] {
            let instant = Timestamp::from_unix_millis(millis);
            assert_eq!(from_micros(to_micros(instant)), instant, "{millis}");
            assert_eq!(from_micros(to_micros(instant) + 999), instant, "{millis}");
        }
    }

    #[test]
    fn an_instant_beyond_what_postgresql_expresses_becomes_an_infinity() {
        assert_eq!(to_micros(Timestamp::from_unix_millis(i64::MIN)), i64::MIN);
        assert_eq!(to_micros(Timestamp::from_unix_millis(i64::MAX)), i64::MAX);
    }
}
