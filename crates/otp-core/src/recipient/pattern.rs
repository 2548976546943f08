//! A pattern of the metadata, compiled on first use and then kept.
//!
//! There are about two thousand patterns, and most deployments need a few dozen of them: compiling
//! all of them at start would waste both time and memory.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

/// A pattern over ASCII digits.
#[derive(Debug)]
pub(super) struct Pattern {
    source: &'static str,
    reach: Reach,
    compiled: OnceLock<Option<Regex>>,
}

/// The part of the digits that a pattern has to cover.
#[derive(Debug, Clone, Copy)]
enum Reach {
    Start,
    Whole,
}

impl Pattern {
    /// Makes a pattern that the digits must start with.
    pub(super) fn of_start(source: &'static str) -> Pattern {
        Pattern {
            source,
            reach: Reach::Start,
            compiled: OnceLock::new(),
        }
    }

    /// Makes a pattern that must cover all digits.
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

    /// Returns the compiled pattern; `None` if it does not compile. Such a pattern matches nothing,
    /// because a wrong refusal is better than a crashed server. A test checks that every pattern
    /// compiles.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let anchored = match self.reach {
                Reach::Start => format!("^(?:{})", self.source),
                Reach::Whole => format!("^(?:{})$", self.source),
            };
            RegexBuilder::new(&anchored)
                .ignore_whitespace(true) // the metadata wraps its long patterns
                .unicode(false) // the digits are ASCII here, and `\d` is ten times smaller
                .build()
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}
