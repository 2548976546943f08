//! The price of a message: credits by the destination's region, or for a mail.

mod change;
mod list_text;

use std::collections::HashMap;
use std::fmt;

use crate::credits::Credits;
use crate::region::{InvalidRegion, Region};

pub use change::PriceChange;
pub use list_text::{InvalidPriceList, PriceListFault, parse_price_list};

/// The price of a message that the table does not list (LightOTP API, "Billing & credits").
pub const DEFAULT_PRICE: Credits = Credits::ONE;

/// The subject of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceKey {
    /// A message to a number of this region.
    Region(Region),
    /// A mail, wherever its reader is.
    Email,
}

impl PriceKey {
    /// Reads a region's code or `EMAIL`, in either case.
    pub fn parse(text: &str) -> Result<Self, InvalidRegion> {
        if text.eq_ignore_ascii_case(Self::Email.as_str()) {
            return Ok(Self::Email);
        }
        Region::parse(text).map(Self::Region)
    }

    /// Reads `EMAIL`, or the code of a region that has phone numbers; `None` for a region without.
    pub fn parse_known(text: &str) -> Option<Self> {
        Self::parse(text).ok().filter(|key| match key {
            Self::Region(region) => region.has_numbers(),
            Self::Email => true,
        })
    }

    /// Returns the region's code or `EMAIL`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Region(region) => region.as_str(),
            Self::Email => "EMAIL",
        }
    }
}

impl From<Region> for PriceKey {
    fn from(region: Region) -> Self {
        Self::Region(region)
    }
}

/// By the text, so that a list has the same order in every store.
impl Ord for PriceKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for PriceKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PriceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The international pricing table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList(HashMap<PriceKey, Credits>);

impl PriceList {
    /// Returns the price of one message to a region, or of one mail.
    pub fn price(&self, of: impl Into<PriceKey>) -> Credits {
        self.0.get(&of.into()).copied().unwrap_or(DEFAULT_PRICE)
    }
}

impl FromIterator<(PriceKey, Credits)> for PriceList {
    fn from_iter<I: IntoIterator<Item = (PriceKey, Credits)>>(prices: I) -> Self {
        Self(prices.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_does_not_list_costs_one_credit() {
        let saudi_arabia = Region::parse("SA").expect("region");
        let egypt = Region::parse("EG").expect("region");
        let two = Credits::new(2).expect("credits");
        let prices = PriceList::from_iter([(saudi_arabia.into(), two)]);
        assert_eq!(prices.price(saudi_arabia), two);
        assert_eq!(prices.price(egypt), Credits::ONE);
        assert_eq!(prices.price(PriceKey::Email), Credits::ONE);
        let prices = PriceList::from_iter([(PriceKey::Email, two)]);
        assert_eq!(prices.price(PriceKey::Email), two);
        assert_eq!(prices.price(saudi_arabia), Credits::ONE);
    }

    #[test]
    fn a_price_is_for_a_region_or_for_mail() {
        for (text, read) in [
            ("sa", Some("SA")),
            ("001", Some("001")),
            ("EMAIL", Some("EMAIL")),
            ("email", Some("EMAIL")),
            ("MAIL", None),
            ("", None),
        ] {
            let key = PriceKey::parse(text);
            assert_eq!(key.as_ref().ok().map(PriceKey::as_str), read, "{text}");
        }
        let mut keys = ["US", "EMAIL", "EG", "001", "SA"].map(PriceKey::parse);
        keys.sort_unstable_by_key(|key| key.expect("a key"));
        let sorted = keys.map(|key| key.expect("a key").to_string());
        assert_eq!(sorted, ["001", "EG", "EMAIL", "SA", "US"]);
    }
}
