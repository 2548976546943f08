//! The price of a message: credits by the destination's region.

use std::collections::HashMap;

use crate::credits::Credits;
use crate::region::Region;

/// The price of a region that the table does not list (LightOTP API, "Billing & credits").
pub const DEFAULT_PRICE: Credits = Credits::ONE;

/// The international pricing table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList(HashMap<Region, Credits>);

impl PriceList {
    /// Returns the price of one message to `region`.
    pub fn price(&self, region: Region) -> Credits {
        self.0.get(&region).copied().unwrap_or(DEFAULT_PRICE)
    }
}

impl FromIterator<(Region, Credits)> for PriceList {
    fn from_iter<I: IntoIterator<Item = (Region, Credits)>>(prices: I) -> Self {
        Self(prices.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_that_the_table_does_not_list_costs_one_credit() {
        let saudi_arabia = Region::parse("SA").expect("region");
        let egypt = Region::parse("EG").expect("region");
        let prices = PriceList::from_iter([(saudi_arabia, Credits::new(2).expect("credits"))]);
        assert_eq!(prices.price(saudi_arabia).get(), 2);
        assert_eq!(prices.price(egypt), Credits::ONE);
    }
}
