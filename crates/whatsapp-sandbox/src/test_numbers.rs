//! The numbers that behave in a way of their own, and the documentation generated from them.
//!
//! They are +1 202 555 0100 to 0199: valid numbers that the North American plan keeps for fiction,
//! so a test that is pointed at the real service by mistake writes to nobody.

mod lives;

use std::{fmt::Write as _, sync::LazyLock, time::Duration};

use serde_json::{Value, json};

use crate::{
    behaviour::{Answer, Behaviour},
    codes::look_up,
    life::Life,
};
use lives::LIVES;

/// A number with its behaviour. Every number that is not in the table is accepted.
#[derive(Clone, Debug)]
pub struct TestNumber {
    /// In E.164, with the plus sign.
    pub number: String,
    /// How a send to it goes.
    pub behaviour: Behaviour,
    /// What becomes of the message, where it is not the ordinary: what webhooks say about it.
    pub life: Option<Life>,
    /// The same in a sentence.
    pub description: String,
}

/// What all test numbers begin with; two digits follow.
const FAMILY: &str = "+120255501";

/// The numbers about the wire and the answer's timing.
const WIRE: &[(u8, Behaviour, &str)] = &[
    (
        0,
        Behaviour::ACCEPT,
        "Accepted at once, like every number not listed here.",
    ),
    (
        1,
        late(3),
        "Accepted and delivered at once, answered after 3 s.",
    ),
    (
        2,
        late(30),
        "Accepted and delivered at once, answered after 30 s: after most time-outs.",
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
        "Accepted and delivered; the JSON of the 200 ends in the middle.",
    ),
    (
        9,
        odd(Answer::CutShort, true),
        "Accepted and delivered; the connection closes in the middle of the 200.",
    ),
    (
        10,
        odd(Answer::EmptyBody, true),
        "Accepted and delivered; the 200 has no body.",
    ),
    (
        11,
        odd(Answer::HeldForQualityAssessment, true),
        "Accepted with message_status held_for_quality_assessment.",
    ),
    (
        12,
        odd(Answer::Paused, false),
        "Answered 200 with message_status paused; nothing is delivered.",
    ),
];

/// The numbers that are refused with an error: the last two digits and the code.
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

/// Every test number, in order.
#[must_use]
pub fn test_numbers() -> &'static [TestNumber] {
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
            life: Some(life()),
            description: (*description).to_owned(),
        });
        wire.chain(refused).chain(lives).collect()
    });
    &ALL
}

/// The table of test numbers for the documentation, as Markdown.
#[must_use]
pub fn test_numbers_markdown() -> String {
    let mut table = String::from("| number | what happens |\n| --- | --- |\n");
    for test in test_numbers() {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| `{}` | {} |", test.number, test.description);
    }
    table
}

/// The behaviour of a number, given by its digits.
pub(crate) fn behaviour_of(digits: &str) -> Option<Behaviour> {
    let suffix = suffix_of(digits)?;
    let wire = WIRE
        .iter()
        .find(|(is, ..)| *is == suffix)
        .map(|(_, behaviour, _)| *behaviour);
    let refused = || REFUSED.iter().find(|(is, _)| *is == suffix);
    let alive = || life_of(digits).map(|_| Behaviour::ACCEPT);
    wire.or_else(|| refused().map(|(_, code)| Behaviour::refuse(*code)))
        .or_else(alive)
}

/// What becomes of messages to a number, where it is not the ordinary.
pub(crate) fn life_of(digits: &str) -> Option<Life> {
    let suffix = suffix_of(digits)?;
    let (_, life, _) = LIVES.iter().find(|(is, ..)| *is == suffix)?;
    Some(life())
}

fn suffix_of(digits: &str) -> Option<u8> {
    let suffix = digits.strip_prefix(&FAMILY[1..])?;
    if suffix.len() != 2 {
        return None;
    }
    suffix.parse().ok()
}

impl TestNumber {
    pub(crate) fn to_json(&self) -> Value {
        let mut value = self.behaviour.to_json();
        value["number"] = json!(self.number);
        value["description"] = json!(self.description);
        value["life"] = json!(self.life);
        if let Answer::Refused(code) = self.behaviour.answer {
            let known = look_up(code);
            value["http_status"] = json!(known.status);
            value["title"] = json!(known.title);
        }
        value
    }
}

fn number(suffix: u8) -> String {
    format!("{FAMILY}{suffix:02}")
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
    fn numbers_are_in_order_and_found_again_by_their_digits() {
        assert!(test_numbers().is_sorted_by(|a, b| a.number < b.number));
        for test in test_numbers() {
            assert_eq!(test.number.len(), 12);
            assert_eq!(life_of(&test.number[1..]), test.life, "{}", test.number);
            assert_eq!(
                behaviour_of(&test.number[1..]),
                Some(test.behaviour),
                "{}",
                test.number
            );
        }
        assert_eq!(behaviour_of("12025550169"), None);
        assert_eq!(life_of("12025550120"), None);
        assert_eq!(behaviour_of("120255501000"), None);
        assert_eq!(behaviour_of("966512345678"), None);
    }

    #[test]
    fn the_table_has_a_row_for_each() {
        let table = test_numbers_markdown();
        assert_eq!(table.lines().count(), test_numbers().len() + 2);
        assert!(table.contains("| `+12025550120` | Refused: HTTP 400, code 131026, "));
    }
}
