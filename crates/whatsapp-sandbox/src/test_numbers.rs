//! The test numbers, whose messages are treated in a special way, and their documentation.
//!
//! They are +1 202 555 0100 to 0199: valid numbers that the North American plan reserves for
//! fiction. A test that runs against the real service by mistake reaches nobody.

mod lives;

use std::{fmt::Write as _, sync::LazyLock, time::Duration};

use serde_json::{Value, json};

use crate::{
    behaviour::{Answer, Behaviour},
    codes::look_up,
    life::Life,
};
use lives::LIVES;

/// A number with its behaviour.
#[derive(Clone, Debug)]
pub(crate) struct TestNumber {
    /// In E.164, with the plus sign.
    number: String,
    behaviour: Behaviour,
    /// The life of an accepted message, if it is not the default one.
    life: Option<fn() -> Life>,
    description: String,
}

/// The start of every test number; two digits follow.
const PREFIX: &str = "+120255501";

/// The numbers with a slow or broken answer.
const WIRE: &[(u8, Behaviour, &str)] = &[
    (
        0,
        Behaviour::ACCEPT,
        "Accepted at once, as is every number that is not listed here.",
    ),
    (
        1,
        late(3),
        "Accepted and delivered at once; answered after 3 s.",
    ),
    (
        2,
        late(30),
        "Accepted and delivered at once; answered after 30 s, later than most timeouts.",
    ),
    (
        3,
        odd(Answer::Closed, true),
        "Accepted and delivered; the connection closes without an answer.",
    ),
    (
        4,
        odd(Answer::Closed, false),
        "Not accepted; the connection closes without an answer.",
    ),
    (
        5,
        odd(Answer::HtmlBadGateway, true),
        "Accepted and delivered; answered 502 with an HTML page.",
    ),
    (
        6,
        odd(Answer::HtmlBadGateway, false),
        "Not accepted; answered 502 with an HTML page.",
    ),
    (
        7,
        odd(Answer::JsonWithoutCode, false),
        "Not accepted; answered 500 with JSON that has no code.",
    ),
    (
        8,
        odd(Answer::TruncatedJson, true),
        "Accepted and delivered; answered 200 with incomplete JSON.",
    ),
    (
        9,
        odd(Answer::CutShort, true),
        "Accepted and delivered; the connection closes in the middle of the 200 response.",
    ),
    (
        10,
        odd(Answer::EmptyBody, true),
        "Accepted and delivered; answered 200 without a body.",
    ),
    (
        11,
        odd(Answer::HeldForQualityAssessment, true),
        "Accepted and delivered; answered 200 with message_status held_for_quality_assessment.",
    ),
    (
        12,
        odd(Answer::Paused, false),
        "Not accepted; answered 200 with message_status paused.",
    ),
];

/// The numbers that are refused: the last two digits and the error code.
const REFUSED: &[(u8, u32)] = &[
    (20, 131_026),
    (21, 131_030),
    (22, 132_001),
    (23, 132_015),
    (24, 132_016),
    (25, 132_000),
    (26, 132_005),
    (27, 132_007),
    (28, 132_008),
    (29, 132_012),
    (30, 131_056),
    (31, 130_429),
    (32, 131_048),
    (33, 80007),
    (34, 4),
    (35, 190),
    (36, 0),
    (37, 3),
    (38, 10),
    (39, 200),
    (40, 131_005),
    (41, 368),
    (42, 131_031),
    (43, 130_497),
    (44, 131_042),
    (45, 133_010),
    (46, 131_045),
    (47, 131_037),
    (48, 131_064),
    (49, 100),
    (50, 131_008),
    (51, 131_009),
    (52, 33),
    (53, 135_000),
    (54, 131_021),
    (55, 131_047),
    (56, 131_051),
    (57, 131_049),
    (58, 131_050),
    (59, 130_472),
    (60, 131_062),
    (61, 137_000),
    (62, 1),
    (63, 2),
    (64, 133_004),
    (65, 131_000),
    (66, 131_016),
    (67, 131_057),
    (68, 199_999),
];

