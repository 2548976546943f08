//! The mail server: whether it can be reached and accepts a sign-in.

use crate::doctor::{Check, Finding};
use crate::ports::MailServerError;

/// Judges the attempt to sign in.
pub fn judge(answer: Result<(), MailServerError>) -> Finding {
    match answer {
        Ok(()) => Finding::ok(
            Check::MailServer,
            "it can be reached, and accepts the sign-in of smtp.url",
        ),
        Err(MailServerError::Refused(code)) => Finding::problem(
            Check::MailServer,
            format!("it refuses the connection or the sign-in with {code}"),
            "check user and password in smtp.url, and whether the mail server allows this machine to send",
        ),
        Err(MailServerError::Unreachable(cause)) => Finding::problem(
            Check::MailServer,
            format!("it cannot be used: {cause}"),
            "check host, port and encryption in smtp.url, and whether a firewall lets this machine out",
        ),
    }
}

/// Returns the finding if no mail server is set.
pub fn not_set() -> Finding {
    Finding::warning(
        Check::MailServer,
        "smtp.url is not set: notices wait, and no code goes out by e-mail",
        "set smtp.url and mail.from, unless the gateway is to send no mail",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_not_an_unreachable_server() {
        assert_eq!(judge(Ok(())).verdict.as_str(), "ok");
        let refused = judge(Err(MailServerError::Refused("535 5.7.8".to_owned())));
        assert!(refused.verdict.is_problem() && refused.found.contains("535 5.7.8"));
        let cause = "the connection failed".to_owned();
        let away = judge(Err(MailServerError::Unreachable(cause)));
        assert!(away.verdict.is_problem() && away.found.contains("the connection failed"));
        assert_ne!(refused.verdict, away.verdict, "each has its own remedy");
        assert_eq!(not_set().verdict.as_str(), "warning");
    }
}
