//! The steps of a test run, in order.

use std::fmt;

/// A check that a change has to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Step {
    Fmt,
    Tidy,
    Postgres,
    Browser,
    Clippy,
    Build,
    Test,
    Doc,
    Deny,
}

impl Step {
    /// Quick steps first, but PostgreSQL and the browser early: installing them may ask for a password.
    const ALL: [Self; 9] = [
        Self::Fmt,
        Self::Tidy,
        Self::Postgres,
        Self::Browser,
        Self::Clippy,
        Self::Build,
        Self::Test,
        Self::Doc,
        Self::Deny,
    ];

    /// Returns all steps, or the requested ones and those they need, in order.
    pub(crate) fn plan(only: &[Self]) -> Vec<Self> {
        let wanted = |step: &Self| {
            only.is_empty()
                || only.contains(step)
                || only.iter().any(|asked| asked.needs().contains(step))
        };
        Self::ALL.into_iter().filter(wanted).collect()
    }

    fn needs(self) -> &'static [Self] {
        match self {
            Self::Test => &[Self::Postgres, Self::Browser, Self::Build],
            Self::Fmt
            | Self::Tidy
            | Self::Postgres
            | Self::Browser
            | Self::Clippy
            | Self::Build
            | Self::Doc
            | Self::Deny => &[],
        }
    }

    /// The promise that the step checks.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Tidy => "the house rules are kept",
            Self::Postgres => "a PostgreSQL for the tests is running",
            Self::Browser => "a browser for the tests is installed",
            Self::Clippy => "no lint warns",
            Self::Build => "the server builds without a warning",
            Self::Test => "every test passes, in memory, on SQLite and on PostgreSQL",
            Self::Doc => "the documentation builds without a broken link",
            Self::Deny => "dependencies have allowed licences and sources",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Postgres => "postgres",
            Self::Browser => "browser",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Test => "test",
            Self::Doc => "doc",
            Self::Deny => "deny",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_includes_the_steps_needed_in_order() {
        assert_eq!(
            Step::plan(&[Step::Test]),
            [Step::Postgres, Step::Browser, Step::Build, Step::Test]
        );
        assert_eq!(Step::plan(&[Step::Doc, Step::Fmt]), [Step::Fmt, Step::Doc]);
        assert_eq!(Step::plan(&[]), Step::ALL);
    }

    #[test]
    fn the_printed_name_of_a_step_is_its_argument() {
        use clap::ValueEnum as _;
        for step in Step::value_variants() {
            let typed = step.to_possible_value().expect("no step is hidden");
            assert_eq!(step.to_string(), typed.get_name());
        }
        assert_eq!(Step::value_variants(), Step::ALL);
    }
}
