//! Plain English in comments, documentation and texts.
//!
//! The words in [`PATTERNS`] have a common word that readers expect. To refuse another word, add it
//! to that table with the better word; `cargo xtask tidy --summary` counts the findings.

mod passages;
mod patterns;
mod words;

use super::Finding;
use super::files::is_generated;
use super::source::Source;
use passages::{Passage, passages};
use patterns::{HEADLESS, PATTERNS, Pattern};
use words::{Word, words};

/// The files that name the words on purpose.
const EXEMPT: &[&str] = &["xtask/src/tidy/voice.rs", "xtask/src/tidy/voice/"];

pub(super) fn check<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let is_exempt = EXEMPT.iter().any(|path| source.path.starts_with(path));
        if is_exempt || is_generated(source) {
            continue;
        }
        for passage in passages(source) {
            check_passage(&source.path, &passage, &mut findings);
        }
    }
    findings
}

fn check_passage(path: &str, passage: &Passage, findings: &mut Vec<Finding>) {
    let words = words(&passage.text);
    let mut refuse = |word: &Word, topic: String, message: String| {
        let line = passage.line + word.lines_before;
        findings.push(Finding::line(path, line, message).about(topic));
    };
    if passage.is_doc
        && let Some(first) = words.first()
        && HEADLESS.contains(&first.text.as_str())
    {
        let message = "headless first line: begin with what the item is (a noun phrase) or does \
                       (‘Returns …’)";
        refuse(
            first,
            "voice: headless first line".to_owned(),
            message.to_owned(),
        );
    }
    for pattern in PATTERNS {
        for (start, form) in occurrences(&words, pattern) {
            let name = pattern.forms[0];
            let message = format!("“{form}”: write {}", pattern.instead);
            refuse(&words[start], format!("voice: {name}"), message);
        }
    }
}

/// Finds the pattern's occurrences, each with its form.
fn occurrences(words: &[Word], pattern: &Pattern) -> Vec<(usize, &'static str)> {
    let excused: Vec<(usize, usize)> = pattern
        .except
        .iter()
        .flat_map(|phrase| spans(words, phrase))
        .collect();
    let mut found = Vec::new();
    for form in pattern.forms {
        for (start, end) in spans(words, form) {
            let is_excused = excused
                .iter()
                .any(|(from, to)| *from <= start && end <= *to);
            if !is_excused {
                found.push((start, *form));
            }
        }
    }
    found
}

/// The first and the last word of each occurrence of a phrase; never across punctuation.
fn spans(words: &[Word], phrase: &str) -> Vec<(usize, usize)> {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    let is_here = |window: &[Word]| {
        let same = window
            .iter()
            .zip(&phrase)
            .all(|(word, part)| word.text == *part);
        same && window[1..].iter().all(|word| !word.after_break)
    };
    words
        .windows(phrase.len())
        .enumerate()
        .filter(|(_, window)| is_here(window))
        .map(|(start, window)| (start, start + window.len() - 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let findings = check(&[Source::new(path, text)]);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_form_of_every_pattern_is_found_and_names_the_better_word() {
        for pattern in PATTERNS {
            for form in pattern.forms {
                let found = found("a.md", &format!("The caller {form} of it.\n"));
                let expected = format!("a.md:1: “{form}”: write {}", pattern.instead);
                assert_eq!(found, [expected]);
            }
            for phrase in pattern.except {
                assert_eq!(found("a.md", &format!("It {phrase} it.")), [""; 0]);
            }
        }
    }

    #[test]
    fn prose_is_checked_and_identifiers_and_test_data_are_not() {
        for (path, bad) in [
            ("a.rs", "/// The caller is told."),
            ("a.rs", "let x = 1; // Nobody is told."),
            ("a.rs", "//! For\n//! ever."),
            ("a.rs", "#[expect(x, reason = \"nobody is told\")]"),
            ("a.rs", "tracing::warn!(%id, \"nobody is told of it\");"),
            ("a.rs", "#[arg(help = \"who is told\")]"),
            ("a/tests/b.rs", "#[expect(x, reason = \"nobody is told\")]"),
            ("a.md", "A paragraph\nabout who is told."),
            ("a.md", "| who is told |"),
            ("a.toml", "a = 1 # who is told"),
            ("a.sql", "-- who is told\nselect 1;"),
            ("a.ftl", "Key-told = The caller is told."),
            ("a.ftl", "# The caller is told.\nKey = { $told }"),
            ("a.html", "<p>The caller\nis told</p>"),
        ] {
            assert_eq!(found(path, bad).len(), 1, "{path}: {bad}");
        }
        for (path, good) in [
            ("a.rs", "fn told(stands: Wish) { stands.told(\"told\"); }"),
            ("a.rs", "// `told`, told_apart, told() and Told::new."),
            ("a.rs", "/// ```\n/// told();\n/// ```"),
            ("a.rs", "// For one. Ever."),
            ("a.rs", "// A standard stand-in stands for it."),
            ("a/tests/b.rs", "let text = \"nobody is told of it\";"),
            (
                "a.rs",
                "#[cfg(test)]\nmod tests { const A: &str = \"nobody is told\"; }",
            ),
            ("a.rs", "let name = \"told\";"),
            ("a.rs", "bail!(\"cannot send {told} to {}\", x);"),
            (
                "a.md",
                "```\nnobody is told\n```\n`told` [it](docs/told.md)",
            ),
            ("a.toml", "told = 1"),
            ("a.sql", "select told from stands;"),
            ("a.ftl", "told = { $told }"),
            (
                "a.html",
                "<p class=\"told\">Text</p><script>told()</script>",
            ),
            ("LICENSE", "told"),
            ("a.rs", "//! x @generated\n// told"),
            ("xtask/src/tidy/voice.rs", "// told"),
        ] {
            assert_eq!(found(path, good), [""; 0], "{path}: {good}");
        }
    }

    #[test]
    fn a_doc_comment_begins_with_a_noun_or_a_verb() {
        for bad in [
            "/// Who sends.",
            "/// What is sent,\n/// and when.",
            "//! Where it is.",
        ] {
            let found = found("a.rs", bad);
            assert_eq!(found.len(), 1, "{bad}");
            assert!(found[0].starts_with("a.rs:1: headless"), "{found:?}");
        }
        for good in [
            "/// The sender.\n///\n/// What it sends is sealed.",
            "/// Returns what is sent.",
            "// What it sends is sealed.",
            "/// The sender.\nstruct A; // What it sends.",
        ] {
            assert_eq!(found("a.rs", good), [""; 0], "{good}");
        }
    }

    #[test]
    fn a_finding_names_the_line_of_the_word() {
        let text = "/// The first line.\n/// The second,\n/// and the caller is told.\n";
        assert_eq!(found("a.rs", text).len(), 1);
        assert!(found("a.rs", text)[0].starts_with("a.rs:3: "));
    }
}
