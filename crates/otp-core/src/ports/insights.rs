//! The facts of insights.

use async_trait::async_trait;

use crate::insights::{FunnelFacts, InsightsQuery};
use crate::ports::PortError;

/// Finds how far messages got.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Insights: Send + Sync {
    /// Returns every message of the account and the period, and the messages of the verifications that
    /// [`InsightsQuery::to_complete`] names, all as of one moment. Returns `None` if there are more
    /// messages than [`InsightsQuery::allows`].
    ///
    /// An adapter MUST use a constant number of statements. It MUST count at most one message more than
    /// [`InsightsQuery::most`], and MUST NOT read any if they are too many. It MUST make the backend itself
    /// end the search after [`MAX_READ_TIME`](crate::ports::MAX_READ_TIME), with [`PortError::Unavailable`].
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError>;
}
