//! Redaction of texts from outside before they are kept: Meta sometimes quotes the request.

use otp_core::channel::whatsapp::AccessToken;
use otp_core::channel::whatsapp::OutgoingMessage;
use otp_core::message::ProviderMessageId;

/// The maximum length of a kept text, in characters.
const MAX_LENGTH: usize = 1_000;

/// The number of characters examined. The rest is cut off, so that a hostile answer costs no time.
const MAX_EXAMINED: usize = 4 * MAX_LENGTH;

/// The number of consecutive digits of the number that would reveal it.
const NUMBER_WINDOW: usize = 6;

/// The number of consecutive characters of the token that would reveal it.
const TOKEN_WINDOW: usize = 12;

/// The number of consecutive digits that count as an unknown number: Meta's codes and dates have
/// fewer.
const ANY_NUMBER: usize = 9;

/// The maximum length of a number to look for; E.164 allows 15 digits.
const MAX_NUMBER: usize = 20;

/// The length from which a passcode is found anywhere in a text. A shorter one is only found as a
/// whole word; otherwise a passcode `1` would leave no text readable.
const UNMISTAKABLE: usize = 4;

/// The characters that people and machines write between the digits of a number.
const SEPARATORS: &[char] = &[' ', '-', '.', '(', ')', '/', '+', '_', '\u{a0}'];

/// Removes the number, the passcode, the token and Meta's id of one message from texts.
pub(crate) struct Redaction {
    number: Vec<char>,
    passcode: Vec<char>,
    /// The token or the id; no part of it occurs in an ordinary text.
    token: Vec<char>,
    /// Whether everything that looks like a number is removed.
    any_number: bool,
}

impl Redaction {
    pub(crate) fn of(message: &OutgoingMessage) -> Self {
        Self {
            number: message.to.digits().chars().collect(),
            passcode: message
                .passcode
                .expose()
                .to_ascii_lowercase()
                .chars()
                .collect(),
            token: message.access_token.expose().chars().collect(),
            any_number: false,
        }
    }

    /// Redacts answers to an operator's calls, which concern no recipient.
    pub(crate) fn of_token(token: &AccessToken) -> Self {
        Self {
            number: Vec::new(),
            passcode: Vec::new(),
            token: token.expose().chars().collect(),
            any_number: false,
        }
    }

    /// Redacts texts that may concern any recipient.
    pub(crate) fn of_anybody() -> Self {
        Self {
            number: Vec::new(),
            passcode: Vec::new(),
            token: Vec::new(),
            any_number: true,
        }
    }

    /// Redacts the texts of a receipt, which may lack the recipient. Meta's id of the message is
    /// removed too: it contains the number in base64.
    pub(crate) fn of_receipt(recipient: Option<&str>, id: &ProviderMessageId) -> Self {
        let digits = recipient.unwrap_or_default().chars();
        Self {
            number: digits
                .filter(char::is_ascii_digit)
                .take(MAX_NUMBER)
                .collect(),
            passcode: Vec::new(),
            token: id.0.chars().collect(),
            any_number: true,
        }
    }

    /// Returns the text on one line, without control characters and secrets, and of bounded length.
    pub(crate) fn clean(&self, text: &str) -> String {
        let text: Vec<char> = text.chars().take(MAX_EXAMINED).map(visible).collect();
        let mut secret = vec![false; text.len()];
        let squeezed = squeezed(&text);
        mark(&squeezed, &self.number, NUMBER_WINDOW, &mut secret);
        if self.any_number {
            mark_numbers(&squeezed, &mut secret);
        }
        if self.passcode.len() >= UNMISTAKABLE {
            mark(&squeezed, &self.passcode, self.passcode.len(), &mut secret);
        } else {
            mark_words(&text, &self.passcode, &mut secret);
        }
        let plain: Vec<_> = text.iter().copied().zip(0..).collect();
        mark(&plain, &self.token, TOKEN_WINDOW, &mut secret);
        shorten(&replaced(&text, &secret))
    }
}

/// Replaces control characters, and those that change the direction of text, with spaces.
fn visible(c: char) -> char {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || reorders { ' ' } else { c }
}

/// Returns the text in lower case without separators, each character with its position.
fn squeezed(text: &[char]) -> Vec<(char, usize)> {
    let kept = text
        .iter()
        .zip(0..)
        .filter(|(c, _)| !SEPARATORS.contains(c));
    kept.map(|(c, place)| (c.to_ascii_lowercase(), place))
        .collect()
}

/// Marks every run of `window` characters that the text shares with the needle; of the whole needle
/// if that is shorter.
fn mark(text: &[(char, usize)], needle: &[char], window: usize, secret: &mut [bool]) {
    let window = window.min(needle.len());
    if window == 0 {
        return;
    }
    for run in text.windows(window) {
        let shared = needle
            .windows(window)
            .any(|n| run.iter().map(|(c, _)| c).eq(n));
        if let (true, Some((_, first)), Some((_, last))) = (shared, run.first(), run.last()) {
            secret[*first..=*last].fill(true);
        }
    }
}

