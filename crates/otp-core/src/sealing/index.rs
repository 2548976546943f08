//! Blind indexes: keyed hashes by which a store finds what it cannot read.

/// Keyed hash of a recipient under an account's key. Equal for equal recipients of one account, and
/// unrelated to the index of the same recipient at another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientIndex(pub [u8; 32]);

/// Keyed hash of a provider's message id under the installation's key: a receipt names no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderMessageIndex(pub [u8; 32]);

/// Keyed hash, under an account's key, of a name the provider has for a person: its spelling of their
/// number, or its user id. The two kinds never collide, nor do they with a [`RecipientIndex`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityIndex(pub [u8; 32]);
