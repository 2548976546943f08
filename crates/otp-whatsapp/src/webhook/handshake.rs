//! The handshake: Meta verifies that an address is ours before it sends anything there.

use super::VerifyToken;

/// The maximum length of a challenge; Meta's have about ten digits.
const MAX_CHALLENGE: usize = 256;

/// Returns the challenge to repeat if the caller knows the token. The challenge must be plain text,
/// so that even a caller who knows the token cannot make us answer with a page or a script.
pub fn verify_handshake<'a>(
    verify_token: &VerifyToken,
    mode: Option<&str>,
    token: Option<&str>,
    challenge: Option<&'a str>,
) -> Option<&'a str> {
    let known = verify_token.is(token?);
    let challenge = challenge.filter(|text| is_plain(text))?;
    (known && mode == Some("subscribe")).then_some(challenge)
}

fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (1..=MAX_CHALLENGE).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mode: &str, token: &str, challenge: &str, expected: Option<&str>) {
        let ours = VerifyToken::parse("our-token").expect("valid");
        let answer = verify_handshake(&ours, Some(mode), Some(token), Some(challenge));
        assert_eq!(answer, expected, "{mode} {token} {challenge}");
    }

    #[test]
    fn a_caller_with_the_token_gets_the_challenge_back() {
        check("subscribe", "our-token", "1158201444", Some("1158201444"));
        let long = "aZ09-._".repeat(36);
        check("subscribe", "our-token", &long, Some(&long));
    }

    #[test]
    fn a_caller_without_the_token_or_the_mode_gets_nothing() {
        for token in ["", "our-toke", "our-token ", "OUR-TOKEN", "their-token"] {
            check("subscribe", token, "1158201444", None);
        }
        for mode in ["", "unsubscribe", "SUBSCRIBE"] {
            check(mode, "our-token", "1158201444", None);
        }
    }

    #[test]
    fn a_challenge_that_is_not_plain_text_is_not_repeated() {
        for challenge in [
            "",
            "<script>",
            "a b",
            "a\r\nSet-Cookie: x",
            "é",
            "%",
            &"1".repeat(257),
        ] {
            check("subscribe", "our-token", challenge, None);
        }
    }

    #[test]
    fn a_missing_parameter_is_refused() {
        let ours = VerifyToken::parse("our-token").expect("valid");
        let (mode, token, challenge) = (Some("subscribe"), Some("our-token"), Some("1"));
        assert_eq!(verify_handshake(&ours, None, token, challenge), None);
        assert_eq!(verify_handshake(&ours, mode, None, challenge), None);
        assert_eq!(verify_handshake(&ours, mode, token, None), None);
    }
}
