//! Plans: the credits that can be ordered, and their price in money.

use crate::credits::Credits;
use crate::ids::PlanId;
use crate::time::Timestamp;

/// A plan that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// The credits it grants.
    pub credits: Credits,
    /// Its price; `None` if it is negotiated.
    pub price: Option<Money>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time it was retired, if it was. It can then no longer be granted.
    pub retired_at: Option<Timestamp>,
}

impl Plan {
    /// Returns whether it can be ordered and granted.
    pub const fn is_offered(&self) -> bool {
        self.retired_at.is_none()
    }
}

/// An amount of money in the smallest unit of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Cents, fils, yen …
    pub minor_units: i64,
    /// The currency.
    pub currency: Currency,
}

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency([u8; 3]);

/// The reason a text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// Not three letters.
    #[error("a currency is the three letters of its ISO 4217 code, such as USD")]
    Currency,
    /// Not a decimal number, or one that is negative, too large or too precise for the currency.
    #[error(
        "a price is a decimal number such as 19.99, no finer than its currency's smallest unit"
    )]
    Amount,
}

/// The currencies whose smallest unit is not a hundredth (ISO 4217, exponents 0 and 3).
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// Reads three letters, in either case.
    pub fn parse(text: &str) -> Result<Self, InvalidMoney> {
        let upper = text.to_ascii_uppercase();
        match <[u8; 3]>::try_from(upper.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            Ok(_) | Err(_) => Err(InvalidMoney::Currency),
        }
    }

    /// Returns the code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the number of decimals of its smallest unit.
    pub fn decimals(&self) -> usize {
        if NO_DECIMALS.contains(self.as_str()) {
            0
        } else if THREE_DECIMALS.contains(self.as_str()) {
            3
        } else {
            2
        }
    }
}

impl Money {
    /// Reads a decimal amount of a currency: `19.99`, `20`.
    pub fn parse(amount: &str, currency: &str) -> Result<Self, InvalidMoney> {
        let currency = Currency::parse(currency)?;
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let sound = !whole.is_empty()
            && digits(whole)
            && digits(fraction)
            && fraction.len() <= currency.decimals()
            && !amount.ends_with('.');
        if !sound {
            return Err(InvalidMoney::Amount);
        }
        let text = format!("{whole}{fraction:0<width$}", width = currency.decimals());
        let minor_units = text.parse().map_err(|_| InvalidMoney::Amount)?;
        Ok(Self {
            minor_units,
            currency,
        })
    }

    /// Returns the amount as a decimal number: `19.99`.
    pub fn to_decimal(&self) -> String {
        let decimals = self.currency.decimals();
        let digits = format!("{:0>width$}", self.minor_units, width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        if decimals == 0 {
            whole.to_owned()
        } else {
            format!("{whole}.{fraction}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: &str, currency: &str, expected: Result<(i64, &str), InvalidMoney>) {
        let money = Money::parse(amount, currency);
        let found = money.as_ref().map(|m| (m.minor_units, m.to_decimal()));
        assert_eq!(
            found,
            expected
                .as_ref()
                .map(|(minor, text)| (*minor, (*text).to_owned()))
        );
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        check("19.99", "usd", Ok((1_999, "19.99")));
        check("20", "EUR", Ok((2_000, "20.00")));
        check("0.5", "USD", Ok((50, "0.50")));
        check("1500", "JPY", Ok((1_500, "1500")));
        check("1.250", "IQD", Ok((1_250, "1.250")));
    }

    #[test]
    fn other_texts_are_refused() {
        for amount in [
            "",
            "-1",
            "1,5",
            "1.999",
            "1.",
            ".5",
            "1e3",
            "99999999999999999999",
        ] {
            check(amount, "USD", Err(InvalidMoney::Amount));
        }
        check("1.5", "JPY", Err(InvalidMoney::Amount));
        for currency in ["", "US", "DOLLAR", "U$D", "١٢٣"] {
            check("1", currency, Err(InvalidMoney::Currency));
        }
    }
}
