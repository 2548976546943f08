//! The tables of the guide that come from the code.

use otp_core::test_number::{self, LifeEvent, TestNumber, TestReply};

use super::content::Part;
use super::facts::GuideFacts;
use super::limits;
use crate::page::Page;
use crate::value::Value;

/// A table: its columns, and its rows.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The key of its name.
    pub(super) key: &'static str,
    /// The keys of its columns.
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The id that links lead to.
    pub(super) id: Option<&'static str>,
    /// A code, a number or a name: what the row is about.
    pub(super) head: Cell,
    pub(super) cells: Vec<String>,
}

/// The first cell of a row.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// A code, written from left to right.
    Code(String),
    /// Words.
    Words(String),
}

impl Cell {
    /// Returns the text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Code(text) | Self::Words(text) => text,
        }
    }
}

impl Table {
    /// Returns the table that a part is, if it is one.
    pub(super) fn of(page: &Page, facts: &GuideFacts, part: &Part) -> Option<Self> {
        match part {
            Part::Errors => Some(errors(page, facts)),
            Part::TestNumbers => Some(test_numbers(page)),
            Part::Limits => Some(limits(page)),
            Part::Html(_) | Part::Code { .. } | Part::Sample(_) => None,
        }
    }
}

/// Returns the codes of error answers.
fn errors(page: &Page, facts: &GuideFacts) -> Table {
    let rows = facts.errors.iter().map(|error| Row {
        id: Some(error.code),
        head: Cell::Code(error.code.to_owned()),
        cells: vec![
            Value::Code(&error.status.to_string()).isolated(),
            error.meaning(page.language()).to_owned(),
        ],
    });
    Table {
        key: "guide-errors",
        columns: vec!["guide-code", "guide-http", "guide-meaning"],
        rows: rows.collect(),
    }
}

/// Returns the test numbers.
fn test_numbers(page: &Page) -> Table {
    let rows = TestNumber::all().map(|number| Row {
        id: None,
        head: Cell::Code(number.to_string()),
        cells: vec![answer(page, number), life(page, number)],
    });
    Table {
        key: "guide-test-numbers",
        columns: vec!["guide-number", "guide-answer", "guide-then"],
        rows: rows.collect(),
    }
}

/// Returns the limits.
fn limits(page: &Page) -> Table {
    let rows = limits::rows(page).into_iter().map(|(limit, amount)| Row {
        id: None,
        head: Cell::Words(limit),
        cells: vec![amount],
    });
    Table {
        key: "guide-limits",
        columns: vec!["guide-limit", "guide-amount"],
        rows: rows.collect(),
    }
}

/// The keys of words that only this file names.
#[cfg(test)]
pub(crate) const KEYS: [&str; 18] = [
    "guide-errors",
    "guide-code",
    "guide-http",
    "guide-meaning",
    "guide-test-numbers",
    "guide-number",
    "guide-answer",
    "guide-then",
    "guide-limits",
    "guide-limit",
    "guide-amount",
    "answer-sent",
    "answer-sent-after",
    "answer-refused",
    "answer-unknown",
    "life-nothing",
    "life-replied",
    "life-failed",
];

fn answer(page: &Page, number: TestNumber) -> String {
    let answer = number.answer();
    match answer.reply {
        TestReply::Accepted if answer.delay.is_zero() => page.plain("answer-sent"),
        TestReply::Accepted => page.count_plain("answer-sent-after", answer.delay.as_secs()),
        TestReply::Refused { code, .. } => {
            let (_, message) = test_number::failure(code);
            page.say_plain("answer-refused", &[("message", Value::Code(&message))])
        }
        TestReply::Broken => page.plain("answer-unknown"),
    }
}

/// Returns what happens after the answer.
fn life(page: &Page, number: TestNumber) -> String {
    if !number.answer().arrives {
        return page.plain("life-nothing");
    }
    let events = test_number::steps(Some(number)).iter().map(|step| {
        let took = page.took_plain(&step.reported_after);
        let event = match step.event {
            LifeEvent::Sent => page.plain("status-sent"),
            LifeEvent::Delivered => page.plain("status-delivered"),
            LifeEvent::Read => page.plain("status-read"),
            LifeEvent::Failed(code) => {
                let code = code.to_string();
                page.say_plain("life-failed", &[("code", Value::Code(&code))])
            }
            LifeEvent::Replied(text) => {
                page.say_plain("life-replied", &[("text", Value::Name(text))])
            }
        };
        format!("{event} ({took})")
    });
    let events: Vec<_> = events.collect();
    match events.is_empty() {
        true => page.plain("life-nothing"),
        false => events.join(" → "),
    }
}
