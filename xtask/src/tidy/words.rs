//! No markers of unfinished work: what is missing belongs in an issue or in the documentation.

use super::Finding;
use super::source::Source;

/// Split in two, because this file is checked as well.
const WORDS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
    concat!("dbg", "!"),
];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in source.lines() {
            for word in WORDS.into_iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::line(
                    &source.path,
                    number,
                    format!("{word}: finish it, or write an issue"),
                ));
            }
        }
    }
    findings
}

/// Whether the line contains the word by itself, not as part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let ends = word.ends_with('!') || !after.is_some_and(inside);
        ends && !before.is_some_and(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_found() {
        for word in WORDS {
            for line in [format!("// {word}: later"), format!("    {word}(x)")] {
                assert_eq!(check(&[Source::new("a.rs", &line)]).len(), 1, "{line}");
            }
            let longer = format!("MY_{word}S");
            assert_eq!(check(&[Source::new("a.rs", &longer)]), [], "{longer}");
        }
    }
}
