//! The page about the OWASP ASVS names tests: each of them has to exist.

use std::collections::BTreeSet;

use super::Finding;
use super::source::Source;

/// The page that names tests.
const PAGE: &str = "docs/ASVS.md";

pub(super) fn check(sources: &[Source], documents: &[Source]) -> Vec<Finding> {
    let page = documents.iter().find(|document| document.path == PAGE);
    let tests = tests_of(sources);
    let lines = page.into_iter().flat_map(|page| page.text.lines());
    let named = lines.zip(1..).flat_map(|(line, number)| {
        let names = names_in(line).into_iter();
        names.map(move |name| (name, number))
    });
    let missing = named.filter(|(name, _)| !tests.contains(name));
    let finding = |(name, number)| Finding::line(PAGE, number, format!("no test `{name}`"));
    missing.map(finding).collect()
}

/// Returns the names of all functions.
fn tests_of(sources: &[Source]) -> BTreeSet<&str> {
    let functions = sources.iter().flat_map(|source| source.text.split("fn "));
    let names = functions.filter_map(|rest| rest.split('(').next());
    names.collect()
}

/// Returns the names of tests in a line: what is in backticks and consists of several words.
fn names_in(line: &str) -> Vec<&str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let is_name = |text: &&str| {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        text.contains('_') && text.bytes().all(is_plain)
    };
    quoted.filter(is_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(page: &str, code: &str) -> Vec<String> {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let sources = [source("a.rs", code)];
        let found = check(&sources, &[source(PAGE, page)]).into_iter();
        found.map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_test_that_is_named_and_missing_is_found() {
        let code = "#[test]\nfn it_works() {}\nasync fn it_waits(a: u8) {}";
        let page = "| `it_works`, `it_waits` |\n| `nosniff`, `Cross-Origin` `a/b_c.rs` |";
        assert_eq!(missing(page, code), [""; 0]);
        let page = "| x |\n| `it_works`, `it_fails` |";
        assert_eq!(missing(page, code), ["docs/ASVS.md:2: no test `it_fails`"]);
    }
}
