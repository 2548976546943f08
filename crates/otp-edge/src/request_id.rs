//! Request ids of clients: which of them may be repeated in answers and logs.
//!
//! A log contains no key and no phone number, so an id that looks like one is not repeated.

use otp_core::api_key::ApiKeyMode;

/// Longest id that is accepted from a client.
const MAX_LENGTH: usize = 64;

/// Shortest run of letters and digits that may be a key or a token. The ids in common use are shorter:
/// a KSUID has 27 characters.
const SECRET_LENGTH: usize = 40;

/// Digits of a phone number, with or without its country code (E.164 allows 15).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Shortest hexadecimal id: a span's.
const HEX_LENGTH: usize = 16;

/// Returns whether an id can be repeated in headers, bodies and logs as it is.
pub(crate) fn may_be_repeated(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(plain)
        && (is_hexadecimal(id) || !looks_like_a_key(id) && !looks_like_a_number(id))
}

/// Returns whether this is a UUID, or a hexadecimal id such as that of a trace. Its digits are random: a
/// quarter of all trace ids have seven of them in a row.
fn is_hexadecimal(id: &str) -> bool {
    let is_hex = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_hexdigit())
            && text.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    uuid::Uuid::try_parse(id).is_ok() || id.len() >= HEX_LENGTH && is_hex(id)
}

fn looks_like_a_key(id: &str) -> bool {
    let mut runs = id.split(|character: char| !character.is_ascii_alphanumeric());
    let lower = id.to_ascii_lowercase();
    let has_prefix = |mode: ApiKeyMode| lower.contains(mode.prefix());
    ApiKeyMode::ALL.into_iter().any(has_prefix) || runs.any(|run| run.len() >= SECRET_LENGTH)
}

/// Looks at digits in a row, and at digits that only `.`, `_` and `-` separate.
fn looks_like_a_number(id: &str) -> bool {
    let mut grouped = id.split(|character: char| character.is_ascii_alphabetic());
    grouped.any(|group| {
        let in_a_row = |run: &str| PHONE_DIGITS.contains(&run.len());
        let digits = group.bytes().filter(u8::is_ascii_digit).count();
        PHONE_DIGITS.contains(&digits)
            || group
                .split(|character: char| !character.is_ascii_digit())
                .any(in_a_row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_and_those_of_common_generators_are_repeated() {
        for id in [
            "a",
            "order-4711",
            "A.b_C-9",
            "order-123456",
            "550e8400-e29b-41d4-a716-446655440000",
            "00000000-0000-0000-0000-000000000000",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "a512345678900067",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
            "V1StGXR8_Z5jdHi6B-myT",
            // Longer than any phone number.
            "1234567890123456789",
        ] {
            assert!(may_be_repeated(id), "{id}");
        }
    }

    #[test]
    fn what_does_not_fit_into_a_log_line_is_not_repeated() {
        for id in ["", "a b", "a\"b", "{}", "é", "٣", &"x".repeat(65)] {
            assert!(!may_be_repeated(id), "{id}");
        }
    }

    #[test]
    fn what_looks_like_a_key_or_a_token_is_not_repeated() {
        let key = format!("otp_live_{}", "xB3".repeat(16));
        for id in [
            key.as_str(),
            &key[..20],
            "OTP_LIVE_abc",
            "x.otp_live_abc",
            "x.otp_test_abc",
            &key[9..],
            "EAAGm0PX4ZCpsBAKZCZCfZBZAKZBZCqZCZAhZCZAZBZC",
        ] {
            assert!(!may_be_repeated(id), "{id}");
        }
    }

    #[test]
    fn what_looks_like_a_phone_number_is_not_repeated() {
        for id in [
            "966551237654",
            "00966551237654",
            "0551237654",
            "055-123-7654",
            "966.55.123.7654",
            "to-966551237654",
            "to966551237654x",
            "20261128-966551237654",
            "4711-055-123-7654",
            "a966551237654",
        ] {
            assert!(!may_be_repeated(id), "{id}");
        }
    }
}