/// Marks every run of digits that is long enough to be a phone number.
fn mark_numbers(text: &[(char, usize)], secret: &mut [bool]) {
    for run in text.chunk_by(|(a, _), (b, _)| a.is_numeric() == b.is_numeric()) {
        let number = run.len() >= ANY_NUMBER && run.iter().all(|(c, _)| c.is_numeric());
        if let (true, Some((_, first)), Some((_, last))) = (number, run.first(), run.last()) {
            secret[*first..=*last].fill(true);
        }
    }
}

/// Marks the words that equal the needle.
fn mark_words(text: &[char], needle: &[char], secret: &mut [bool]) {
    let mut start = 0;
    for word in text.split(|c| !c.is_alphanumeric()) {
        let end = start + word.len();
        if !word.is_empty()
            && word
                .iter()
                .map(char::to_ascii_lowercase)
                .eq(needle.iter().copied())
        {
            secret[start..end].fill(true);
        }
        start = end + 1;
    }
}

/// Replaces each marked run with one ellipsis, and each run of spaces with one space.
fn replaced(text: &[char], secret: &[bool]) -> String {
    let mut clean = String::new();
    for (&c, &secret) in text.iter().zip(secret) {
        let c = if secret { '…' } else { c };
        if !(clean.ends_with(c) && (secret || c == ' ')) {
            clean.push(c);
        }
    }
    clean
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= MAX_LENGTH {
        return text.to_owned();
    }
    text.chars().take(MAX_LENGTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD";

    #[track_caller]
    fn check(passcode: &str, text: &str, expected: &str) {
        let redaction = Redaction {
            number: "966512345678".chars().collect(),
            passcode: passcode.to_ascii_lowercase().chars().collect(),
            token: TOKEN.chars().collect(),
            any_number: false,
        };
        assert_eq!(redaction.clean(text), expected);
    }

    #[test]
    fn ordinary_texts_are_unchanged() {
        for text in [
            "",
            "(#131026) Message undeliverable",
            "رقم الهاتف غير صالح",
            "Please wait 12 minutes; see https://developers.facebook.com/docs/graph-api",
        ] {
            check("482913", text, text);
        }
    }

    #[test]
    fn the_number_is_removed_however_it_is_written() {
        check("482913", "to 966512345678 failed", "to … failed");
        check("482913", "to +966 51 234 5678 failed", "to +… failed");
        check("482913", "to (966) 51-234-5678!", "to (…!");
        check("482913", "to 00966512345678", "to 00…");
        check(
            "482913",
            "the local number 0512345678",
            "the local number 0…",
        );
        check("482913", "...345678 and 345678", "...… and …");
    }

    #[test]
    fn the_passcode_is_removed_wherever_it_appears() {
        check("482913", "parameter 482913 is bad", "parameter … is bad");
        check(
            "482913",
            "https://x/?code=otp482913&a=b",
            "https://x/?code=otp…&a=b",
        );
        check("482913", "482-913", "…");
        check("aB3dE", "text AB3DE", "text …");
    }

    #[test]
    fn a_short_passcode_is_removed_if_it_is_a_whole_word() {
        check(
            "1",
            "(#131026) parameter 1 of 11",
            "(#131026) parameter … of 11",
        );
        check("12x", "\"12X\"", "\"…\"");
    }

    #[test]
    fn the_token_is_removed_even_in_part() {
        check(
            "482913",
            &format!("Malformed access token {TOKEN}"),
            "Malformed access token …",
        );
        check(
            "482913",
            "Malformed access token EAAGm0PX4ZCp...",
            "Malformed access token …...",
        );
    }

    #[test]
    fn texts_become_one_line() {
        check("482913", " a\r\n\tb\u{0}\u{1b}[31m\u{202e}c ", "a b [31m c");
    }

    #[test]
    fn texts_are_bounded_in_characters() {
        check("482913", &"ب".repeat(1_000), &"ب".repeat(1_000));
        check(
            "482913",
            &"ب".repeat(1_001),
            &format!("{}…", "ب".repeat(999)),
        );
        check(
            "482913",
            &format!("{}482913", "x".repeat(998)),
            &format!("{}…", "x".repeat(998)),
        );
    }

    #[test]
    fn every_number_and_the_id_are_removed_from_a_receipts_texts() {
        let id = ProviderMessageId("wamid.HBgMOTY2NTEyMzQ1Njc4FQIAERgS".to_owned());
        for recipient in [Some("966512345678"), Some("US.13491208655302741918"), None] {
            let redaction = Redaction::of_receipt(recipient, &id);
            for (text, expected) in [
                (
                    "(#131026) Message undeliverable",
                    "(#131026) Message undeliverable",
                ),
                ("not before 2026-11-20", "not before 2026-11-20"),
                ("to +966 51 234 5678 failed", "to +… failed"),
                ("to \u{0669}\u{0666}\u{0666}512345678", "to …"),
                ("of wamid.HBgMOTY2NTEyMzQ1Njc4FQIAERgS", "of …"),
                ("of HBgMOTY2NTEyMzQ1Njc4", "of …"),
            ] {
                assert_eq!(redaction.clean(text), expected, "{recipient:?}");
            }
        }
        let known = Redaction::of_receipt(Some("966512345678"), &id);
        assert_eq!(known.clean("the number 05-1234"), "the number 05-1234");
        assert_eq!(
            known.clean("the number ending 345678"),
            "the number ending …"
        );
    }
}
