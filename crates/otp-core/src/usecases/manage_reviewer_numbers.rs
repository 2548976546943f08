//! Manage reviewer numbers: enters, removes and lists them, for an operator.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::ids::{AccountId, ReviewerNumberId};
use crate::person::permission::StaffAction;
use crate::ports::{Accounts, Clock, PortError, Randomness, ReviewerNumbers};
use crate::recipient::{PhoneNumber, Recipient};
use crate::reviewer::{MAX_LIFETIME, MAX_NUMBERS, MIN_LIFETIME, ReviewerNumber};
use crate::sealing::{AccountSealer, OpenError, Purpose};
use crate::time::Timestamp;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::staff_actor::StaffActor;
use crate::verification::OwnCode;

/// Manages reviewer numbers.
#[derive(Clone)]
pub struct ManageReviewerNumbers {
    /// Stores them.
    pub numbers: Arc<dyn ReviewerNumbers>,
    /// Knows which accounts are test accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Seals numbers and codes.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids and nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// A reviewer number as an operator enters it.
#[derive(Debug, Clone)]
pub struct NewReviewerNumber {
    /// The account.
    pub account_id: AccountId,
    /// The number.
    pub to: PhoneNumber,
    /// Its code.
    pub code: OwnCode,
    /// After this time it is a number like any other.
    pub lifetime: Duration,
}

/// A reviewer number, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownReviewerNumber {
    /// The number.
    pub to: Recipient,
    /// The time it was entered.
    pub created_at: Timestamp,
    /// The time of its end.
    pub expires_at: Timestamp,
}

/// The reason reviewer numbers were not changed or listed.
#[derive(Debug, thiserror::Error)]
pub enum ManageReviewerNumbersError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The account does not exist, or its key is deleted.
    #[error("no account has that id")]
    AccountNotFound,
    /// It is a test account, whose messages reach nobody anyway.
    #[error("a test account has no reviewer numbers; name the account that it belongs to")]
    TestAccount,
    /// It would end at once, or too late.
    #[error("a reviewer number lasts a second at least and 90 days at most")]
    InvalidLifetime,
    /// The account has too many.
    #[error("the account has {MAX_NUMBERS} reviewer numbers; remove one first")]
    TooMany,
    /// The account has no such number.
    #[error("the account has no such reviewer number")]
    NumberNotFound,
    /// A number does not open.
    #[error("a reviewer number cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ManageReviewerNumbers {
    /// Enters a number. An earlier entry of the same number is replaced.
    pub async fn add(
        &self,
        new: NewReviewerNumber,
        by: StaffActor<'_>,
    ) -> Result<ShownReviewerNumber, ManageReviewerNumbersError> {
        let by = authorised(by)?;
        let now = self.clock.now();
        if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&new.lifetime) {
            return Err(ManageReviewerNumbersError::InvalidLifetime);
        }
        let expires_at = now + new.lifetime;
        let sealer = self.sealer(new.account_id).await?;
        let id = ReviewerNumberId::generate(now, &*self.randomness);
        let seal = |purpose, text: &str| sealer.seal(purpose, id.0, text, &*self.randomness);
        let number = ReviewerNumber {
            id,
            account_id: new.account_id,
            recipient_index: sealer.index(&new.to),
            recipient: seal(Purpose::ReviewerNumber, new.to.e164()),
            code: seal(Purpose::ReviewerCode, new.code.passcode().expose()),
            created_at: now,
            expires_at,
        };
        let entry = self.entry(AuditAction::AddReviewerNumber, new.account_id, by);
        if !self.numbers.add_reviewer_number(&number, &entry).await? {
            return Err(ManageReviewerNumbersError::TooMany);
        }
        Ok(ShownReviewerNumber {
            to: new.to.into(),
            created_at: now,
            expires_at,
        })
    }

    /// Removes a number: it is one like any other within half a second.
    pub async fn remove(
        &self,
        account: AccountId,
        to: &PhoneNumber,
        by: StaffActor<'_>,
    ) -> Result<(), ManageReviewerNumbersError> {
        let by = authorised(by)?;
        let index = self.sealer(account).await?.index(to);
        let entry = self.entry(AuditAction::RemoveReviewerNumber, account, by);
        let removed = self.numbers.remove_reviewer_number(account, index, &entry);
        if removed.await? {
            Ok(())
        } else {
            Err(ManageReviewerNumbersError::NumberNotFound)
        }
    }

    /// Returns the account's numbers, oldest first, including ended ones.
    pub async fn list(
        &self,
        account: AccountId,
    ) -> Result<Vec<ShownReviewerNumber>, ManageReviewerNumbersError> {
        let sealer = self.sealer(account).await?;
        let numbers = self.numbers.list_reviewer_numbers(account).await?;
        let shown = numbers.iter().map(|number| {
            let to = sealer.open(Purpose::ReviewerNumber, number.id.0, &number.recipient)?;
            Ok(ShownReviewerNumber {
                to: Recipient::restore(&to).map_err(|_| OpenError::Damaged)?,
                created_at: number.created_at,
                expires_at: number.expires_at,
            })
        });
        shown.collect()
    }

    async fn sealer(
        &self,
        account: AccountId,
    ) -> Result<Arc<AccountSealer>, ManageReviewerNumbersError> {
        let found = self.accounts.find(account).await?;
        let found = found.ok_or(ManageReviewerNumbersError::AccountNotFound)?;
        if found.test_of.is_some() {
            return Err(ManageReviewerNumbersError::TestAccount);
        }
        let sealer = self.sealers.find(account).await?;
        sealer.ok_or(ManageReviewerNumbersError::AccountNotFound)
    }

    fn entry(&self, action: AuditAction, account: AccountId, actor: Actor) -> AuditEntry {
        let at = self.clock.now();
        AuditEntry::new(actor, action, account.0, at, &*self.randomness)
    }
}

fn authorised(by: StaffActor<'_>) -> Result<Actor, ManageReviewerNumbersError> {
    let by = by.authorise(StaffAction::ManageAccounts);
    by.ok_or(ManageReviewerNumbersError::Forbidden)
}
