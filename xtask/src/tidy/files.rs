//! Files are short, and the first line says what the file is for.

use super::Finding;
use super::source::Source;

/// The longest file that is still read in one sitting.
const MAX_LINES: usize = 500;

/// Longer files are listed: they are candidates for a split.
const LARGE_LINES: usize = 400;

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
        let summary = source
            .text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//!"));
        if summary.is_none_or(|summary| !summary.contains(char::is_alphabetic)) {
            findings.push(Finding::line(
                path,
                1,
                "begin the file with a //! line that says what it is for",
            ));
        }
        let lines = source.lines().count();
        if lines > MAX_LINES && !is_generated(source) {
            let message = format!("{lines} lines, at most {MAX_LINES} allowed: split it");
            findings.push(Finding::file(path, message));
        }
    }
    findings
}

/// Describes the sizes: the number of files, their median, and the large ones.
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
        .take_while(|(lines, _)| *lines > LARGE_LINES);
    let large = large.map(|(lines, path)| format!("\nlarge: {path}, {lines} lines"));
    format!(
        "{} files, median {median} lines{}",
        sizes.len(),
        large.collect::<String>()
    )
}

/// Whether a generator wrote the file, which it says in the first lines.
pub(super) fn is_generated(source: &Source) -> bool {
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
            &format!("//! A purpose.\n{}", "x\n".repeat(lines - 1)),
        )
    }

    #[test]
    fn a_file_begins_with_its_purpose() {
        assert_eq!(check(&[source("a.rs", 3)]), []);
        for text in [
            "",
            "use x;\n//! Late.",
            "//! .\n",
            "// A purpose.\n",
            "\n//! Late.\n",
        ] {
            assert_eq!(check(&[Source::new("a.rs", text)]).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn module_files_are_beside_their_folder() {
        assert_eq!(check(&[source("src/a/mod.rs", 3)]).len(), 1);
        assert_eq!(check(&[source("src/a_mod.rs", 3)]), []);
    }

    #[test]
    fn length_is_limited_unless_the_file_is_generated() {
        assert_eq!(check(&[source("a.rs", MAX_LINES)]), []);
        assert_eq!(check(&[source("a.rs", MAX_LINES + 1)]).len(), 1);
        let generated = format!("//! A purpose. @generated\n{}", "x\n".repeat(MAX_LINES));
        assert_eq!(check(&[Source::new("a.rs", &generated)]), []);
    }

    #[test]
    fn sizes_include_the_median_and_the_large_files() {
        let sources = [source("a.rs", 10), source("b.rs", 401), source("c.rs", 90)];
        assert_eq!(
            sizes(&sources),
            "3 files, median 90 lines\nlarge: b.rs, 401 lines"
        );
    }
}
