//! A template to be created at the provider.

use std::time::Duration;

use super::{CodeExpiry, TemplateName, TimeToLive};

/// How long the provider may be told to keep an authentication message (Cloud API).
const TIMES_TO_LIVE: std::ops::RangeInclusive<u32> = 30..=900;

/// What all languages of a new template share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateDraft {
    name: TemplateName,
    code_expiry: CodeExpiry,
    time_to_live: TimeToLive,
}

/// Why there cannot be such a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplateDraft {
    /// The provider keeps messages neither so long nor so short.
    #[error("a message's time to live is 30 s to 15 min, in whole seconds")]
    TimeToLive,
    /// A message could arrive after its code expired.
    #[error(
        "the message's time to live ({time_to_live} s) is longer than its code counts \
         ({code_expiry} s): it could arrive after the code expired"
    )]
    OutlastsCode {
        /// Seconds.
        time_to_live: u32,
        /// Seconds.
        code_expiry: u64,
    },
}

impl TemplateDraft {
    /// A template whose code counts for `code_expiry`. Without a time to live, messages are kept as
    /// long as their code counts and the provider allows.
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

    /// Its name.
    pub fn name(&self) -> &TemplateName {
        &self.name
    }

    /// How long the code counts.
    pub fn code_expiry(&self) -> CodeExpiry {
        self.code_expiry
    }

    /// How long a message is on its way.
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
