//! Tens of thousands of texts, with the verdict of libphonenumber on each of them.
//!
//! `data/phone_oracle.py` wrote the verdicts; its docstring explains how to repeat that.

use std::fmt::Write as _;

use otp_core::recipient::{InvalidPhoneNumber, PhoneNumber};

const CORPUS: &str = include_str!("../data/phone_corpus.tsv");

#[test]
fn every_verdict_is_libphonenumbers() {
    let mut checked = 0_usize;
    let mut mismatches = String::new();
    for line in CORPUS.lines().filter(|line| !line.starts_with('#')) {
        let (text, expected) = line.split_once('\t').expect("a line has a verdict");
        let found = verdict(&unescape(text));
        if found != expected {
            writeln!(mismatches, "{text}: {found}, not {expected}").expect("a string grows");
        }
        checked += 1;
    }
    assert!(mismatches.is_empty(), "\n{mismatches}");
    assert!(checked > 30_000, "only {checked} lines");
}

#[test]
fn a_canonical_number_is_read_back_as_itself() {
    for number in valid_numbers() {
        assert_eq!(PhoneNumber::restore(number.e164()).as_ref(), Ok(&number));
        // libphonenumber reads "+375 0 810…" as the Belarusian "+375 810…", and then reads the first
        // eight of that as another prefix. In the corpus it contradicts itself on nothing else.
        match PhoneNumber::parse(number.e164()) {
            Ok(again) => assert_eq!(again, number),
            Err(_) => assert!(number.e164().starts_with("+375810"), "{}", number.e164()),
        }
    }
}

fn valid_numbers() -> impl Iterator<Item = PhoneNumber> {
    CORPUS
        .lines()
        .filter(|line| line.contains("\tvalid\t"))
        .filter_map(|line| PhoneNumber::parse(line.split('\t').next()?).ok())
}

/// Returns our verdict in the words of the corpus.
fn verdict(text: &str) -> String {
    match PhoneNumber::parse(text) {
        Ok(number) if number.e164() == text => format!("valid\t{}\t=", number.region()),
        Ok(number) => format!("valid\t{}\t{}", number.region(), number.e164()),
        Err(InvalidPhoneNumber::NotE164) => "malformed".into(),
        Err(
            InvalidPhoneNumber::UnknownCountryCode
            | InvalidPhoneNumber::TooShort
            | InvalidPhoneNumber::TooLong
            | InvalidPhoneNumber::NotAssigned,
        ) => "invalid".into(),
    }
}

/// Replaces the escapes `\u{…}`, which the corpus has for all but printable ASCII.
fn unescape(column: &str) -> String {
    let mut parts = column.split("\\u{");
    let mut text = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_once('}').expect("an escape ends with a brace");
        let code = u32::from_str_radix(code, 16).expect("an escape is hexadecimal");
        text.push(char::from_u32(code).expect("an escape is a character"));
        text.push_str(rest);
    }
    text
}
