//! The answers to messages to test numbers, as the gateway understands those of the provider.

use std::time::Duration;

/// The answer to a message to a test number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestAnswer {
    /// The time until the answer.
    pub delay: Duration,
    /// The answer.
    pub reply: TestReply,
    /// Whether the message arrives, whatever the answer says.
    pub arrives: bool,
}

/// The meaning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestReply {
    /// The message is accepted.
    Accepted,
    /// It is refused, with Meta's code and this HTTP status.
    Refused {
        /// Meta's code.
        code: i32,
        /// The status of the answer.
        http_status: u16,
        /// Whether a later call may succeed.
        repetition: Repetition,
    },
    /// There is no answer that says whether it is accepted.
    Broken,
}

/// Whether a refused call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// It is refused for good.
    Never,
    /// It may be made again, after a pause that the caller chooses.
    Soon,
    /// It may be made again after these seconds.
    After(u64),
}

impl TestAnswer {
    /// Accepted at once.
    pub(super) const ACCEPTED: Self = Self {
        delay: Duration::ZERO,
        reply: TestReply::Accepted,
        arrives: true,
    };

    const fn accepted_after(seconds: u64) -> Self {
        Self {
            delay: Duration::from_secs(seconds),
            ..Self::ACCEPTED
        }
    }

    const fn broken(arrives: bool) -> Self {
        Self {
            delay: Duration::ZERO,
            reply: TestReply::Broken,
            arrives,
        }
    }
}

impl Default for TestAnswer {
    fn default() -> Self {
        Self::ACCEPTED
    }
}

use Repetition::{After, Never, Soon};

/// The last two digits of a number that is refused, the code, the HTTP status, whether to call again, the
/// words of Meta, and the title of the failure if it is another.
type Refused = (u8, i32, u16, Repetition, &'static str, Option<&'static str>);

#[rustfmt::skip] // one row per line
const REFUSED: &[Refused] = &[
    (20, 131_026, 400, Never, "Message undeliverable", None),
    (21, 131_030, 400, Never, "Recipient phone number not in allowed list", None),
    (22, 132_001, 404, Never, "Template name does not exist in the translation", Some("Template does not exist")),
    (23, 132_015, 400, Never, "Template is paused", None),
    (24, 132_016, 400, Never, "Template is disabled", None),
    (25, 132_000, 400, Never, "Number of parameters does not match the expected number of params", Some("Template param count mismatch")),
    (26, 132_005, 400, Never, "Translated text too long", Some("Template hydrated text too long")),
    (27, 132_007, 400, Never, "Format character policy violated", Some("Template format character policy violated")),
    (28, 132_008, 400, Never, "Parameter value format is not valid", Some("Template parameter format mismatch")),
    (29, 132_012, 400, Never, "Parameter format does not match format in the created template", Some("Template parameter format mismatch")),
    (30, 131_056, 400, After(4), "(Business Account, Consumer Account) pair rate limit hit", Some("Business account, consumer account pair rate limit hit")),
    (31, 130_429, 429, After(1), "Rate limit hit", None),
    (32, 131_048, 429, Never, "Spam rate limit hit", None),
    (33, 80_007, 429, After(60), "Rate limit issues", None),
    (34, 4, 429, After(60), "Application request limit reached", Some("API too many calls")),
    (35, 190, 401, Never, "Error validating access token: Session has expired", Some("Access token has expired")),
    (36, 0, 401, Never, "We were unable to authenticate the app user", Some("Authentication failed")),
    (37, 3, 500, Never, "Application does not have the capability to make this API call", Some("API method not permitted")),
    (38, 10, 403, Never, "Application does not have permission for this action", Some("Permission denied")),
    (39, 200, 403, Never, "Permissions error", Some("API permission")),
    (40, 131_005, 403, Never, "Access denied", None),
    (41, 368, 403, Never, "Temporarily blocked for policies violations", None),
    (42, 131_031, 403, Never, "Business Account locked", Some("Account has been locked")),
    (43, 130_497, 403, Never, "Business account is restricted from messaging users in this country", None),
    (44, 131_042, 400, Never, "Business eligibility payment issue", None),
    (45, 133_010, 400, Never, "Phone number not registered", None),
    (46, 131_045, 500, Never, "Incorrect certificate", None),
    (47, 131_037, 400, Never, "Display name approval is needed before a message can be sent", Some("Display name is not approved")),
    (48, 131_064, 400, Never, "Messaging limit reached after template classification violations", Some("Messaging limit for template classification violation")),
    (49, 100, 400, Never, "Invalid parameter", None),
    (50, 131_008, 400, Never, "Required parameter is missing", None),
    (51, 131_009, 400, Never, "Parameter value is not valid", None),
    (52, 33, 400, Never, "The business phone number has been deleted", Some("Parameter value is not valid")),
    (53, 135_000, 400, Never, "Generic user error", None),
    (54, 131_021, 400, Never, "Recipient cannot be sender", None),
    (55, 131_047, 400, Never, "Re-engagement message", None),
    (56, 131_051, 400, Never, "Unsupported message type", None),
    (57, 131_049, 400, Never, "This message was not delivered to maintain healthy ecosystem engagement", Some("Meta chose not to deliver")),
    (58, 131_050, 400, Never, "Unable to deliver: the recipient stopped marketing messages", Some("User has stopped marketing messages")),
    (59, 130_472, 400, Never, "User's number is part of an experiment", None),
    (60, 131_062, 400, Never, "Business-scoped user ids cannot receive this message", Some("Business-scoped user id not supported")),
    (61, 137_000, 400, Never, "Recipient identity key mismatch", None),
    (62, 1, 500, Soon, "An unknown error has occurred", Some("API unknown")),
    (63, 2, 503, Soon, "Service temporarily unavailable", Some("API service unavailable")),
    (64, 133_004, 503, Soon, "Server temporarily unavailable", None),
    (65, 131_000, 500, Soon, "Something went wrong", None),
    (66, 131_016, 500, Soon, "Service unavailable", None),
    (67, 131_057, 500, Soon, "Account in maintenance mode", None),
    (68, 199_999, 400, Soon, "Undocumented error", Some("OAuthException")),
];

/// Returns the answer of the number with these last two digits; `None` if its answer is not special.
pub(super) fn answer(digits: u8) -> Option<TestAnswer> {
    Some(match digits {
        0 | 11 => TestAnswer::ACCEPTED,
        1 => TestAnswer::accepted_after(3),
        2 => TestAnswer::accepted_after(30),
        3 | 5 | 8..=10 => TestAnswer::broken(true),
        4 | 6 | 7 => TestAnswer::broken(false),
        // The answer has the id of a message, and says that it is paused.
        12 => TestAnswer {
            arrives: false,
            ..TestAnswer::ACCEPTED
        },
        _ => {
            let row = REFUSED.iter().find(|row| row.0 == digits)?;
            TestAnswer {
                delay: Duration::ZERO,
                reply: TestReply::Refused {
                    code: row.1,
                    http_status: row.2,
                    repetition: row.3,
                },
                arrives: false,
            }
        }
    })
}

/// Returns the title of a failure with this code, and the words of Meta.
pub(super) fn texts(code: i32) -> (&'static str, String) {
    let row = REFUSED.iter().find(|row| row.1 == code);
    let words = row.map_or("Undocumented error", |row| row.4);
    let title = row.and_then(|row| row.5).unwrap_or(words);
    let message = match code {
        // Meta writes no code before these.
        0..=2 | 190 => words.to_owned(),
        _ => format!("(#{code}) {words}"),
    };
    (title, message)
}
