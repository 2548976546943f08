//! The scenarios of webhooks.

use super::Bench;
use super::delivery::delivery;
use super::hot_path::hot_path;
use crate::store::Store;

/// A scenario to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// Events at a steady rate for 50 accounts, of whose endpoints five hang and five fail.
    Delivery,
    /// Sends of one account with an endpoint that wants everything, beside those of one without.
    HotPath,
}

const ALL: [Scenario; 2] = [Scenario::Delivery, Scenario::HotPath];

impl Scenario {
    /// Returns the requested scenarios, or all.
    pub(crate) fn plan(only: &[Self]) -> Vec<Self> {
        let wanted = |scenario: &Self| only.is_empty() || only.contains(scenario);
        ALL.into_iter().filter(wanted).collect()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::HotPath => "hot-path",
        }
    }

    pub(crate) async fn run(self, bench: &mut Bench) -> anyhow::Result<()> {
        let wanted = bench.options.store;
        for store in Store::ALL {
            if wanted.is_none_or(|wanted| wanted == store) {
                match self {
                    Self::Delivery => delivery(store, bench).await?,
                    Self::HotPath => hot_path(store, bench).await?,
                }
            }
        }
        Ok(())
    }
}
