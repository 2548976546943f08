//! Sealers: seal, open and index data with the keys of one owner.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::{Cipher, keyed, mac};
use super::{
    IdentityIndex, OpenError, PersonIndex, ProviderMessageIndex, Purpose, RecipientIndex, Sealed,
    SealedProviderMessageId,
};
use crate::idempotency::Fingerprint;
use crate::ids::{AccountId, MessageId, PersonId, VerificationId};
use crate::keyring::{DataKey, KeyOwner};
use crate::message::ProviderMessageId;
use crate::person::second_factor::{RecoveryCode, RecoveryHash};
use crate::ports::Randomness;
use crate::recipient::{EmailAddress, PhoneNumber, Recipient};
use crate::verification::{CodeHash, Context, ContextHash, HashedContext};

/// Seals, opens and indexes the data of one account.
#[derive(Clone)]
pub struct AccountSealer {
    account: AccountId,
    keys: OwnerKeys,
    recipients: Hmac<Sha256>,
    email_recipients: Hmac<Sha256>,
    provider_numbers: Hmac<Sha256>,
    user_ids: Hmac<Sha256>,
    codes: Hmac<Sha256>,
    contexts: Hmac<Sha256>,
    fingerprints: Hmac<Sha256>,
    pseudonyms: Hmac<Sha256>,
}

impl AccountSealer {
    pub(crate) fn new(account: AccountId, key: &DataKey) -> Self {
        Self {
            account,
            keys: OwnerKeys::new(KeyOwner::Account(account), key),
            recipients: keyed(&key.derive_index_key(b"recipient-index")),
            email_recipients: keyed(&key.derive_index_key(b"email-index")),
            provider_numbers: keyed(&key.derive_index_key(b"provider-number-index")),
            user_ids: keyed(&key.derive_index_key(b"user-id-index")),
            codes: keyed(&key.derive_index_key(b"verification-code-hash")),
            contexts: keyed(&key.derive_index_key(b"verification-context")),
            fingerprints: keyed(&key.derive_index_key(b"request-fingerprint")),
            pseudonyms: keyed(&key.derive_index_key(b"recipient-pseudonym")),
        }
    }

    /// Returns the account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Encrypts `plaintext` for one purpose and one row.
    pub fn seal(
        &self,
        purpose: Purpose,
        row: Uuid,
        plaintext: &str,
        randomness: &dyn Randomness,
    ) -> Sealed {
        self.keys
            .seal(purpose, row.as_bytes(), plaintext, randomness)
    }

    /// Decrypts a ciphertext that was sealed for the same purpose and row.
    pub fn open(
        &self,
        purpose: Purpose,
        row: Uuid,
        sealed: &Sealed,
    ) -> Result<Zeroizing<String>, OpenError> {
        self.keys.open(purpose, row.as_bytes(), sealed)
    }

    /// Returns the blind index of a recipient.
    pub fn recipient_index(&self, recipient: &Recipient) -> RecipientIndex {
        match recipient {
            Recipient::Phone(number) => self.index(number),
            Recipient::Email(address) => self.email_index(address),
        }
    }

    /// Returns the blind index of a phone number. All spellings of one telephone have the same.
    pub fn index(&self, number: &PhoneNumber) -> RecipientIndex {
        RecipientIndex(mac(&self.recipients, &[number.line().as_bytes()]))
    }

    /// Returns the blind index of a mail address. All of its spellings in upper and lower case have the
    /// same.
    pub fn email_index(&self, address: &EmailAddress) -> RecipientIndex {
        RecipientIndex(mac(&self.email_recipients, &[address.folded().as_bytes()]))
    }

    /// Returns the name of a recipient for others: 43 characters of base64url.
    ///
    /// It is always the same for one account. In another account, and without the account's key, nobody
    /// can relate it to the recipient or to a [`RecipientIndex`].
    pub fn pseudonym(&self, recipient: RecipientIndex) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.pseudonyms, &[&recipient.0]))
    }

    /// Returns the blind index of a person's number in the provider's spelling (its `wa_id`).
    pub fn provider_number_index(&self, digits: &str) -> IdentityIndex {
        IdentityIndex(mac(&self.provider_numbers, &[digits.as_bytes()]))
    }

    /// Returns the blind index of the provider's id of a person (its business-scoped user id).
    pub fn user_id_index(&self, user_id: &str) -> IdentityIndex {
        IdentityIndex(mac(&self.user_ids, &[user_id.as_bytes()]))
    }

    /// Returns the stored form of a request's fingerprint. The body of a request may have little that is not
    /// known, such as a code of six digits, which a hash without a key would disclose.
    pub fn key_fingerprint(&self, fingerprint: Fingerprint) -> Fingerprint {
        Fingerprint(mac(&self.fingerprints, &[&fingerprint.0]))
    }

    /// Returns the hash of a code, or of a guess at it. Equal codes of two verifications have unrelated
    /// hashes.
    pub fn hash_code(&self, verification: VerificationId, code: &str) -> CodeHash {
        let id = verification.0;
        CodeHash(mac(&self.codes, &[id.as_bytes(), code.as_bytes()]))
    }

    /// Returns the hashes of a verification's context. In another account, or as another part of a context, the
    /// same text has an unrelated hash.
    pub fn hash_context(&self, context: &Context) -> Option<HashedContext> {
        context.hash(|name, text| {
            let parts = [name.as_bytes(), &[0], text.as_bytes()];
            ContextHash(mac(&self.contexts, &parts))
        })
    }

    /// Seals a provider's message id, because it contains the recipient.
    ///
    /// The installation's key indexes it, because a receipt names no account.
    pub fn seal_provider_message_id(
        &self,
        message: MessageId,
        id: &ProviderMessageId,
        installation: &InstallationSealer,
        randomness: &dyn Randomness,
    ) -> SealedProviderMessageId {
        SealedProviderMessageId {
            index: installation.provider_message_index(id),
            sealed: Some(self.seal(Purpose::ProviderMessageId, message.0, &id.0, randomness)),
        }
    }
}

