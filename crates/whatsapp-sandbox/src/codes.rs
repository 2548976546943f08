//! Meta's error codes with their titles and HTTP statuses.
//!
//! Meta documents throttling as 400 in some places and as 429 in others. Here 131056 is 400 and the
//! other limits are 429, as in captured traffic. Callers should branch on the code, never on the
//! status.

/// One documented error of the Cloud API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    /// Seconds of the `Retry-After` header.
    pub(crate) retry_after: Option<u32>,
}

/// Returns the documented error with this code, or a 400 titled as undocumented.
pub(crate) fn look_up(code: u32) -> Code {
    CODES
        .iter()
        .find(|known| known.code == code)
        .copied()
        .unwrap_or(Code {
            code,
            subcode: None,
            status: 400,
            title: "Undocumented error",
            retry_after: None,
        })
}

const fn code(code: u32, status: u16, title: &'static str) -> Code {
    Code {
        code,
        subcode: None,
        status,
        title,
        retry_after: None,
    }
}

const CODES: &[Code] = &[
    code(0, 401, "We were unable to authenticate the app user"),
    code(1, 500, "An unknown error has occurred"),
    code(2, 503, "Service temporarily unavailable"),
    code(
        3,
        500,
        "Application does not have the capability to make this API call",
    ),
    code(4, 429, "Application request limit reached"),
    code(
        10,
        403,
        "Application does not have permission for this action",
    ),
    code(33, 400, "The business phone number has been deleted"),
    code(100, 400, "Invalid parameter"),
    Code {
        code: 190,
        subcode: Some(463),
        status: 401,
        title: "Error validating access token: Session has expired",
        retry_after: None,
    },
    code(200, 403, "Permissions error"),
    code(368, 403, "Temporarily blocked for policies violations"),
    code(80007, 429, "Rate limit issues"),
    Code {
        code: 130_429,
        subcode: None,
        status: 429,
        title: "Rate limit hit",
        retry_after: Some(1),
    },
    code(130_472, 400, "User's number is part of an experiment"),
    code(
        130_497,
        403,
        "Business account is restricted from messaging users in this country",
    ),
    code(131_000, 500, "Something went wrong"),
    code(131_005, 403, "Access denied"),
    code(131_008, 400, "Required parameter is missing"),
    code(131_009, 400, "Parameter value is not valid"),
    code(131_016, 500, "Service unavailable"),
    code(131_021, 400, "Recipient cannot be sender"),
    code(131_026, 400, "Message undeliverable"),
    code(131_030, 400, "Recipient phone number not in allowed list"),
    code(131_031, 403, "Business Account locked"),
    code(
        131_037,
        400,
        "Display name approval is needed before a message can be sent",
    ),
    code(131_042, 400, "Business eligibility payment issue"),
    code(131_045, 500, "Incorrect certificate"),
    code(131_047, 400, "Re-engagement message"),
    code(131_048, 429, "Spam rate limit hit"),
    code(
        131_049,
        400,
        "This message was not delivered to maintain healthy ecosystem engagement",
    ),
    code(
        131_050,
        400,
        "Unable to deliver: the recipient stopped marketing messages",
    ),
    code(131_051, 400, "Unsupported message type"),
    code(
        131_056,
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
    ),
    code(131_057, 500, "Account in maintenance mode"),
    code(
        131_062,
        400,
        "Business-scoped user ids cannot receive this message",
    ),
    code(
        131_064,
        400,
        "Messaging limit reached after template classification violations",
    ),
    code(
        132_000,
        400,
        "Number of parameters does not match the expected number of params",
    ),
    code(
        132_001,
        404,
        "Template name does not exist in the translation",
    ),
    code(132_005, 400, "Translated text too long"),
    code(132_007, 400, "Format character policy violated"),
    code(132_008, 400, "Parameter value format is not valid"),
    code(
        132_012,
        400,
        "Parameter format does not match format in the created template",
    ),
    code(132_015, 400, "Template is paused"),
    code(132_016, 400, "Template is disabled"),
    code(133_004, 503, "Server temporarily unavailable"),
    code(133_010, 400, "Phone number not registered"),
    code(135_000, 400, "Generic user error"),
    code(137_000, 400, "Recipient identity key mismatch"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn an_undocumented_code_is_a_bad_request() {
        assert_eq!(
            (look_up(999_999).code, look_up(999_999).status),
            (999_999, 400)
        );
    }
}
