//! No `allow` attributes: `expect` does the same, and warns once it is no longer needed.
//! Clippy checks that each `expect` gives a reason.

use super::Finding;
use super::source::Source;

const ALLOW: &str = "allow(";

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let lines = sources.iter().flat_map(|source| {
        source
            .code_lines()
            .map(|(number, line)| (source.path.as_str(), number, line))
    });
    lines
        .filter(|(_, _, line)| is_allow(line.trim_start()))
        .map(|(path, number, _)| {
            Finding::line(
                path,
                number,
                "write #[expect(..., reason = \"...\")] instead of allow",
            )
        })
        .collect()
}

fn is_allow(line: &str) -> bool {
    let Some(inner) = line.strip_prefix("#[").or_else(|| line.strip_prefix("#![")) else {
        return false;
    };
    inner.starts_with(ALLOW) || (inner.starts_with("cfg_attr(") && inner.contains(ALLOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_allow_is_found_and_expect_is_not() {
        let bad = [
            "#[allow(dead_code)]",
            "#![allow(x)]",
            "#[cfg_attr(test, allow(dead_code))]",
        ];
        for line in bad {
            assert_eq!(check(&[Source::new("a.rs", line)]).len(), 1, "{line}");
        }
        for line in [
            "#[expect(dead_code, reason = \"x\")]",
            "// #[allow(x)]",
            "f(allow(x))",
        ] {
            assert_eq!(check(&[Source::new("a.rs", line)]), [], "{line}");
        }
    }
}
