//! The outcome of a call, and what it means for the endpoint and the next attempt.
//!
//! | answer | verdict |
//! | --- | --- |
//! | 2xx | delivered |
//! | 410 | gone |
//! | 429, 502, 504 | throttled |
//! | anything else, including redirects | failed |
//! | none, or a 2xx that did not arrive as a whole | failed |

use std::time::Duration;

use super::target::ForbiddenWebhookTarget;

/// The number of bytes of an answer's body that are kept.
pub const MAX_ANSWER_EXCERPT: usize = 1_024;

/// The size that an answer's body may have, 1 MiB: nobody answers more to a webhook, and it has to arrive as a whole.
pub const MAX_ANSWER: usize = 1_024 * 1_024;

/// The outcome of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookOutcome {
    /// The time from the start of the call to the end of the answer, or of the attempt.
    pub latency: Duration,
    /// The answer, or the reason that none arrived.
    pub answer: Result<WebhookAnswer, WebhookFailure>,
}

/// An answer of the endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    status: u16,
    excerpt: String,
    retry_after: Option<Duration>,
}

/// The reason that no answer arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum WebhookFailure {
    /// The call was not made, because the target is forbidden.
    #[error("the target is forbidden: {0}")]
    ForbiddenTarget(ForbiddenWebhookTarget),
    /// The host has no address, or its name could not be looked up.
    #[error("the host's name has no address")]
    UnknownHost,
    /// The host refused the connection.
    #[error("the connection was refused")]
    ConnectionRefused,
    /// No connection was established for another reason.
    #[error("no connection could be established")]
    Unreachable,
    /// The TLS handshake failed: mostly a certificate that is expired, unknown or for another host.
    #[error("the TLS handshake failed; is the certificate valid for this host?")]
    Tls,
    /// No answer began within the time limit.
    #[error("there was no answer in time")]
    Timeout,
    /// An answer began, but its body did not arrive within the time limit.
    #[error("the answer was too slow")]
    AnswerTooSlow,
    /// The body of the answer has more than [`MAX_ANSWER`] bytes.
    #[error("the answer was too large")]
    AnswerTooLarge,
    /// The connection ended before the answer was complete.
    #[error("the connection ended before the answer was complete")]
    ConnectionLost,
    /// The answer was not valid HTTP.
    #[error("the answer was not valid HTTP")]
    NotHttp,
}

/// The meaning of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookVerdict {
    /// The endpoint has the webhook.
    Delivered,
    /// The attempt failed; another one may succeed.
    Failed {
        /// The wait that the endpoint asks for, at most a day.
        retry_after: Option<Duration>,
    },
    /// The endpoint, or what is before it, is overloaded: calls to it should be fewer.
    Throttled {
        /// The wait that the endpoint asks for, at most a day.
        retry_after: Option<Duration>,
    },
    /// The endpoint asks not to be called any more.
    Gone,
}

impl WebhookOutcome {
    /// Returns the meaning of the outcome.
    pub fn verdict(&self) -> WebhookVerdict {
        match &self.answer {
            Ok(answer) => answer.verdict(),
            Err(_) => WebhookVerdict::Failed { retry_after: None },
        }
    }

    /// Returns the HTTP status, if an answer arrived.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(WebhookAnswer::status)
    }

    /// Returns a stable name for the reason of a failure, such as `timeout`; `None` if the webhook was
    /// delivered.
    pub fn failure_code(&self) -> Option<&'static str> {
        match &self.answer {
            Ok(answer) => answer.failure_code(),
            Err(failure) => Some(failure.as_str()),
        }
    }
}

impl WebhookAnswer {
    /// Makes an answer of its status, the beginning of its body, and the wait that it asks for.
    ///
    /// At most [`MAX_ANSWER_EXCERPT`] bytes of the body are kept.
    pub fn new(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        Self {
            status,
            excerpt: excerpt(body),
            retry_after,
        }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the beginning of the body as one line of text: at most 1,024 characters, with `�` for
    /// bytes that are not UTF-8, and spaces for control characters.
    pub fn excerpt(&self) -> &str {
        &self.excerpt
    }

    fn verdict(&self) -> WebhookVerdict {
        let retry_after = self.retry_after;
        match self.status {
            200..=299 => WebhookVerdict::Delivered,
            410 => WebhookVerdict::Gone,
            429 | 502 | 504 => WebhookVerdict::Throttled { retry_after },
            _ => WebhookVerdict::Failed { retry_after },
        }
    }

    fn failure_code(&self) -> Option<&'static str> {
        match (self.verdict(), self.status) {
            (WebhookVerdict::Delivered, _) => None,
            (WebhookVerdict::Gone, _) => Some("gone"),
            (WebhookVerdict::Throttled { .. }, _) => Some("throttled"),
            (WebhookVerdict::Failed { .. }, 300..=399) => Some("redirect"),
            (WebhookVerdict::Failed { .. }, _) => Some("status"),
        }
    }
}

