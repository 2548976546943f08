//! The version of the Graph API: how long Meta serves it.

use std::time::Duration;

use crate::doctor::{Check, Finding};
use crate::time::Timestamp;

/// The versions that Meta has named an end for, and the newest one, which has none yet, with their last
/// days in UTC: the table at developers.facebook.com/docs/graph-api/changelog/versions, as of November 2026.
/// Meta names the end of a version when it publishes the next one.
const ENDS: [(u32, Option<&str>); 8] = [
    (19, Some("2026-05-21")),
    (20, Some("2026-09-24")),
    (21, Some("2027-01-21")),
    (22, Some("2027-05-20")),
    (23, Some("2027-10-08")),
    (24, Some("2028-02-18")),
    (25, Some("2028-07-29")),
    (26, None),
];

/// How long before its end a version is worth a warning: a release of this program comes in between.
const NEAR: Duration = Duration::from_secs(180 * 24 * 60 * 60);

const REMEDY: &str = "install a newer otp-server, or set whatsapp.api_version to a version of Meta's changelog \
     (developers.facebook.com/docs/graph-api/changelog)";

/// Judges the version, such as `v26.0`.
pub fn judge(version: &str, now: Timestamp) -> Finding {
    let major = version.strip_prefix('v').unwrap_or(version);
    let major = major.split('.').next().and_then(|text| text.parse().ok());
    let ended = |end: &str| {
        let found = format!(
            "Meta's support for {version} ended {end}: Meta now answers as a later version does"
        );
        Finding::problem(Check::ApiVersion, found, REMEDY)
    };
    let Some(major) = major else {
        let found = format!("{version} does not look like a version of Meta's");
        return Finding::problem(Check::ApiVersion, found, REMEDY);
    };
    let known = ENDS.iter().find(|(known, _)| *known == major);
    let Some((_, end)) = known else {
        return if major < ENDS[0].0 {
            ended(&format!("before {}", ENDS[0].1.unwrap_or_default()))
        } else {
            let found =
                format!("{version} is newer than this program, which does not know its end");
            Finding::ok(Check::ApiVersion, found)
        };
    };
    let Some(day) = end else {
        let found = format!("{version}; when this program was built, Meta had named no end for it");
        return Finding::ok(Check::ApiVersion, found);
    };
    let end = Timestamp::parse(&format!("{day}T00:00:00Z")).unwrap_or(Timestamp::MAX);
    if now >= end {
        ended(&format!("on {day}"))
    } else if end.since(now) <= NEAR {
        let found = format!("Meta's support for {version} ends on {day}");
        Finding::warning(Check::ApiVersion, found, REMEDY)
    } else {
        Finding::ok(
            Check::ApiVersion,
            format!("{version}, which Meta supports until {day}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_judged_by_the_time_that_is_left() {
        for (version, now, expected, word) in [
            ("v26.0", "2026-12-01", "ok", "no end"),
            ("v27.0", "2026-12-01", "ok", "newer"),
            ("v25.0", "2026-12-01", "ok", "2028-07-29"),
            ("v25.0", "2028-01-30", "ok", "2028-07-29"),
            ("v25.0", "2028-01-31", "warning", "ends on 2028-07-29"),
            ("v25.0", "2028-07-28", "warning", "ends on 2028-07-29"),
            ("v25.0", "2028-07-29", "problem", "ended on 2028-07-29"),
            ("v2.11", "2026-12-01", "problem", "ended before 2026-05-21"),
            ("odd", "2026-12-01", "problem", "not look like"),
        ] {
            let now = Timestamp::parse(&format!("{now}T00:00:00Z")).expect("a day");
            let finding = judge(version, now);
            assert_eq!(finding.verdict.as_str(), expected, "{version} {finding:?}");
            assert!(finding.found.contains(word), "{version} {finding:?}");
        }
    }

    #[test]
    fn every_end_is_a_day_and_the_versions_are_in_order() {
        for pair in ENDS.windows(2) {
            assert_eq!(pair[0].0 + 1, pair[1].0);
        }
        for (version, end) in ENDS {
            let day = end.map(|day| Timestamp::parse(&format!("{day}T00:00:00Z")));
            assert!(day.is_none_or(|day| day.is_ok()), "v{version}");
        }
        assert_eq!(ENDS.iter().filter(|(_, end)| end.is_none()).count(), 1);
    }
}