/// Returns every test number, in order.
pub(crate) fn test_numbers() -> &'static [TestNumber] {
    static ALL: LazyLock<Vec<TestNumber>> = LazyLock::new(|| {
        let wire = WIRE
            .iter()
            .map(|(suffix, behaviour, description)| TestNumber {
                number: number(*suffix),
                behaviour: *behaviour,
                life: None,
                description: (*description).to_owned(),
            });
        let refused = REFUSED.iter().map(|(suffix, code)| {
            let known = look_up(*code);
            TestNumber {
                number: number(*suffix),
                behaviour: Behaviour::refuse(*code),
                life: None,
                description: format!(
                    "Refused: HTTP {}, code {code}, {}.",
                    known.status, known.title
                ),
            }
        });
        let lives = LIVES.iter().map(|(suffix, life, description)| TestNumber {
            number: number(*suffix),
            behaviour: Behaviour::ACCEPT,
            life: Some(*life),
            description: (*description).to_owned(),
        });
        wire.chain(refused).chain(lives).collect()
    });
    &ALL
}

/// Returns the table of test numbers as Markdown, for the documentation.
#[must_use]
pub fn test_numbers_markdown() -> String {
    let mut table = String::from("| number | result |\n| --- | --- |\n");
    for test in test_numbers() {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| `{}` | {} |", test.number, test.description);
    }
    table
}

/// Returns the behaviour of a test number, given by its digits.
pub(crate) fn behaviour_of(digits: &str) -> Option<Behaviour> {
    find(digits).map(|test| test.behaviour)
}

/// Returns the life of messages to a test number. `None` is the default life.
pub(crate) fn life_of(digits: &str) -> Option<Life> {
    find(digits)?.life.map(|life| life())
}

fn find(digits: &str) -> Option<&'static TestNumber> {
    let numbers = test_numbers();
    let index = numbers.binary_search_by(|test| test.number[1..].cmp(digits));
    index.ok().map(|index| &numbers[index])
}

impl TestNumber {
    pub(crate) fn to_json(&self) -> Value {
        let mut value = self.behaviour.to_json();
        value["number"] = json!(self.number);
        value["description"] = json!(self.description);
        value["life"] = self.life.map(|life| life()).unwrap_or_default().to_json();
        value["kind"] = json!(if self.life.is_some() { "life" } else { "wire" });
        if let Answer::Refused(code) = self.behaviour.answer {
            let known = look_up(code);
            value["kind"] = json!("refused");
            value["http_status"] = json!(known.status);
            value["title"] = json!(known.title);
        }
        value
    }
}

fn number(suffix: u8) -> String {
    format!("{PREFIX}{suffix:02}")
}

const fn late(seconds: u64) -> Behaviour {
    Behaviour {
        delay: Duration::from_secs(seconds),
        ..Behaviour::ACCEPT
    }
}

const fn odd(answer: Answer, delivered: bool) -> Behaviour {
    Behaviour {
        answer,
        delivered,
        delay: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_found_by_its_digits() {
        assert!(test_numbers().is_sorted_by(|a, b| a.number < b.number));
        for test in test_numbers() {
            assert_eq!(test.number.len(), 12);
            let found = find(&test.number[1..]).expect("found");
            assert_eq!(found.number, test.number);
        }
        for other in ["12025550169", "120255501000", "966512345678", ""] {
            assert_eq!(behaviour_of(other), None, "{other}");
        }
        assert_eq!(life_of("12025550120"), None);
        assert!(life_of("12025550173").is_some());
    }

    #[test]
    fn the_table_has_a_row_for_each_number() {
        let table = test_numbers_markdown();
        assert_eq!(table.lines().count(), test_numbers().len() + 2);
        assert!(table.contains("| `+12025550120` | Refused: HTTP 400, code 131026, "));
    }
}
