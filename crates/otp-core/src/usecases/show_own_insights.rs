//! Show own insights: a person sees how far the messages of their account got, over days.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::ApiKeyMode;
use crate::ids::AccountId;
use crate::insights::{DAY, InsightsQuery, InsightsReport, ReportFilter, Rollups, Tallies, day_of};
use crate::ports::{Clock, InsightRollups, Insights, PortError};
use crate::time::Timestamp;
use crate::usecases::own_accounts::{OwnAccounts, OwnAccountsError};
use crate::usecases::resume_session::Viewer;

/// At most this many messages that no roll-up has yet are counted for a page. If there are more, the report ends
/// where the roll-ups end.
pub const MOST_JUST_NOW: usize = 1_000;

/// Shows people the insights of their accounts.
#[derive(Clone)]
pub struct ShowOwnInsights {
    /// Finds the accounts.
    pub own: OwnAccounts,
    /// Counts the newest messages.
    pub insights: Arc<dyn Insights>,
    /// Holds the counts of all others.
    pub rollups: Arc<dyn InsightRollups>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The length of a report in days, today included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportLength {
    /// Two weeks.
    #[default]
    Days14,
    /// About a month.
    Days30,
    /// About a quarter of a year.
    Days90,
}

impl ReportLength {
    /// Every one, the shortest first.
    pub const ALL: [Self; 3] = [Self::Days14, Self::Days30, Self::Days90];

    /// Returns the number of days.
    pub const fn days(self) -> u32 {
        match self {
            Self::Days14 => 14,
            Self::Days30 => 30,
            Self::Days90 => 90,
        }
    }
}

/// The reason there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ShowOwnInsightsError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account, or the role does not allow it")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<OwnAccountsError> for ShowOwnInsightsError {
    fn from(error: OwnAccountsError) -> Self {
        match error {
            OwnAccountsError::NotFound => Self::NotFound,
            OwnAccountsError::Port(error) => Self::Port(error),
        }
    }
}

impl ShowOwnInsights {
    /// Returns the report of the last days, in UTC.
    pub async fn execute(
        &self,
        viewer: &Viewer,
        mode: ApiKeyMode,
        length: ReportLength,
        filter: &ReportFilter,
    ) -> Result<InsightsReport, ShowOwnInsightsError> {
        let now = self.clock.now();
        let first = day_of(now) - DAY * (length.days() - 1);
        let Some(account) = self.own.find(viewer, mode).await? else {
            return Ok(InsightsReport::new(
                (first, now),
                &Rollups::default(),
                Some(&[]),
                filter,
            ));
        };
        let rollups = self.rollups.rollups(account, first).await?;
        let since = rollups.counted_since(first);
        let just_counted = self.count(account, (since, now)).await?;
        Ok(InsightsReport::new(
            (first, now),
            &rollups,
            just_counted.as_deref(),
            filter,
        ))
    }

    /// Counts the messages from a time until now, by the days on which they were created; `None` if they are too many.
    async fn count(
        &self,
        account_id: AccountId,
        (from, now): (Timestamp, Timestamp),
    ) -> Result<Option<Vec<(Timestamp, Tallies)>>, PortError> {
        let query = InsightsQuery {
            account_id,
            from,
            // With the messages of this very millisecond.
            until: now + Duration::from_millis(1),
            most: MOST_JUST_NOW,
        };
        let Some(facts) = self.insights.funnel_facts(&query).await? else {
            return Ok(None);
        };
        Ok(Some(Tallies::by_day(&facts)))
    }
}
