//! The scenarios of webhooks.

use super::Bench;
use super::delivery::delivery;
use crate::store::Store;

/// A scenario to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// Events at a steady rate for 50 accounts, of whose endpoints five hang and five fail.
    Delivery,
}

const ALL: [Scenario; 1] = [Scenario::Delivery];

impl Scenario {
    /// Returns the requested scenarios, or all.
    pub(crate) fn plan(only: &[Self]) -> Vec<Self> {
        let wanted = |scenario: &Self| only.is_empty() || only.contains(scenario);
        ALL.into_iter().filter(wanted).collect()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
        }
    }

    pub(crate) async fn run(self, bench: &mut Bench) -> anyhow::Result<()> {
        let wanted = bench.options.store;
        for store in Store::ALL {
            if wanted.is_none_or(|wanted| wanted == store) {
                match self {
                    Self::Delivery => delivery(store, bench).await?,
                }
            }
        }
        Ok(())
    }
}
