//! The provider's names for a person, and the recipient they belong to.
//!
//! A provider may name a person by a number in its own spelling, or by a user id without a number.

use zeroize::Zeroizing;

use crate::ids::AccountId;
use crate::sealing::{AccountSealer, IdentityIndex, RecipientIndex};
use crate::time::Timestamp;

/// The names a provider has for a person. It may give both, either or neither. They are personal
/// data: `Debug` hides them, and a store only sees blind indexes or sealed values.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ProviderIdentities {
    user_id: Option<String>,
    number: Option<String>,
}

impl ProviderIdentities {
    /// Takes the business-scoped user id, which changes with the person's number, and the number in
    /// the provider's spelling. A name with control characters is ignored.
    pub fn new(user_id: Option<&str>, number: Option<&str>) -> Self {
        let name = |text: Option<&str>| {
            let text = text.filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
            text.map(str::to_owned)
        };
        Self {
            user_id: name(user_id),
            number: name(number),
        }
    }

    /// Returns the user id.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// Returns the number in the provider's spelling.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// Returns whether the provider gave no name.
    pub fn is_empty(&self) -> bool {
        self.user_id.is_none() && self.number.is_none()
    }

    /// Returns the blind indexes of the names for one account, the more reliable name first.
    pub fn indexes(&self, sealer: &AccountSealer) -> Vec<IdentityIndex> {
        let user_id = self.user_id.as_deref().map(|id| sealer.user_id_index(id));
        let number = self.number.as_deref();
        let number = number.map(|digits| sealer.provider_number_index(digits));
        [user_id, number].into_iter().flatten().collect()
    }

    /// Writes the names on two lines, for sealing.
    pub fn to_text(&self) -> Zeroizing<String> {
        let line = |name: &Option<String>| name.clone().unwrap_or_default();
        Zeroizing::new(format!("{}\n{}", line(&self.user_id), line(&self.number)))
    }

    /// Reads the result of [`ProviderIdentities::to_text`].
    pub fn from_text(text: &str) -> Self {
        let (user_id, number) = text.split_once('\n').unwrap_or((text, ""));
        Self::new(Some(user_id), Some(number))
    }
}

impl std::fmt::Debug for ProviderIdentities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let given = |name: &Option<String>| name.is_some();
        f.debug_struct("ProviderIdentities")
            .field("user_id", &given(&self.user_id))
            .field("number", &given(&self.number))
            .finish()
    }
}

/// A name of the provider and the recipient it belongs to, for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIdentity {
    /// The account.
    pub account_id: AccountId,
    /// The provider's name for the person.
    pub identity: IdentityIndex,
    /// The recipient.
    pub recipient_index: RecipientIndex,
    /// The time of the provider's report, by its clock.
    pub seen_at: Timestamp,
}

impl KnownIdentity {
    /// Returns whether it replaces `earlier`, which must be of a different recipient and older. A
    /// user id belongs to a different recipient after the person has changed their number.
    pub fn replaces(&self, earlier: Option<(RecipientIndex, Timestamp)>) -> bool {
        earlier.is_none_or(|(recipient, seen_at)| {
            recipient != self.recipient_index && seen_at < self.seen_at
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_read_back_and_debug_hides_them() {
        for (user_id, number) in [
            (Some("SA.1"), Some("966551234567")),
            (Some("SA.1"), None),
            (None, Some("966551234567")),
            (None, None),
        ] {
            let names = ProviderIdentities::new(user_id, number);
            assert_eq!(ProviderIdentities::from_text(&names.to_text()), names);
            assert!(!format!("{names:?}").contains("966"));
        }
        let broken = ProviderIdentities::new(Some("SA\n1"), Some(""));
        assert!(broken.is_empty());
    }

    #[test]
    fn only_a_newer_pair_with_a_different_recipient_replaces_the_known_one() {
        let recipient = |n: u8| RecipientIndex([n; 32]);
        let at = |second| Timestamp::from_unix_millis(0) + Duration::from_secs(second);
        let known = KnownIdentity {
            account_id: AccountId(Uuid::nil()),
            identity: IdentityIndex([20; 32]),
            recipient_index: recipient(1),
            seen_at: at(5),
        };
        for (earlier, replaces) in [
            (None, true),
            (Some((recipient(1), at(1))), false),
            (Some((recipient(1), at(9))), false),
            (Some((recipient(2), at(4))), true),
            (Some((recipient(2), at(5))), false),
            (Some((recipient(2), at(9))), false),
        ] {
            assert_eq!(known.replaces(earlier), replaces, "{earlier:?}");
        }
    }
}
