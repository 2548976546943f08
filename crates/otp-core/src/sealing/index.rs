//! Blind indexes: keyed hashes by which a store finds values that it cannot read.

/// Keyed hash of a recipient under an account's key.
///
/// It is equal for equal recipients of one account, and unrelated to the index of the same recipient in
/// another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientIndex(pub [u8; 32]);

/// Keyed hash of the mail address with which a person signs in.
///
/// The key is the installation's, because a person is found before their accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonIndex(pub [u8; 32]);

/// Keyed hash of a provider's message id.
///
/// The key is the installation's, because a receipt names no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderMessageIndex(pub [u8; 32]);

/// Keyed hash of a provider's identity of a person, under an account's key.
///
/// The identity is the provider's spelling of the person's number, or its user id. The indexes of the two
/// kinds have different keys, and neither has the key of a [`RecipientIndex`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityIndex(pub [u8; 32]);
