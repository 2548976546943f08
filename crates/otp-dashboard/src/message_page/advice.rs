//! Advice: what to do about a failure.
//!
//! Source of the codes: Meta's table of error codes of the Cloud API.

use otp_core::channel::Channel;

const RECIPIENT: &str = "advice-recipient";
const LATER: &str = "advice-later";
const TEMPLATE: &str = "advice-template";
const SENDER: &str = "advice-sender";
const ADDRESS: &str = "advice-address";
const OTHER: &str = "advice-other";

/// The keys of all words.
#[cfg(test)]
pub(super) const KEYS: [&str; 6] = [RECIPIENT, LATER, TEMPLATE, SENDER, ADDRESS, OTHER];

/// Returns the key of the words that say what to do.
pub(super) fn key(channel: Channel, code: Option<i32>) -> &'static str {
    match (channel, code) {
        (Channel::Email, Some(_)) => ADDRESS,
        // Its lifetime ended without a report.
        (_, None) => LATER,
        (_, Some(code)) => of_whatsapp(code),
    }
}

fn of_whatsapp(code: i32) -> &'static str {
    match code {
        130_472 | 131_021 | 131_026 | 131_030 | 131_049 | 131_050 | 137_000 => RECIPIENT,
        1 | 2 | 4 | 80_007 | 130_429 | 131_000 | 131_016 | 131_056 | 131_057 | 133_004 => LATER,
        132_000..=132_999 => TEMPLATE,
        0
        | 3
        | 10
        | 33
        | 190
        | 200..=299
        | 368
        | 130_497
        | 131_005
        | 131_031
        | 131_037
        | 131_042
        | 131_045
        | 131_048
        | 131_064
        | 133_000..=133_016 => SENDER,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_advice() {
        for (channel, code, expected) in [
            (Channel::WhatsApp, Some(131_026), RECIPIENT),
            (Channel::WhatsApp, Some(130_429), LATER),
            (Channel::WhatsApp, Some(133_004), LATER),
            (Channel::WhatsApp, Some(132_015), TEMPLATE),
            (Channel::WhatsApp, Some(190), SENDER),
            (Channel::WhatsApp, Some(133_010), SENDER),
            (Channel::WhatsApp, Some(999_999), OTHER),
            (Channel::WhatsApp, None, LATER),
            (Channel::Email, Some(550), ADDRESS),
            (Channel::Email, None, LATER),
        ] {
            assert_eq!(key(channel, code), expected, "{channel:?} {code:?}");
        }
    }
}
