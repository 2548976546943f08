//! The core does not read the clock: rules take the time as an argument, so tests can set it.

use super::Finding;
use super::source::Source;

const CORE: &str = "crates/otp-core/";
const READINGS: [&str; 4] = ["now_utc", "now_local", "SystemTime::now", "Instant::now"];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with(CORE))
    {
        for (number, line) in source.code_lines() {
            for reading in READINGS
                .into_iter()
                .filter(|reading| line.contains(reading))
            {
                let message = format!("{reading}: the core takes the time as an argument");
                findings.push(Finding::line(&source.path, number, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_core_must_not_read_the_clock() {
        let line = "let now = OffsetDateTime::now_utc();";
        let core = Source::new("crates/otp-core/src/cooldown.rs", line);
        assert_eq!(check(&[core]).len(), 1);
        let server = Source::new("crates/otp-server/src/clock.rs", line);
        let comment = Source::new(
            "crates/otp-core/src/ports/clock.rs",
            "/// Not `Instant::now`.",
        );
        assert_eq!(check(&[server, comment]), []);
    }
}
