//! Accounts: the businesses that send passcodes, their contact details, and their rules.

mod change;
mod house;
mod rules;
mod standing;

pub use change::AccountChange;
pub use house::{HOUSE_ACCOUNT, HOUSE_CREDITS, house_caller, house_contact};
pub use rules::AccountRules;
pub use standing::AccountStanding;

use crate::api_key::ApiKeyMode;
use crate::contact_number::ContactNumber;
use crate::ids::AccountId;
use crate::language::LanguageTag;
use crate::notice::MutedTopics;
use crate::ports::Randomness;
use crate::proof::ProofSubject;
use crate::recipient::EmailAddress;
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::time::Timestamp;

/// Contact details as an operator enters them. All of them are personal data: a store only sees
/// them sealed, and `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The person or department responsible for the account.
    pub name: ContactLine,
    /// The address that notices are sent to.
    pub email: EmailAddress,
    /// The phone number of that person or department.
    pub phone: ContactNumber,
    /// The name of the business.
    pub company: ContactLine,
    /// Its postal address.
    pub address: Option<ContactLine>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// An account as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The account whose test account it is; `None` in an account that sends.
    pub test_of: Option<AccountId>,
    /// Its contact details.
    pub contact: SealedContact,
    /// The language of a message if its request names none that is available; also that of notices.
    pub default_language: LanguageTag,
    /// Its own rules.
    pub rules: AccountRules,
    /// The name of its recipients in proofs.
    pub proof_subject: ProofSubject,
    /// The sender of its mails, sealed; `None` if every value is the default.
    pub email_sender: Option<Sealed>,
    /// The topics of notices that are not mailed to it.
    pub muted_topics: MutedTopics,
    /// The time it was opened.
    pub created_at: Timestamp,
}

impl Account {
    /// Returns the mode of its API keys.
    pub fn api_key_mode(&self) -> ApiKeyMode {
        match self.test_of {
            Some(_) => ApiKeyMode::Test,
            None => ApiKeyMode::Live,
        }
    }
}

/// A [`Contact`] with every detail sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedContact {
    /// Sealed [`Contact::name`].
    pub name: Sealed,
    /// Sealed [`Contact::email`].
    pub email: Sealed,
    /// Sealed [`Contact::phone`].
    pub phone: Sealed,
    /// Sealed [`Contact::company`].
    pub company: Sealed,
    /// Sealed [`Contact::address`].
    pub address: Option<Sealed>,
}

impl SealedContact {
    /// Seals every detail for the sealer's account.
    pub fn seal(contact: &Contact, sealer: &AccountSealer, randomness: &dyn Randomness) -> Self {
        let row = sealer.account().0;
        let seal = |purpose, text: &str| sealer.seal(purpose, row, text, randomness);
        let address = contact.address.as_ref();
        Self {
            name: seal(Purpose::ContactName, contact.name.as_str()),
            email: seal(Purpose::ContactEmail, contact.email.as_str()),
            phone: seal(Purpose::ContactPhone, contact.phone.as_str()),
            company: seal(Purpose::ContactCompany, contact.company.as_str()),
            address: address.map(|address| seal(Purpose::ContactAddress, address.as_str())),
        }
    }

    /// Opens every detail.
    pub fn open(&self, sealer: &AccountSealer) -> Result<Contact, OpenError> {
        let row = sealer.account().0;
        let open = |purpose, sealed: &Sealed| sealer.open(purpose, row, sealed);
        let line = |purpose, sealed: &Sealed| ContactLine::open(purpose, sealed, sealer);
        let email = open(Purpose::ContactEmail, &self.email)?;
        let phone = open(Purpose::ContactPhone, &self.phone)?;
        let address = self.address.as_ref();
        Ok(Contact {
            name: line(Purpose::ContactName, &self.name)?,
            email: EmailAddress::parse(&email).map_err(|_| OpenError::Damaged)?,
            phone: ContactNumber::parse(&phone).map_err(|_| OpenError::Damaged)?,
            company: line(Purpose::ContactCompany, &self.company)?,
            address: address
                .map(|address| line(Purpose::ContactAddress, address))
                .transpose()?,
        })
    }
}

/// One line of text about a person or business: 1–200 characters, no control characters, so that it
/// fits in a mail header or a table.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactLine(String);

/// The text is not a contact line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 200 characters on one line")]
pub struct InvalidContactLine;

impl std::fmt::Debug for ContactLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactLine(…)")
    }
}

impl ContactLine {
    /// Opens a sealed line of the sealer's account.
    pub(crate) fn open(
        purpose: Purpose,
        sealed: &Sealed,
        sealer: &AccountSealer,
    ) -> Result<Self, OpenError> {
        let text = sealer.open(purpose, sealer.account().0, sealed)?;
        Self::parse(&text).map_err(|_| OpenError::Damaged)
    }

    /// Reads a line; surrounding white space is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidContactLine> {
        let text = text.trim();
        let fits = (1..=200).contains(&text.chars().count());
        if !fits || text.chars().any(char::is_control) {
            return Err(InvalidContactLine);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_line_is_one_line() {
        assert_eq!(
            ContactLine::parse("  شركة أمل ").map(|l| l.as_str().to_owned()),
            Ok("شركة أمل".to_owned())
        );
        for text in ["", "   ", "a\nb", "a\u{0}b", &"x".repeat(201)] {
            assert!(ContactLine::parse(text).is_err());
        }
    }
}
