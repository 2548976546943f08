//! Create an account.

use crate::account::{Account, Contact, SealedContact};
use crate::ids::AccountId;
use crate::language::LanguageTag;
use crate::ports::{Accounts, Clock, PortError, Randomness};
use crate::sealing::{Purpose, Sealed, Sealer};

/// Creates an account, its contact details sealed.
pub async fn create_account(
    accounts: &dyn Accounts,
    (clock, randomness): (&dyn Clock, &dyn Randomness),
    sealer: &Sealer,
    contact: &Contact,
    default_language: LanguageTag,
) -> Result<Account, PortError> {
    let now = clock.now();
    let seal = |text: &str| -> Sealed { sealer.seal(Purpose::Contact, text, randomness) };
    let account = Account {
        id: AccountId::generate(now, randomness),
        contact: SealedContact {
            name: seal(contact.name.as_str()),
            email: seal(contact.email.as_str()),
            phone: seal(contact.phone.as_str()),
            company: seal(contact.company.as_str()),
            address: contact
                .address
                .as_ref()
                .map(|address| seal(address.as_str())),
        },
        default_language,
        created_at: now,
    };
    accounts.create(&account).await?;
    Ok(account)
}