impl std::fmt::Debug for AccountSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccountSealer({})", self.account)
    }
}

/// Seals, opens and indexes data that has to be found before its account is known.
#[derive(Clone)]
pub struct InstallationSealer {
    keys: OwnerKeys,
    provider_messages: Hmac<Sha256>,
    persons: Hmac<Sha256>,
    recovery_codes: Hmac<Sha256>,
}

impl InstallationSealer {
    pub(crate) fn new(key: &DataKey) -> Self {
        Self {
            keys: OwnerKeys::new(KeyOwner::Installation, key),
            provider_messages: keyed(&key.derive_index_key(b"provider-message-index")),
            persons: keyed(&key.derive_index_key(b"person-index")),
            recovery_codes: keyed(&key.derive_index_key(b"recovery-code-hash")),
        }
    }

    /// Encrypts `plaintext` for one purpose and one row.
    pub fn seal(
        &self,
        purpose: Purpose,
        row: &[u8],
        plaintext: &str,
        randomness: &dyn Randomness,
    ) -> Sealed {
        self.keys.seal(purpose, row, plaintext, randomness)
    }

    /// Decrypts a ciphertext that was sealed for the same purpose and row.
    pub fn open(
        &self,
        purpose: Purpose,
        row: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<String>, OpenError> {
        self.keys.open(purpose, row, sealed)
    }

    /// Returns the blind index of the mail address with which a person signs in. All of its spellings in upper and
    /// lower case have the same.
    pub fn person_index(&self, address: &EmailAddress) -> PersonIndex {
        PersonIndex(mac(&self.persons, &[address.folded().as_bytes()]))
    }

    /// Returns the index under which wrong passwords for a mail address from one network are counted.
    pub fn attempts_index(&self, address: PersonIndex, network: &str) -> PersonIndex {
        let parts = [b"\0attempts".as_slice(), &address.0, network.as_bytes()];
        PersonIndex(mac(&self.persons, &parts))
    }

    /// Returns the index under which wrong proofs of a person are counted, once their password was right.
    pub fn proofs_index(&self, person: PersonId) -> PersonIndex {
        let parts = [b"\0proofs".as_slice(), person.0.as_bytes()];
        PersonIndex(mac(&self.persons, &parts))
    }

    /// Returns the hash of a recovery code. Equal codes of two people have unrelated hashes.
    pub fn hash_recovery_code(&self, person: PersonId, code: &RecoveryCode) -> RecoveryHash {
        let parts = [person.0.as_bytes().as_slice(), code.expose().as_bytes()];
        RecoveryHash(mac(&self.recovery_codes, &parts))
    }

    /// Returns the blind index of a provider's message id.
    pub fn provider_message_index(&self, id: &ProviderMessageId) -> ProviderMessageIndex {
        ProviderMessageIndex(mac(&self.provider_messages, &[id.0.as_bytes()]))
    }
}

impl std::fmt::Debug for InstallationSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstallationSealer(…)")
    }
}

/// The sealing half of an owner's keys, bound to that owner.
#[derive(Clone)]
struct OwnerKeys {
    cipher: Cipher,
    owner: Uuid,
}

impl OwnerKeys {
    fn new(owner: KeyOwner, key: &DataKey) -> Self {
        Self {
            cipher: Cipher::new(key.seal_key()),
            owner: owner.id(),
        }
    }

    fn seal(
        &self,
        purpose: Purpose,
        row: &[u8],
        plaintext: &str,
        randomness: &dyn Randomness,
    ) -> Sealed {
        let context = self.context(purpose, row);
        Sealed(self.cipher.seal(&context, plaintext.as_bytes(), randomness))
    }

    fn open(
        &self,
        purpose: Purpose,
        row: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<String>, OpenError> {
        let plaintext = self.cipher.open(&self.context(purpose, row), &sealed.0)?;
        let text = std::str::from_utf8(&plaintext).map_err(|_| OpenError::Damaged)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Returns the context that a ciphertext is bound to.
    ///
    /// The label is followed by a zero, which no label contains, and the owner has a fixed length. So two
    /// different contexts never have the same bytes.
    fn context(&self, purpose: Purpose, row: &[u8]) -> Vec<u8> {
        [purpose.label(), &[0], self.owner.as_bytes(), row].concat()
    }
}

#[cfg(test)]
mod tests;
