//! Changes of prices, as a person sees them before they apply.

use std::collections::BTreeMap;

use super::PriceKey;
use crate::credits::Credits;

/// A price of a list, beside the one that it takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceChange {
    /// The subject of the price.
    pub key: PriceKey,
    /// The price in the table, which may be the same; `None` if the table has none.
    pub before: Option<Credits>,
    /// The price of the list.
    pub after: Credits,
}

impl PriceChange {
    /// Compares a list with the table, in the order of the list. Other prices of the table are left out: they stay.
    pub fn compare(table: &[(PriceKey, Credits)], list: &[(PriceKey, Credits)]) -> Vec<Self> {
        let table: BTreeMap<_, _> = table.iter().copied().collect();
        let change = |(key, after): &(PriceKey, Credits)| Self {
            key: *key,
            before: table.get(key).copied(),
            after: *after,
        };
        list.iter().map(change).collect()
    }

    /// Returns whether the price becomes another one.
    pub fn is_change(&self) -> bool {
        self.before != Some(self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_adds_changes_and_repeats_prices() {
        let key = |text| PriceKey::parse(text).expect("a key");
        let credits = |number| Credits::new(number).expect("credits");
        let table = [(key("EG"), credits(3)), (key("SA"), credits(2))];
        let list = [
            (key("EG"), credits(3)),
            (key("SA"), credits(4)),
            (key("US"), credits(1)),
        ];
        let changes = PriceChange::compare(&table, &list);
        let found = changes.iter().map(|change| {
            let before = change.before.map(Credits::get);
            (before, change.after.get(), change.is_change())
        });
        let found: Vec<_> = found.collect();
        let expected = [(Some(3), 3, false), (Some(2), 4, true), (None, 1, true)];
        assert_eq!(found, expected);
    }
}