impl std::fmt::Debug for WebhookAnswer {
    /// Hides the excerpt, which often repeats the request.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookAnswer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl WebhookFailure {
    /// Returns a stable name, such as `timeout`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForbiddenTarget(_) => "forbidden_target",
            Self::UnknownHost => "unknown_host",
            Self::ConnectionRefused => "connection_refused",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::AnswerTooSlow => "answer_too_slow",
            Self::AnswerTooLarge => "answer_too_large",
            Self::ConnectionLost => "connection_lost",
            Self::NotHttp => "not_http",
        }
    }
}

fn excerpt(body: &[u8]) -> String {
    let kept = &body[..body.len().min(MAX_ANSWER_EXCERPT)];
    let text = String::from_utf8_lossy(kept);
    text.chars()
        .map(visible)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Replaces control characters, and those that change the direction of text, with spaces.
fn visible(c: char) -> char {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    if c.is_control() || reorders || breaks {
        ' '
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Option<Duration> = Some(Duration::from_secs(17));

    fn outcome(answer: Result<WebhookAnswer, WebhookFailure>) -> WebhookOutcome {
        WebhookOutcome {
            latency: Duration::ZERO,
            answer,
        }
    }

    #[test]
    fn the_status_decides() {
        let failed = WebhookVerdict::Failed { retry_after: WAIT };
        let throttled = WebhookVerdict::Throttled { retry_after: WAIT };
        for (status, verdict, code) in [
            (199, failed, Some("status")),
            (200, WebhookVerdict::Delivered, None),
            (204, WebhookVerdict::Delivered, None),
            (299, WebhookVerdict::Delivered, None),
            (300, failed, Some("redirect")),
            (301, failed, Some("redirect")),
            (308, failed, Some("redirect")),
            (399, failed, Some("redirect")),
            (400, failed, Some("status")),
            (404, failed, Some("status")),
            (409, failed, Some("status")),
            (410, WebhookVerdict::Gone, Some("gone")),
            (411, failed, Some("status")),
            (429, throttled, Some("throttled")),
            (500, failed, Some("status")),
            (502, throttled, Some("throttled")),
            (503, failed, Some("status")),
            (504, throttled, Some("throttled")),
        ] {
            let outcome = outcome(Ok(WebhookAnswer::new(status, b"", WAIT)));
            assert_eq!(outcome.verdict(), verdict, "{status}");
            assert_eq!(outcome.failure_code(), code, "{status}");
        }
    }

    #[test]
    fn without_an_answer_the_attempt_failed() {
        let outcome = outcome(Err(WebhookFailure::Timeout));
        assert_eq!(
            outcome.verdict(),
            WebhookVerdict::Failed { retry_after: None }
        );
        assert_eq!(outcome.failure_code(), Some("timeout"));
    }

    #[track_caller]
    fn check_excerpt(body: &[u8], expected: &str) {
        assert_eq!(WebhookAnswer::new(200, body, None).excerpt(), expected);
    }

    #[test]
    fn an_excerpt_is_one_line_of_text() {
        check_excerpt(b"", "");
        check_excerpt(b" {\"ok\": true}\r\n", "{\"ok\": true}");
        check_excerpt("رمز".as_bytes(), "رمز");
        check_excerpt(b"a\0b\x1b[31mc\nd", "a b [31mc d");
        check_excerpt("a\u{202e}b\u{2028}c\u{85}d".as_bytes(), "a b c d");
        check_excerpt(b"a\xff\xfeb", "a\u{fffd}\u{fffd}b");
    }

    #[test]
    fn an_excerpt_is_bounded() {
        for byte in [b'x', 0xff] {
            let answer = WebhookAnswer::new(200, &[byte; 5_000], None);
            assert_eq!(answer.excerpt().chars().count(), MAX_ANSWER_EXCERPT);
        }
    }

    #[test]
    fn debug_hides_the_excerpt() {
        let answer = WebhookAnswer::new(200, b"+966512345678", None);
        assert!(!format!("{answer:?}").contains("966"));
    }
}
