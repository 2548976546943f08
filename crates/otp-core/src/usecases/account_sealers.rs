//! Account sealers: open the keys of accounts for other use cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::ids::{AccountId, MessageId, VerificationId};
use crate::keyring::{AccountKey, MasterKeys};
use crate::passcode::Passcode;
use crate::ports::{Directory, Keyring, PortError};
use crate::recipient::Recipient;
use crate::reviewer::ReviewerNumber;
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::verification::OwnCode;

/// Finds the sealer of an account.
#[derive(Clone)]
pub struct AccountSealers {
    /// Looks up the keys.
    pub directory: Arc<dyn Directory>,
    /// Opens them.
    pub master_keys: Arc<MasterKeys>,
}

/// A stored recipient does not open.
#[derive(Debug, thiserror::Error)]
#[error("the recipient cannot be read")]
pub struct UnreadableRecipient(#[source] Box<dyn std::error::Error + Send + Sync>);

impl AccountSealers {
    /// Returns the account's sealer; `None` if the account does not exist or its key is deleted.
    pub async fn find(&self, account: AccountId) -> Result<Option<Arc<AccountSealer>>, PortError> {
        let Some(key) = self.directory.find_account_key(account).await? else {
            return Ok(None);
        };
        open_key(&key, &self.master_keys).map(Some)
    }
}

/// Opens the key of an account.
pub(super) fn open_key(
    key: &AccountKey,
    master_keys: &MasterKeys,
) -> Result<Arc<AccountSealer>, PortError> {
    let opened = key.open(master_keys);
    opened.map_err(|error| PortError::Backend(error.into()))
}

/// Returns the sealers of these accounts, with one look-up. An account without a key is left out.
pub(super) async fn open_all(
    keyring: &dyn Keyring,
    master_keys: &MasterKeys,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, AccountSealer>, PortError> {
    let keys = keyring.find_account_keys(accounts).await?;
    let opened = keys.into_iter().map(|(account, key)| {
        let sealer = master_keys.account_sealer(account, &key);
        let sealer = sealer.map_err(|error| PortError::Backend(error.into()))?;
        Ok((account, sealer))
    });
    opened.collect()
}

impl From<OpenError> for UnreadableRecipient {
    fn from(error: OpenError) -> Self {
        Self(error.into())
    }
}

/// Opens the recipient of a message.
///
/// Returns `None` if the message is erased or its account's key is deleted.
pub(super) fn open_recipient(
    sealer: Option<&AccountSealer>,
    message: MessageId,
    recipient: Option<&Sealed>,
) -> Result<Option<Recipient>, UnreadableRecipient> {
    open(sealer, (Purpose::Recipient, message.0), recipient)
}

/// Opens the recipient of a verification.
///
/// Returns `None` if the verification is erased or its account's key is deleted.
pub(super) fn open_verified(
    sealer: Option<&AccountSealer>,
    verification: VerificationId,
    recipient: Option<&Sealed>,
) -> Result<Option<Recipient>, UnreadableRecipient> {
    let of = (Purpose::VerificationRecipient, verification.0);
    open(sealer, of, recipient)
}

/// Opens a recipient that the fallback of a verification names.
///
/// Returns `None` if the account's key is deleted.
pub(super) fn open_step(
    sealer: Option<&AccountSealer>,
    verification: VerificationId,
    recipient: &Sealed,
) -> Result<Option<Recipient>, UnreadableRecipient> {
    let of = (Purpose::FallbackRecipient, verification.0);
    open(sealer, of, Some(recipient))
}

/// Opens the code of a verification.
pub(super) fn open_code(
    sealer: &AccountSealer,
    verification: VerificationId,
    code: &Sealed,
) -> Result<Passcode, PortError> {
    let code = sealer.open(Purpose::VerificationCode, verification.0, code);
    let code = code.map_err(|error| PortError::Backend(error.into()))?;
    Passcode::parse(Some(&code)).map_err(|error| PortError::Backend(error.into()))
}

/// Opens the code of a reviewer number.
pub(super) fn open_reviewer_code(
    sealer: &AccountSealer,
    number: &ReviewerNumber,
) -> Result<OwnCode, PortError> {
    let code = sealer.open(Purpose::ReviewerCode, number.id.0, &number.code);
    let code = code.map_err(|error| PortError::Backend(error.into()))?;
    OwnCode::parse(&code).map_err(|error| PortError::Backend(error.into()))
}

fn open(
    sealer: Option<&AccountSealer>,
    (purpose, row): (Purpose, Uuid),
    sealed: Option<&Sealed>,
) -> Result<Option<Recipient>, UnreadableRecipient> {
    let Some((sealer, sealed)) = sealer.zip(sealed) else {
        return Ok(None);
    };
    let opened = sealer.open(purpose, row, sealed)?;
    Recipient::restore(&opened)
        .map(Some)
        .map_err(|error| UnreadableRecipient(error.into()))
}
