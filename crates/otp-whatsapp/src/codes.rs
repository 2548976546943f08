//! Meta's error codes: what each means for the message, and its title.
//!
//! Meta asks to branch on the code and never on the HTTP status, which differs between its own pages.

use std::time::Duration;

use otp_core::ports::RefusalScope;

/// What an error code means for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing goes out until an operator acts: token, permissions, number, payment, policy, quality.
    Configuration,
    /// Nothing goes out to this country until an operator acts; the others are served.
    Country,
    /// The request itself is wrong, which is our mistake.
    Request,
    /// The template is missing or of another shape than the request.
    Template,
    /// The template is paused, and so are all of its messages.
    TemplatePaused,
    /// The template is disabled, and its messages with it.
    TemplateDisabled,
    /// This recipient cannot be reached this way.
    Recipient,
    /// A later call may succeed, at the earliest after this pause if there is one; meanwhile others
    /// are refused, too.
    Transient(RefusalScope, Option<Duration>),
    /// A later call may succeed unless Meta says that it will not.
    Doubtful,
}

impl Class {
    /// How far a refusal of this class reaches. A code that nobody lists speaks of the provider where
    /// Meta calls it a fault of its own, else of the message.
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

/// What this code means; `None` where Meta's tables do not list it.
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

/// Whether the code says that a token may not do this, which need not mean that it may do nothing.
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

/// Throughput is counted by the second.
const THROUGHPUT: Class = pause(RefusalScope::Sender, 1);

/// These are counted by the hour. A pause longer than any request's deadline means: not again for
/// this message, but say so as of a limit, not as of a fault.
const HOURLY: Class = pause(RefusalScope::Sender, 60);

/// A pair of numbers regains one message every 6 seconds, and Meta advises pauses of 4ⁿ seconds. With
/// 4 the second and third call fall at 4 and 8 seconds, both within a request's deadline and the last
/// one behind the 6.
const PAIR: Class = pause(RefusalScope::Recipient, 4);

/// The caller's own back-off will do.
const SOON: Class = Class::Transient(RefusalScope::Provider, None);

/// An upgrade of the throughput takes up to a minute.
const MAINTENANCE: Class = Class::Transient(RefusalScope::Sender, None);

const fn pause(scope: RefusalScope, seconds: u64) -> Class {
    Class::Transient(scope, Some(Duration::from_secs(seconds)))
}

use Class::{Configuration, Country, Doubtful, Recipient, Request, Template};

#[rustfmt::skip] // one row a line
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
    // It falls only as recipients stop blocking and reporting; calling again makes it worse.
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
    fn every_row_has_the_class_it_should() {
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
    fn what_is_refused_beside_the_message_follows_from_the_class() {
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
    fn a_parameter_that_names_nothing_is_a_matter_of_configuration() {
        assert_eq!(look_up(100, Some(33)), Some(UNKNOWN_OBJECT));
        assert_eq!(look_up(100, Some(34)).map(|row| row.class), Some(Request));
    }

    #[test]
    fn what_nobody_lists_is_nowhere() {
        for code in [-1, 5, 131099, i64::MAX] {
            assert_eq!(look_up(code, None), None, "{code}");
        }
    }
}
