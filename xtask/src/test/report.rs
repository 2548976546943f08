//! The last lines of a test run.

use std::fmt;
use std::time::Duration;

use super::progress::clock;
use super::step::Step;

/// The results of the steps so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    failed: Vec<Step>,
    took: Duration,
    /// The numbers of tests that passed and failed.
    tests: (usize, usize),
}

impl Report {
    pub(super) fn add(&mut self, step: Step, took: Duration, passed: bool, tests: (usize, usize)) {
        if !passed {
            self.failed.push(step);
        }
        self.took += took;
        self.tests.0 += tests.0;
        self.tests.1 += tests.1;
    }

    /// The names of the steps that failed.
    pub(super) fn failed(&self) -> Vec<String> {
        self.failed.iter().map(Step::to_string).collect()
    }
}

impl fmt::Display for Report {
    /// Writes the tests in the form that programs read, then the result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tests != (0, 0) {
            writeln!(f, "tests: {} passed, {} failed", self.tests.0, self.tests.1)?;
        }
        let result = if self.failed.is_empty() {
            "passed"
        } else {
            "FAILED"
        };
        writeln!(f, "{result} in {}", clock(self.took))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_result() {
        let mut report = Report::default();
        report.add(Step::Fmt, Duration::from_secs(2), true, (0, 0));
        assert_eq!(report.to_string(), "passed in 0:02\n");
        report.add(Step::Test, Duration::from_secs(75), false, (812, 2));
        report.add(Step::Doc, Duration::from_secs(9), true, (0, 0));
        assert_eq!(
            report.to_string(),
            "tests: 812 passed, 2 failed\nFAILED in 1:26\n"
        );
        assert_eq!(report.failed(), ["test"]);
    }
}
