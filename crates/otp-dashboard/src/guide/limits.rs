//! The limits in the guide, from the rules that set them.

use std::time::Duration;

use otp_core::idempotency::ANSWER_RETENTION;
use otp_core::person::team::MOST_IN_TEAM;
use otp_core::proof::PROOF_LIFETIME;
use otp_core::usecases::forget_webhook_deliveries::DELIVERY_RETENTION;
use otp_core::usecases::manage_own_keys::MAX_KEYS;
use otp_core::usecases::manage_own_orders::MAX_OPEN;
use otp_core::verification::{GUESSES_PER_CODE, GUESSES_PER_RECIPIENT};
use otp_core::webhook::DISABLED_AFTER;
use otp_core::webhook::endpoint::MAX_ENDPOINTS;
use otp_core::{cooldown, passcode, test_inbox};

use crate::page::Page;
use crate::value::Value;

/// How much of something there is.
#[derive(Debug, Clone, Copy)]
enum Amount {
    Number(usize),
    Time(Duration),
}

/// The key of the words for each limit, and the limit.
const LIMITS: [(&str, Amount); 14] = [
    ("limit-passcode", Amount::Number(passcode::MAX_LENGTH)),
    ("limit-cooldown-first", Amount::Time(cooldown::FIRST_WAIT)),
    ("limit-cooldown-longest", Amount::Time(cooldown::MAX_WAIT)),
    ("limit-guesses-code", Amount::Number(GUESSES_PER_CODE)),
    (
        "limit-guesses-recipient",
        Amount::Number(GUESSES_PER_RECIPIENT),
    ),
    ("limit-answers", Amount::Time(ANSWER_RETENTION)),
    ("limit-proof", Amount::Time(PROOF_LIFETIME)),
    ("limit-endpoints", Amount::Number(MAX_ENDPOINTS)),
    ("limit-endpoint-disabled", Amount::Time(DISABLED_AFTER)),
    ("limit-deliveries", Amount::Time(DELIVERY_RETENTION)),
    ("limit-test-inbox", Amount::Time(test_inbox::KEPT_FOR)),
    ("limit-keys", Amount::Number(MAX_KEYS)),
    ("limit-team", Amount::Number(MOST_IN_TEAM)),
    ("limit-orders", Amount::Number(MAX_OPEN)),
];

/// The words of times.
const UNITS: [(&str, u64); 4] = [
    ("time-days", 24 * 60 * 60),
    ("time-hours", 60 * 60),
    ("time-minutes", 60),
    ("time-seconds", 1),
];

/// Returns the keys of all words.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let limits = LIMITS.iter().map(|(key, _)| *key);
    limits.chain(UNITS.map(|(key, _)| key)).collect()
}

/// Returns each limit with its amount, in words.
pub(super) fn rows(page: &Page) -> Vec<(String, String)> {
    let row = |(key, amount): &(&str, Amount)| (page.plain(key), words(page, *amount));
    LIMITS.iter().map(row).collect()
}

fn words(page: &Page, amount: Amount) -> String {
    match amount {
        Amount::Number(number) => Value::count(number).isolated(),
        Amount::Time(time) => {
            let seconds = time.as_secs();
            // More than one of the unit, so a day is 24 hours.
            let fits = |(_, unit): &&(&str, u64)| seconds % unit == 0 && seconds > *unit;
            let (key, unit) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
            page.count_plain(key, seconds / unit)
        }
    }
}
