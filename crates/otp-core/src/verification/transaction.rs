//! The transaction that a code confirms: an amount that goes to a payee.
//!
//! A code that was sent for one transaction must not confirm another (PSD2, "dynamic linking": Delegated
//! Regulation (EU) 2018/389, article 5). So a check repeats the transaction, and a different one is
//! refused.

use sha2::{Digest as _, Sha256};

/// The longest payee, in characters.
const MAX_PAYEE: usize = 140;

/// The longest amount, in characters.
const MAX_AMOUNT: usize = 20;

/// An amount, its currency and its payee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    amount: String,
    currency: String,
    payee: String,
}

/// The field of a transaction that is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTransaction {
    /// The amount is not a decimal number such as `49.90`.
    #[error("the amount is not a decimal number")]
    Amount,
    /// The currency is not three capital letters (ISO 4217).
    #[error("the currency is not an ISO 4217 code")]
    Currency,
    /// The payee is blank or longer than 140 characters, or has a line break.
    #[error("the payee is not a line of 1 to 140 characters")]
    Payee,
}

/// SHA-256 of a transaction. A store keeps it, and a proof contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransactionHash(pub [u8; 32]);

impl Transaction {
    /// Accepts an amount in digits with an optional decimal point, a currency and a payee.
    pub fn try_new(amount: &str, currency: &str, payee: &str) -> Result<Self, InvalidTransaction> {
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if amount.len() > MAX_AMOUNT || !digits(whole) || !digits(fraction) {
            return Err(InvalidTransaction::Amount);
        }
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(InvalidTransaction::Currency);
        }
        let is_line = !payee.trim().is_empty() && !payee.chars().any(char::is_control);
        if !is_line || payee.chars().count() > MAX_PAYEE {
            return Err(InvalidTransaction::Payee);
        }
        Ok(Self {
            amount: amount.to_owned(),
            currency: currency.to_owned(),
            payee: payee.to_owned(),
        })
    }

    /// Returns SHA-256 of `amount`, `currency` and `payee`, each followed by a line feed. None of them
    /// contains one, so two transactions never have the same text.
    pub fn hash(&self) -> TransactionHash {
        let mut hash = Sha256::new();
        for text in [&self.amount, &self.currency, &self.payee] {
            hash.update(text);
            hash.update(b"\n");
        }
        TransactionHash(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_checked_one_by_one() {
        let long = "x".repeat(141);
        for (amount, currency, payee, expected) in [
            ("49.90", "IQD", "Zain", None),
            ("0", "USD", "شركة", None),
            ("49.", "IQD", "Zain", Some(InvalidTransaction::Amount)),
            (".5", "IQD", "Zain", Some(InvalidTransaction::Amount)),
            ("-1", "IQD", "Zain", Some(InvalidTransaction::Amount)),
            ("1e3", "IQD", "Zain", Some(InvalidTransaction::Amount)),
            ("", "IQD", "Zain", Some(InvalidTransaction::Amount)),
            (
                "123456789012345678901",
                "IQD",
                "Zain",
                Some(InvalidTransaction::Amount),
            ),
            ("1", "iqd", "Zain", Some(InvalidTransaction::Currency)),
            ("1", "IQDD", "Zain", Some(InvalidTransaction::Currency)),
            ("1", "IQD", " ", Some(InvalidTransaction::Payee)),
            ("1", "IQD", "a\nb", Some(InvalidTransaction::Payee)),
            ("1", "IQD", &long, Some(InvalidTransaction::Payee)),
        ] {
            let found = Transaction::try_new(amount, currency, payee).err();
            assert_eq!(found, expected, "{amount} {currency} {payee}");
        }
    }

    #[test]
    fn each_field_is_part_of_the_hash() {
        let hash = |amount, currency, payee| {
            let transaction = Transaction::try_new(amount, currency, payee);
            transaction.expect("valid").hash()
        };
        let of = hash("10.00", "IQD", "Zain");
        assert_eq!(of, hash("10.00", "IQD", "Zain"));
        for other in [
            hash("10.0", "IQD", "Zain"),
            hash("10.00", "USD", "Zain"),
            hash("10.00", "IQD", "Zaim"),
        ] {
            assert_ne!(of, other);
        }
        // printf '10.00\nIQD\nZain\n' | sha256sum
        let hex: String = of.0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "969e6b0fb3459562f2db957b3b38657c5736a2b0b4f3eb52c17bd1cc3ef7a43d"
        );
    }
}
