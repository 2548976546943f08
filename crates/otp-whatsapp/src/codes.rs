//! Meta's error codes: the class and the title of each.
//!
//! Meta's documentation asks callers to branch on the code and never on the HTTP status, which
//! differs between its own pages.

use std::time::Duration;

use otp_core::ports::RefusalScope;

/// The class of an error code: its meaning for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing can be sent until an operator acts: token, permissions, number, payment, policy,
    /// quality.
    Configuration,
    /// Nothing can be sent to this country until an operator acts; other countries are not
    /// affected.
    Country,
    /// The request itself is wrong, which is our mistake.
    Request,
    /// The template is missing or does not match the request.
    Template,
    /// The template is paused, so all of its messages are refused.
    TemplatePaused,
    /// The template is disabled, so all of its messages are refused.
    TemplateDisabled,
    /// This recipient cannot be reached with this message.
    Recipient,
    /// A later call may succeed, after this pause if there is one. Until then, other calls in this
    /// scope are refused as well.
    Transient(RefusalScope, Option<Duration>),
    /// A later call may succeed, unless Meta reports that it will not.
    Doubtful,
}

impl Class {
    /// Returns the scope of a refusal of this class. An unlisted code concerns the provider if Meta
    /// reports a fault of its own, and the message otherwise.
    pub(crate) fn scope(self, own_fault: bool) -> RefusalScope {
        match self {
            Self::Configuration => RefusalScope::SenderUntilFixed,
            Self::Country | Self::Request | Self::Template | Self::Recipient => {
                RefusalScope::Message
            }
            Self::TemplatePaused => RefusalScope::TemplatePaused,
            Self::TemplateDisabled => RefusalScope::TemplateDisabled,
            Self::Transient(scope, _) => scope,
            Self::Doubtful if own_fault => RefusalScope::Provider,
            Self::Doubtful => RefusalScope::Message,
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) class: Class,
    pub(crate) title: &'static str,
}

/// Returns the meaning of a code; `None` if Meta's tables do not list it.
pub(crate) fn look_up(code: i64, subcode: Option<i64>) -> Option<Meaning> {
    match (code, subcode) {
        (100, Some(33)) => Some(UNKNOWN_OBJECT),
        (200..=299, _) => Some(API_PERMISSION),
        _ => TABLE
            .iter()
            .find(|row| row.0 == code)
            .map(|&(_, class, title)| Meaning { class, title }),
    }
}

/// Returns whether the code means that the token lacks the permission for this call. It may still
/// have others.
pub(crate) fn is_about_permissions(code: i64) -> bool {
    matches!(code, 3 | 10 | 200..=299 | 131_005)
}

const UNKNOWN_OBJECT: Meaning = Meaning {
    class: Class::Configuration,
    title: "Object does not exist",
};

const API_PERMISSION: Meaning = Meaning {
    class: Class::Configuration,
    title: "API permission",
};

/// The limit of throughput, which is counted per second.
const THROUGHPUT: Class = pause(RefusalScope::Sender, 1);

/// The limits that are counted per hour. Their pause is longer than any request's deadline: the
/// message is not retried, but reported as limited and not as failed by a fault.
const HOURLY: Class = pause(RefusalScope::Sender, 60);

/// The limit of a pair of numbers. It regains one message every 6 seconds, and Meta recommends
/// pauses of 4ⁿ seconds. With a pause of 4 seconds, the second and third calls are made after 4 and
/// 8 seconds: both within a request's deadline, and the last one after the 6 seconds.
const PAIR: Class = pause(RefusalScope::Recipient, 4);

/// A fault for which the caller's own back-off is enough.
const SOON: Class = Class::Transient(RefusalScope::Provider, None);

/// An upgrade of the throughput, which takes up to a minute.
const MAINTENANCE: Class = Class::Transient(RefusalScope::Sender, None);

const fn pause(scope: RefusalScope, seconds: u64) -> Class {
    Class::Transient(scope, Some(Duration::from_secs(seconds)))
}

use Class::{Configuration, Country, Doubtful, Recipient, Request, Template};

#[rustfmt::skip] // one row per line
const TABLE: &[(i64, Class, &str)] = &[
    (0,      Configuration, "Authentication failed"),
    (1,      Doubtful,      "API unknown"),
    (2,      SOON,          "API service unavailable"),
    (3,      Configuration, "API method not permitted"),
    (4,      HOURLY,        "API too many calls"),
    (10,     Configuration, "Permission denied"),
    (33,     Configuration, "Parameter value is not valid"),
    (100,    Request,       "Invalid parameter"),
    (190,    Configuration, "Access token has expired"),
    (368,    Configuration, "Temporarily blocked for policies violations"),
    (80007,  HOURLY,        "Rate limit issues"),
    (130429, THROUGHPUT,    "Rate limit hit"),
    (130472, Recipient,     "User's number is part of an experiment"),
    (130497, Country,       "Business account is restricted from messaging users in this country"),
    (131000, SOON,          "Something went wrong"),
    (131005, Configuration, "Access denied"),
    (131008, Request,       "Required parameter is missing"),
    (131009, Request,       "Parameter value is not valid"),
    (131016, SOON,          "Service unavailable"),
    (131021, Recipient,     "Recipient cannot be sender"),
    (131026, Recipient,     "Message undeliverable"),
    (131030, Recipient,     "Recipient phone number not in allowed list"),
    (131031, Configuration, "Account has been locked"),
    (131037, Configuration, "Display name is not approved"),
    (131042, Configuration, "Business eligibility payment issue"),
    (131045, Configuration, "Incorrect certificate"),
    (131047, Request,       "Re-engagement message"),
    // The spam rate falls only if recipients stop blocking and reporting; retrying makes it worse.
    (131048, Configuration, "Spam rate limit hit"),
    (131049, Recipient,     "Meta chose not to deliver"),
    (131050, Recipient,     "User has stopped marketing messages"),
    (131051, Request,       "Unsupported message type"),
    (131052, Request,       "Media download error"),
    (131053, Request,       "Media upload error"),
    (131056, PAIR,          "Business account, consumer account pair rate limit hit"),
    (131057, MAINTENANCE,   "Account in maintenance mode"),
    (131062, Request,       "Business-scoped user id not supported"),
    (131064, Configuration, "Messaging limit for template classification violation"),
    (132000, Template,      "Template param count mismatch"),
    (132001, Template,      "Template does not exist"),
    (132005, Template,      "Template hydrated text too long"),
    (132007, Template,      "Template format character policy violated"),
    (132008, Template,      "Template parameter format mismatch"),
    (132012, Template,      "Template parameter format mismatch"),
    (132015, Class::TemplatePaused,   "Template is paused"),
    (132016, Class::TemplateDisabled, "Template is disabled"),
    (132068, Template,      "Flow is in blocked state"),
    (132069, Template,      "Flow is in throttled state"),
    (133000, Configuration, "Incomplete deregistration"),
    (133004, SOON,          "Server temporarily unavailable"),
    (133005, Configuration, "Two step verification PIN mismatch"),
    (133006, Configuration, "Phone number re-verification needed"),
    (133008, Configuration, "Too many two step verification PIN guesses"),
    (133009, Configuration, "Two step verification PIN guessed too fast"),
    (133010, Configuration, "Phone number not registered"),
    (133015, Configuration, "Phone number was deleted a moment ago"),
    (133016, Configuration, "Account register deregister rate limit exceeded"),
    (135000, Request,       "Generic user error"),
    (137000, Recipient,     "Recipient identity key mismatch"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_row_has_the_expected_class() {
        let expected: &[(Class, &[i64])] = &[
            (
                Configuration,
                &[
                    0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 131048, 131064,
                    133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016,
                ],
            ),
            (
                Request,
                &[
                    100, 131008, 131009, 131047, 131051, 131052, 131053, 131062, 135000,
                ],
            ),
            (
                Template,
                &[
                    132000, 132001, 132005, 132007, 132008, 132012, 132068, 132069,
                ],
            ),
            (Class::TemplatePaused, &[132015]),
            (Class::TemplateDisabled, &[132016]),
            (
                Recipient,
                &[130472, 131021, 131026, 131030, 131049, 131050, 137000],
            ),
            (Country, &[130497]),
            (MAINTENANCE, &[131057]),
            (SOON, &[2, 131000, 131016, 133004]),
            (pause(RefusalScope::Sender, 1), &[130429]),
            (pause(RefusalScope::Recipient, 4), &[131056]),
            (pause(RefusalScope::Sender, 60), &[4, 80007]),
            (Doubtful, &[1]),
        ];
        for (class, codes) in expected {
            for code in *codes {
                assert_eq!(
                    look_up(*code, None).map(|row| row.class),
                    Some(*class),
                    "{code}"
                );
            }
        }
        let listed: usize = expected.iter().map(|(_, codes)| codes.len()).sum();
        assert_eq!(listed, TABLE.len(), "every row is listed above");
    }

    #[test]
    fn the_scope_of_a_refusal_follows_from_the_class() {
        for (code, scope) in [
            (131_026, RefusalScope::Message),
            (132_001, RefusalScope::Message),
            (132_015, RefusalScope::TemplatePaused),
            (132_016, RefusalScope::TemplateDisabled),
            (130_497, RefusalScope::Message),
            (131_056, RefusalScope::Recipient),
            (130_429, RefusalScope::Sender),
            (80_007, RefusalScope::Sender),
            (131_057, RefusalScope::Sender),
            (190, RefusalScope::SenderUntilFixed),
            (131_031, RefusalScope::SenderUntilFixed),
            (2, RefusalScope::Provider),
            (131_000, RefusalScope::Provider),
        ] {
            let class = look_up(code, None).expect("listed").class;
            assert_eq!(class.scope(false), scope, "{code}");
        }
        assert_eq!(Doubtful.scope(true), RefusalScope::Provider);
        assert_eq!(Doubtful.scope(false), RefusalScope::Message);
    }

    #[test]
    fn permissions_are_a_range() {
        for code in [200, 210, 299] {
            assert_eq!(look_up(code, None), Some(API_PERMISSION));
        }
        assert_eq!(look_up(199, None), None);
        assert_eq!(look_up(300, None), None);
    }

    #[test]
    fn a_parameter_with_an_unknown_object_is_a_configuration_error() {
        assert_eq!(look_up(100, Some(33)), Some(UNKNOWN_OBJECT));
        assert_eq!(look_up(100, Some(34)).map(|row| row.class), Some(Request));
    }

    #[test]
    fn an_unlisted_code_has_no_meaning() {
        for code in [-1, 5, 131099, i64::MAX] {
            assert_eq!(look_up(code, None), None, "{code}");
        }
    }
}
