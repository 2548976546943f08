//! Personal data and secrets at rest: AES-256-GCM ciphertexts, and HMAC-SHA-256 blind indexes for
//! finding a recipient or a provider's message id.
//!
//! The core seals the data before a port sees it, so no store can keep a number in the clear by mistake.
//! The keys come from the [`keyring`](crate::keyring): each account has its own, and the installation has
//! one for data that must be found before its account is known. The authenticated data binds a ciphertext
//! to its purpose, its owner and its row, so a copy in another place does not open.

mod cipher;
mod index;
mod sealed;
mod sealer;

pub use index::{IdentityIndex, PersonIndex, ProviderMessageIndex, RecipientIndex};
pub use sealed::{OpenError, Purpose, Sealed, SealedProviderMessageId};
pub use sealer::{AccountSealer, InstallationSealer};

pub(crate) use cipher::{Cipher, keyed, mac};
