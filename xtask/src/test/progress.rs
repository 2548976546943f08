//! The line that shows how far a step is.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::step::Step;

/// The interval of progress lines where the output is not a terminal, as in CI.
const REPORT: Duration = Duration::from_secs(60);

/// The width that the line may have, so that a terminal does not wrap it.
const MAX_WIDTH: usize = 79;

/// How far a step is.
#[derive(Debug)]
pub(super) struct Progress {
    /// Such as `[2/8] clippy`.
    head: String,
    purpose: &'static str,
    verbose: bool,
    is_terminal: bool,
    begin: Instant,
    shown: Instant,
    built: usize,
    passed: usize,
    failed: usize,
    /// Totals of test programs that have ended.
    totals: (usize, usize),
    current: String,
}

impl Progress {
    pub(super) fn new(step: Step, number: usize, of: usize, verbose: bool) -> Self {
        let now = Instant::now();
        Self {
            head: format!("[{number}/{of}] {step:<8}"),
            purpose: step.purpose(),
            verbose,
            is_terminal: std::io::stdout().is_terminal(),
            begin: now,
            shown: now,
            built: 0,
            passed: 0,
            failed: 0,
            totals: (0, 0),
            current: String::new(),
        }
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    pub(super) fn tests(&self) -> (usize, usize) {
        self.totals
    }

    /// Shows that the step begins.
    pub(super) fn begin(&self) {
        if self.is_rewritten() {
            self.rewrite(self.purpose);
        } else {
            println!("{}  {} …", self.head, self.purpose);
        }
    }

    /// Reads a line of the step's output.
    pub(super) fn observe(&mut self, line: &str) {
        if self.verbose {
            println!("{line}");
        }
        let mut words = line.split_whitespace();
        match words.next() {
            Some("Compiling" | "Checking" | "Documenting") => {
                self.built += 1;
                self.current = words.next().unwrap_or_default().to_owned();
            }
            Some("Running" | "Doc-tests") => {
                // The name of a test program ends with a hash that tells nothing.
                let program = line.rsplit(['/', ' ']).next().unwrap_or_default();
                let name = program.trim_end_matches(')').rsplit_once('-');
                self.current = name.map_or(program, |(name, _)| name).to_owned();
            }
            Some("test") if line.ends_with("... ok") => self.passed += 1,
            Some("test") if line.ends_with("... FAILED") => self.failed += 1,
            Some("test") if line.starts_with("test result:") => {
                self.totals.0 += number_before(line, "passed");
                self.totals.1 += number_before(line, "failed");
            }
            Some(_) | None => {}
        }
        if self.is_rewritten() && self.shown.elapsed() > Duration::from_millis(100) {
            self.show();
        }
    }

    /// Shows the time, and on anything but a terminal how far the step is once a minute.
    pub(super) fn tick(&mut self) {
        if self.is_rewritten() {
            self.show();
        } else if !self.verbose && self.shown.elapsed() >= REPORT {
            self.shown = Instant::now();
            println!("{}  {}", self.head, self.state());
        }
    }

    /// Shows the result of the step.
    pub(super) fn finish(&self, took: Duration, passed: bool) {
        if self.is_rewritten() {
            print!("\r\x1b[K");
        }
        let result = if passed { "passed" } else { "FAILED" };
        let tests = match self.totals {
            (0, 0) => String::new(),
            (passed, failed) => format!(": {passed} tests passed, {failed} failed"),
        };
        let time = clock(took);
        println!("{}  {result} {time:>6}  {}{tests}", self.head, self.purpose);
    }

    fn is_rewritten(&self) -> bool {
        self.is_terminal && !self.verbose
    }

    fn show(&mut self) {
        self.shown = Instant::now();
        self.rewrite(&self.state());
    }

    fn rewrite(&self, text: &str) {
        let line: String = format!("{}  {text}", self.head)
            .chars()
            .take(MAX_WIDTH)
            .collect();
        print!("\r\x1b[K{line}");
        // If nobody sees it, nothing is lost.
        drop(std::io::stdout().flush());
    }

    /// Returns such as `1:02  231 crates built  131 tests passed  otp-http`.
    fn state(&self) -> String {
        let mut parts = vec![clock(self.begin.elapsed())];
        if self.built > 0 {
            parts.push(format!("{} crates built", self.built));
        }
        if self.passed > 0 {
            parts.push(format!("{} tests passed", self.passed));
        }
        if self.failed > 0 {
            parts.push(format!("{} FAILED", self.failed));
        }
        parts.push(self.current.clone());
        parts.join("  ")
    }
}

/// Formats minutes and seconds.
pub(super) fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// Returns the number that precedes a word.
fn number_before(line: &str, word: &str) -> usize {
    let before = line.split(word).next().unwrap_or_default();
    let number = before.split_whitespace().last();
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_crates_and_tests_and_names_the_current_one() {
        let mut progress = Progress::new(Step::Test, 6, 8, false);
        for line in [
            "   Compiling serde v1.0.229",
            "   Compiling otp-core v0.1.0 (/src/crates/otp-core)",
            "     Running tests/it/main.rs (target/debug/deps/it-0a1b)",
            "test cooldown::grows ... ok",
            "test cooldown::ends ... FAILED",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
            "   Doc-tests otp_core",
            "test src/lib.rs - (line 3) ... ok",
            "test result: ok. 1 passed; 0 failed; 0 ignored",
        ] {
            progress.observe(line);
        }
        assert_eq!(
            progress.state(),
            "0:00  2 crates built  2 tests passed  1 FAILED  otp_core"
        );
        assert_eq!(progress.tests(), (2, 1));
        assert_eq!(clock(Duration::from_secs(754)), "12:34");
    }
}
