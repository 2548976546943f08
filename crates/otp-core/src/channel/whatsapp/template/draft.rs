//! A template to be created at the provider.

use std::time::Duration;

use super::{CodeExpiry, TemplateName, TimeToLive};

/// The times to live, in seconds, that the provider allows for authentication messages (Cloud API).
const TIMES_TO_LIVE: std::ops::RangeInclusive<u32> = 30..=900;

/// A new template, without its languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateDraft {
    name: TemplateName,
    code_expiry: CodeExpiry,
    time_to_live: TimeToLive,
}

/// The reason a draft is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplateDraft {
    /// The time to live is not one that the provider allows.
    #[error("a message's time to live is 30 s to 15 min, in whole seconds")]
    TimeToLive,
    /// A message could arrive after its code has expired.
    #[error(
        "the message's time to live ({time_to_live} s) is longer than its code is valid \
         ({code_expiry} s): it could arrive after the code has expired"
    )]
    OutlastsCode {
        /// In seconds.
        time_to_live: u32,
        /// In seconds.
        code_expiry: u64,
    },
}

impl TemplateDraft {
    /// Creates a draft whose code is valid for `code_expiry`.
    ///
    /// If no time to live is given, it is as long as the code is valid, or the longest that the provider
    /// allows if that is shorter.
    pub fn try_new(
        name: TemplateName,
        code_expiry: CodeExpiry,
        time_to_live: Option<Duration>,
    ) -> Result<Self, InvalidTemplateDraft> {
        let code = code_expiry.duration();
        let seconds = match time_to_live {
            Some(asked) if asked.subsec_nanos() == 0 => u32::try_from(asked.as_secs()).ok(),
            Some(_) => None,
            None => u32::try_from(code.as_secs())
                .ok()
                .map(|seconds| seconds.min(*TIMES_TO_LIVE.end())),
        };
        let seconds = seconds
            .filter(|seconds| TIMES_TO_LIVE.contains(seconds))
            .ok_or(InvalidTemplateDraft::TimeToLive)?;
        let time_to_live = TimeToLive::Limited(seconds);
        if time_to_live.outlasts(Some(code_expiry)) {
            return Err(InvalidTemplateDraft::OutlastsCode {
                time_to_live: seconds,
                code_expiry: code.as_secs(),
            });
        }
        Ok(Self {
            name,
            code_expiry,
            time_to_live,
        })
    }

    /// Returns its name.
    pub fn name(&self) -> &TemplateName {
        &self.name
    }

    /// Returns how long the code is valid.
    pub fn code_expiry(&self) -> CodeExpiry {
        self.code_expiry
    }

    /// Returns the time to live of a message.
    pub fn time_to_live(&self) -> TimeToLive {
        self.time_to_live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(minutes: i64, asked: Option<u64>, expected: Result<i64, InvalidTemplateDraft>) {
        let name = TemplateName::parse("otp_code").expect("name");
        let expiry = CodeExpiry::from_minutes(minutes).expect("minutes");
        let draft = TemplateDraft::try_new(name, expiry, asked.map(Duration::from_secs));
        assert_eq!(draft.map(|draft| draft.time_to_live().seconds()), expected);
    }

    #[test]
    fn a_message_lives_no_longer_than_its_code() {
        check(5, None, Ok(300));
        check(5, Some(300), Ok(300));
        check(90, None, Ok(900));
        check(1, Some(30), Ok(30));
        let outlasts = InvalidTemplateDraft::OutlastsCode {
            time_to_live: 301,
            code_expiry: 300,
        };
        check(5, Some(301), Err(outlasts));
        for impossible in [29, 901, u64::MAX] {
            check(90, Some(impossible), Err(InvalidTemplateDraft::TimeToLive));
        }
    }
}
