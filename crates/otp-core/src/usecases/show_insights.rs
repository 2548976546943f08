//! Show insights: counts how far an account's messages got, by country, template, channel or day.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::AccountId;
use crate::insights::{FunnelRow, GroupBy, InsightsQuery, funnel};
use crate::ports::{Clock, Insights, PortError};
use crate::time::Timestamp;

/// At most this many messages are counted at once. If all of them are delivered and belong to
/// verifications, that is 0.33 s of work for PostgreSQL and less for SQLite, within
/// [`MAX_READ_TIME`](crate::ports::MAX_READ_TIME) even while the machine does other work.
pub const MAX_COUNTED: usize = 50_000;

/// The length of the period if its beginning is left out.
pub const DEFAULT_PERIOD: Duration = Duration::from_secs(24 * 60 * 60);

/// The account's messages of a period, and how to group them.
#[derive(Debug, Clone, Copy)]
pub struct ShowInsightsRequest {
    /// The account.
    pub account_id: AccountId,
    /// Only messages created then or later; [`DEFAULT_PERIOD`] before `until` if it is left out.
    pub from: Option<Timestamp>,
    /// Only messages created before then; now if it is left out.
    pub until: Option<Timestamp>,
    /// The meaning of the rows.
    pub group_by: GroupBy,
}

/// The reason there are no insights.
#[derive(Debug, thiserror::Error)]
pub enum ShowInsightsError {
    /// The period has more messages than [`MAX_COUNTED`].
    #[error("the period has more than {MAX_COUNTED} messages; choose a shorter one")]
    TooManyMessages,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Shows insights.
#[derive(Clone)]
pub struct ShowInsights {
    /// Finds how far messages got.
    pub insights: Arc<dyn Insights>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ShowInsights {
    /// Returns a row for each group that has messages. A period that ends before it begins has none.
    pub async fn execute(
        &self,
        request: ShowInsightsRequest,
    ) -> Result<Vec<FunnelRow>, ShowInsightsError> {
        let until = request.until.unwrap_or_else(|| self.clock.now());
        let query = InsightsQuery {
            account_id: request.account_id,
            from: request.from.unwrap_or(until - DEFAULT_PERIOD),
            until,
            most: MAX_COUNTED,
        };
        let facts = self.insights.funnel_facts(&query).await?;
        let facts = facts.ok_or(ShowInsightsError::TooManyMessages)?;
        Ok(funnel(&facts, request.group_by))
    }
}
