//! One pattern of the metadata, compiled when it is first needed and then kept.
//!
//! There are about two thousand patterns and most deployments meet a few dozen of them, so
//! compiling them all at start would waste both time and memory.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

/// A pattern over ASCII digits.
#[derive(Debug)]
pub(super) struct Pattern {
    source: &'static str,
    reach: Reach,
    compiled: OnceLock<Option<Regex>>,
}

/// How much of the digits a pattern has to cover.
#[derive(Debug, Clone, Copy)]
enum Reach {
    Start,
    Whole,
}

impl Pattern {
    /// A pattern the digits must start with.
    pub(super) fn of_start(source: &'static str) -> Pattern {
        Pattern {
            source,
            reach: Reach::Start,
            compiled: OnceLock::new(),
        }
    }

    /// A pattern that must cover all the digits.
    pub(super) fn of_whole(source: &'static str) -> Pattern {
        Pattern {
            source,
            reach: Reach::Whole,
            compiled: OnceLock::new(),
        }
    }

    pub(super) fn matches(&self, digits: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(digits))
    }

    pub(super) fn captures<'d>(&self, digits: &'d str) -> Option<Captures<'d>> {
        self.regex()?.captures(digits)
    }

    /// A pattern that does not compile matches nothing: a wrong refusal is better than a dead
    /// server. A test proves that every pattern compiles.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let anchored = match self.reach {
                Reach::Start => format!("^(?:{})", self.source),
                Reach::Whole => format!("^(?:{})$", self.source),
            };
            RegexBuilder::new(&anchored)
                .ignore_whitespace(true) // the metadata breaks its long patterns over lines
                .unicode(false) // the digits are ASCII by then, and `\d` is ten times smaller
                .build()
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}
