//! Insights: how far the messages of an account got, and how many codes were verified.

mod funnel;
mod progress;
mod query;
mod report;
mod rollup;
mod slot;
mod tally;
mod times;

pub use funnel::{FunnelRow, GroupBy, funnel};
pub use progress::{FunnelFacts, MessageProgress, OfVerification, SiblingMessage};
pub use query::InsightsQuery;
pub use report::{InsightsReport, ReportFilter};
pub use rollup::{CountedSlot, RollupState, Rollups, SettledSlot};
pub use slot::{DAY, Period, SETTLED_AFTER, SLOT, Slot, day_of};
pub use tally::{Tallies, Tally, TallyGroup};
pub use times::TimesToDelivery;
