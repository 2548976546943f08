//! People who sign in to the pages: account holders and staff.
//!
//! - [`device`]: what a session's list says of a browser.
//! - [`password`]: which passwords are accepted.
//! - [`permission`]: what a role may do.
//! - [`second_factor`]: the codes of an authenticator app, and what replaces it.
//! - [`session`]: how long a person stays signed in, and when an action needs a new proof.
//! - [`sign_in`]: how long a person waits after wrong passwords.
//! - [`staff`]: the people of the operator.
//! - [`team`]: the people of an account.

pub mod device;
mod membership;
pub mod password;
pub mod permission;
pub mod second_factor;
mod security_record;
pub mod session;
pub mod sign_in;
pub mod staff;
pub mod team;

pub use membership::{AccountRole, Membership};
pub use security_record::SecurityRecord;

use crate::account::{Account, ContactLine};
use crate::ids::PersonId;
use crate::keyring::WrappedKey;
use crate::ports::Randomness;
use crate::recipient::EmailAddress;
use crate::sealing::{InstallationSealer, OpenError, PersonIndex, Purpose, Sealed};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use password::PasswordHash;

/// A person, as a store keeps it. Name and address are sealed with the installation's key, because a person is found
/// before their accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// The blind index of the mail address. No two persons have the same.
    pub email_index: PersonIndex,
    /// The mail address, sealed. The person has proven that it is theirs.
    pub email: Sealed,
    /// The name, sealed.
    pub name: Sealed,
    /// The hash of the password.
    pub password: PasswordHash,
    /// The language of their mails, and of pages that a browser asks for in no other.
    pub language: UiLanguage,
    /// The time they signed up.
    pub created_at: Timestamp,
}

/// The data of a person in the clear. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalDetails {
    /// The mail address.
    pub email: EmailAddress,
    /// The name.
    pub name: ContactLine,
}

impl std::fmt::Debug for PersonalDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonalDetails(…)")
    }
}

impl Person {
    /// Seals a person's details.
    pub fn seal(
        (id, details, password): (PersonId, &PersonalDetails, PasswordHash),
        language: UiLanguage,
        now: Timestamp,
        (sealer, randomness): (&InstallationSealer, &dyn Randomness),
    ) -> Self {
        let row = id.0.as_bytes();
        let seal = |purpose, text: &str| sealer.seal(purpose, row, text, randomness);
        Self {
            id,
            email_index: sealer.person_index(&details.email),
            email: seal(Purpose::PersonEmail, details.email.as_str()),
            name: Self::seal_name(id, &details.name, (sealer, randomness)),
            password,
            language,
            created_at: now,
        }
    }

    /// Seals the name of the person with this id.
    pub fn seal_name(
        id: PersonId,
        name: &ContactLine,
        (sealer, randomness): (&InstallationSealer, &dyn Randomness),
    ) -> Sealed {
        let row = id.0.as_bytes();
        sealer.seal(Purpose::PersonName, row, name.as_str(), randomness)
    }

    /// Opens the person's details.
    pub fn open(&self, sealer: &InstallationSealer) -> Result<PersonalDetails, OpenError> {
        let row = self.id.0.as_bytes();
        let email = sealer.open(Purpose::PersonEmail, row, &self.email)?;
        let name = sealer.open(Purpose::PersonName, row, &self.name)?;
        Ok(PersonalDetails {
            email: EmailAddress::parse(&email).map_err(|_| OpenError::Damaged)?,
            name: ContactLine::parse(&name).map_err(|_| OpenError::Damaged)?,
        })
    }
}

/// A person who opens an account by signing up.
#[derive(Debug, Clone)]
pub struct NewHolder {
    /// The person.
    pub person: Person,
    /// The account.
    pub account: Account,
    /// The account's key.
    pub key: WrappedKey,
    /// The person's role in the account.
    pub membership: Membership,
}
