//! The machine: its clock, its limit of open files, and the settings that lie on it.

use std::time::Duration;

use crate::doctor::{Check, Finding};
use crate::time::Timestamp;

/// A larger difference is a sign that nothing sets the clock: time servers keep it within milliseconds.
const CLOCK_WARNING: Duration = Duration::from_secs(5);

/// From here on, codes of second factors, which last 30 s, and fresh proofs are refused.
const CLOCK_PROBLEM: Duration = Duration::from_secs(30);

/// The number of open files for a thousand requests at a time.
const OPEN_FILES: u64 = 4_096;

/// A clock that was asked, and the time by ours before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReading {
    /// The owner of the other clock, such as `WhatsApp`.
    pub source: String,
    /// Our time when the question was sent.
    pub sent: Timestamp,
    /// The other clock, in whole seconds as HTTP has it.
    pub theirs: Timestamp,
    /// Our time when the answer was there.
    pub answered: Timestamp,
}

/// The place of the master key, with those who can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeyPlace {
    /// A file.
    File {
        /// The path.
        path: String,
        /// The permission bits; `None` if the system has none.
        mode: Option<u32>,
    },
    /// The settings contain the key itself.
    Settings,
}

/// Judges our clock by another one.
pub fn judge_clock(reading: &ClockReading) -> Finding {
    // The other clock was read between both, and shows the beginning of its second.
    let (earliest, latest) = (reading.theirs, reading.theirs + Duration::from_secs(1));
    let ahead = reading.sent.since(latest);
    let behind = earliest.since(reading.answered);
    let (difference, direction) = if ahead > behind {
        (ahead, "ahead of")
    } else {
        (behind, "behind")
    };
    let source = &reading.source;
    let found = format!(
        "the clock is {} s {direction} that of {source}",
        difference.as_secs()
    );
    let remedy = "let a time server set the clock (for example chrony or systemd-timesyncd)";
    if difference > CLOCK_PROBLEM {
        Finding::problem(Check::Clock, found, remedy)
    } else if difference > CLOCK_WARNING {
        Finding::warning(Check::Clock, found, remedy)
    } else {
        Finding::ok(
            Check::Clock,
            format!("the clock agrees with that of {source}"),
        )
    }
}

/// Judges the number of files that this process may open.
pub fn judge_open_files(limit: u64) -> Finding {
    let found = format!("this process may open {limit} files");
    if limit >= OPEN_FILES {
        return Finding::ok(Check::OpenFiles, found);
    }
    Finding::warning(
        Check::OpenFiles,
        found,
        format!(
            "allow the server {OPEN_FILES} or more if it gets a thousand requests at a time; a service has a \
             limit of its own (docs/operations/open-files.md)"
        ),
    )
}

/// Judges the address at which clients reach the API. The settings allow `http://` for this machine only.
pub fn judge_public_url(url: Option<&str>) -> Finding {
    match url {
        Some(url) if url.starts_with("https://") => {
            Finding::ok(Check::PublicUrl, format!("{url} uses HTTPS"))
        }
        Some(url) => Finding::warning(
            Check::PublicUrl,
            format!("{url} is for this machine only"),
            "set up TLS, and set http.public_url to the https:// address that clients use",
        ),
        None => Finding::warning(
            Check::PublicUrl,
            "http.public_url is not set",
            "set it to the https:// address that clients use: proofs name it as their issuer, and links in \
             mails begin with it",
        ),
    }
}

/// Judges who can read the master key.
pub fn judge_master_key(place: &MasterKeyPlace) -> Finding {
    match place {
        MasterKeyPlace::Settings => Finding::warning(
            Check::MasterKey,
            "the master key is in a setting",
            "keep it in a file and name the file in OTP__SECURITY__MASTER_KEY_FILE: an environment is shown by \
             more tools than a file",
        ),
        MasterKeyPlace::File { path, mode } => {
            let bits = mode.unwrap_or_default() & 0o777;
            let found = format!("{path} has the mode {bits:03o}");
            let remedy = format!("run `chmod 600 {path}`");
            // Others may read it, or the group may replace it.
            if bits & 0o027 != 0 {
                Finding::problem(Check::MasterKey, found, remedy)
            } else if bits & 0o070 != 0 {
                Finding::warning(Check::MasterKey, found, remedy)
            } else if mode.is_none() {
                Finding::ok(
                    Check::MasterKey,
                    format!("{path}; this system has no modes of files"),
                )
            } else {
                Finding::ok(Check::MasterKey, format!("only its owner can read {path}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_judged_by_what_is_certain() {
        // Ours when the question was sent and answered, theirs, in milliseconds.
        for (sent, answered, theirs, expected) in [
            (100_000, 100_200, 100_000, "ok"),
            // The second that they show may be almost over.
            (106_000, 106_100, 100_000, "ok"),
            (106_001, 106_100, 100_000, "warning"),
            (100_000, 100_000, 105_000, "ok"),
            (100_000, 100_000, 105_001, "warning"),
            // The answer took long, so nothing is certain.
            (100_000, 110_000, 112_000, "ok"),
            (131_000, 131_000, 100_000, "warning"),
            (131_001, 131_001, 100_000, "problem"),
            (100_000, 100_000, 130_001, "problem"),
        ] {
            let reading = ClockReading {
                source: "WhatsApp".to_owned(),
                sent: Timestamp::from_unix_millis(sent),
                theirs: Timestamp::from_unix_millis(theirs),
                answered: Timestamp::from_unix_millis(answered),
            };
            let finding = judge_clock(&reading);
            assert_eq!(finding.verdict.as_str(), expected, "{reading:?}");
        }
    }

    #[test]
    fn a_thousand_requests_need_four_thousand_files() {
        for (limit, expected) in [(1_024, "warning"), (4_095, "warning"), (4_096, "ok")] {
            let finding = judge_open_files(limit);
            assert_eq!(finding.verdict.as_str(), expected, "{limit}");
        }
    }

    #[test]
    fn the_public_url_uses_https() {
        for (url, expected) in [
            (None, "warning"),
            (Some("https://otp.example.com"), "ok"),
            (Some("http://localhost:8080"), "warning"),
        ] {
            let finding = judge_public_url(url);
            assert_eq!(finding.verdict.as_str(), expected, "{url:?}");
        }
    }

    #[test]
    fn only_the_owner_reads_the_master_key() {
        for (mode, expected) in [
            (Some(0o100_600), "ok"),
            (Some(0o400), "ok"),
            (None, "ok"),
            (Some(0o640), "warning"),
            (Some(0o660), "problem"),
            (Some(0o604), "problem"),
            (Some(0o644), "problem"),
            (Some(0o602), "problem"),
        ] {
            let path = "/etc/otp/master-key".to_owned();
            let finding = judge_master_key(&MasterKeyPlace::File { path, mode });
            assert_eq!(finding.verdict.as_str(), expected, "{mode:?} {finding:?}");
        }
        let finding = judge_master_key(&MasterKeyPlace::Settings);
        assert_eq!(finding.verdict.as_str(), "warning");
    }
}
