//! Files one reads in a sitting, each opened by a line that says its point.

use super::Finding;
use super::source::Source;

/// Nobody holds more than this in their head.
const MOST_LINES: usize = 800;

/// From here on a file is named, so that somebody may think of splitting it.
const MANY_LINES: usize = 400;

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let path = source.path.as_str();
        if path.ends_with("/mod.rs") {
            findings.push(Finding::file(
                path,
                "write foo.rs beside foo/, not foo/mod.rs",
            ));
        }
        let point = source
            .text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//!"));
        if point.is_none_or(|point| !point.contains(char::is_alphabetic)) {
            findings.push(Finding::line(
                path,
                1,
                "open the file with a //! line: its point",
            ));
        }
        let lines = source.lines().count();
        if lines > MOST_LINES && !is_generated(source) {
            let message = format!("{lines} lines; {MOST_LINES} at most: split it");
            findings.push(Finding::file(path, message));
        }
    }
    findings
}

/// How large the files are: the median, and the ones that are growing out of hand.
pub(super) fn sizes(sources: &[Source]) -> String {
    let written = sources.iter().filter(|source| !is_generated(source));
    let mut sizes: Vec<(usize, &str)> = written
        .map(|source| (source.lines().count(), source.path.as_str()))
        .collect();
    sizes.sort_unstable();
    let median = sizes.get(sizes.len() / 2).map_or(0, |(lines, _)| *lines);
    let large = sizes
        .iter()
        .rev()
        .take_while(|(lines, _)| *lines > MANY_LINES);
    let large = large.map(|(lines, path)| format!("\nlarge: {path}, {lines} lines"));
    format!(
        "{} files, median {median} lines{}",
        sizes.len(),
        large.collect::<String>()
    )
}

/// A generator marks its work in the opening lines.
fn is_generated(source: &Source) -> bool {
    source
        .text
        .lines()
        .take(5)
        .any(|line| line.contains("@generated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, lines: usize) -> Source {
        Source::new(
            path,
            &format!("//! Its point.\n{}", "x\n".repeat(lines - 1)),
        )
    }

    #[test]
    fn a_file_opens_with_its_point() {
        assert_eq!(check(&[source("a.rs", 3)]), []);
        for text in [
            "",
            "use x;\n//! Late.",
            "//! .\n",
            "// Its point.\n",
            "\n//! Late.\n",
        ] {
            assert_eq!(check(&[Source::new("a.rs", text)]).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn module_files_stand_beside_their_folder() {
        assert_eq!(check(&[source("src/a/mod.rs", 3)]).len(), 1);
        assert_eq!(check(&[source("src/a_mod.rs", 3)]), []);
    }

    #[test]
    fn length_is_limited_unless_a_generator_wrote_it() {
        assert_eq!(check(&[source("a.rs", 800)]), []);
        assert_eq!(check(&[source("a.rs", 801)]).len(), 1);
        let generated = format!("//! Its point. @generated\n{}", "x\n".repeat(900));
        assert_eq!(check(&[Source::new("a.rs", &generated)]), []);
    }

    #[test]
    fn sizes_name_the_median_and_the_large() {
        let sources = [source("a.rs", 10), source("b.rs", 401), source("c.rs", 90)];
        assert_eq!(
            sizes(&sources),
            "3 files, median 90 lines\nlarge: b.rs, 401 lines"
        );
    }
}
