//! Tests of the test numbers: the table, its codes and its lives.

use std::time::Duration;

use super::*;

/// The longest life of a message.
const MAX_LIFE: Duration = Duration::from_secs(30);

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).expect("a valid number")
}

#[test]
fn the_documented_numbers_are_those_with_a_fate() {
    let page = include_str!("../../../../docs/TEST-NUMBERS.md");
    let documented: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| row.split_once('`'))
        .map(|(number, _)| number.to_owned())
        .collect();
    let known: Vec<_> = TestNumber::all().map(|test| test.to_string()).collect();
    assert!(known.len() > 80);
    assert_eq!(known, documented);
}

#[test]
fn a_number_is_recognised_whole_and_reads_back() {
    for test in TestNumber::all() {
        assert_eq!(TestNumber::of(&number(&test.to_string())), Some(test));
        assert_eq!(TestNumber::from_code(test.code()), Some(test));
    }
    for other in ["+12025550169", "+12025550213", "+966551234567"] {
        assert_eq!(TestNumber::of(&number(other)), None, "{other}");
    }
    for code in [-1, 69, 100, i16::MAX] {
        assert_eq!(TestNumber::from_code(code), None, "{code}");
    }
}

#[test]
fn the_fixed_code_has_the_length_that_was_asked_for() {
    for (length, code) in [(4, "4242"), (6, "424242"), (7, "4242424"), (8, "42424242")] {
        let length = CodeLength::try_new(length, true).expect("a length");
        assert_eq!(TestNumber::fixed_code(length).expose(), code);
    }
}

#[test]
fn a_refused_message_does_not_arrive() {
    for test in TestNumber::all() {
        let answer = test.answer();
        let is_refused = matches!(answer.reply, TestReply::Refused { .. });
        assert!(!(is_refused && answer.arrives), "{test}");
    }
}

#[test]
fn the_reports_of_a_life_come_in_order_and_end() {
    let accepted_at = Timestamp::from_unix_millis(1_000_000);
    for test in std::iter::once(None).chain(TestNumber::all().map(Some)) {
        let mut position = LifePosition::begin(test, accepted_at);
        let mut reports = Vec::new();
        while let Some(at) = position {
            let step = at.life_step().expect("a step");
            assert_eq!(at.due_at, accepted_at + step.reported_after, "{test:?}");
            assert!(step.happens_after <= step.reported_after && step.reported_after <= MAX_LIFE);
            reports.push(at.due_at);
            position = at.next(accepted_at);
        }
        assert!(reports.is_sorted(), "{test:?}");
        assert_eq!(reports.len(), steps(test).len());
    }
}

#[test]
fn a_code_has_one_title_and_the_words_of_meta() {
    for (code, title, words) in [
        (
            131_026,
            "Message undeliverable",
            "(#131026) Message undeliverable",
        ),
        (
            190,
            "Access token has expired",
            "Error validating access token: Session has expired",
        ),
        (
            131_999,
            "Undocumented error",
            "(#131999) Undocumented error",
        ),
    ] {
        let (failure, message) = failure(code);
        assert_eq!((failure.code, failure.title.as_str()), (Some(code), title));
        assert_eq!(message, words);
    }
}
