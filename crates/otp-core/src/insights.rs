//! Insights: how far the messages of an account got, and how many codes were verified.

mod funnel;
mod progress;
mod query;

pub use funnel::{FunnelRow, GroupBy, funnel};
pub use progress::{FunnelFacts, MessageProgress, OfVerification, SiblingMessage};
pub use query::InsightsQuery;
