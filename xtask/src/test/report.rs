//! The result of each step, and the table at the end.

use std::fmt;
use std::time::Duration;

use super::step::Step;

/// The result of a step.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// Skipped for this reason; the table always shows it.
    NotRun(&'static str),
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::NotRun(reason) => write!(f, "NOT RUN: {reason}"),
            Self::Failed(reason) => write!(f, "FAILED: {reason}"),
        }
    }
}

/// The results of the steps so far.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<(Step, Duration, Outcome)>);

impl Report {
    pub(crate) fn add(&mut self, step: Step, took: Duration, outcome: Outcome) {
        self.0.push((step, took, outcome));
    }

    /// The names of the steps that failed.
    pub(crate) fn failed(&self) -> Vec<String> {
        let failed = self
            .0
            .iter()
            .filter(|(_, _, outcome)| matches!(outcome, Outcome::Failed(_)));
        failed.map(|(step, _, _)| step.to_string()).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10}{:>9}  result", "step", "time")?;
        for (step, took, outcome) in &self.0 {
            // One line each: the full output is above the table.
            let outcome = outcome.to_string();
            let first = outcome.lines().next().unwrap_or_default();
            writeln!(f, "{step:<10}{:>7.1} s  {first}", took.as_secs_f64())?;
        }
        let total: Duration = self.0.iter().map(|(_, took, _)| *took).sum();
        writeln!(f, "{:<10}{:>7.1} s", "total", total.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_each_step() {
        let mut report = Report::default();
        report.add(Step::Fmt, Duration::from_millis(1240), Outcome::Passed);
        report.add(
            Step::Test,
            Duration::from_secs(75),
            Outcome::Failed("two\nlines".to_owned()),
        );
        report.add(Step::Deny, Duration::ZERO, Outcome::NotRun("not installed"));
        assert_eq!(
            report.to_string(),
            "step           time  result\n\
             fmt           1.2 s  passed\n\
             test         75.0 s  FAILED: two\n\
             deny          0.0 s  NOT RUN: not installed\n\
             total        76.2 s\n"
        );
        assert_eq!(report.failed(), ["test"]);
    }
}
