//! Which recipient the provider means: what resolving a consent request depends on.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::ports::Recalled;
use otp_core::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex, Sealed};
use otp_core::time::Timestamp;

use crate::Col;
use crate::column::by_name;

by_name! {
    /// An account that sends from a number of the provider's.
    pub struct NumberAccountRow {
        phone_number_id: Col<ProviderId>,
        account_id: Col<AccountId>,
    }
}

impl NumberAccountRow {
    /// Adds the account to the facts.
    pub fn add_to(self, facts: &mut ResolutionFacts) {
        let accounts = facts.accounts.entry(self.phone_number_id.0).or_default();
        accounts.insert(self.account_id.0);
    }
}

by_name! {
    /// The recipient of a message that a request answers.
    pub struct ContextRow {
        provider_index: Col<ProviderMessageIndex>,
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
    }
}

impl ContextRow {
    /// Adds the recipient to the facts.
    pub fn add_to(self, facts: &mut ResolutionFacts) {
        let recipient = (self.account_id.0, self.recipient_index.0);
        facts.contexts.insert(self.provider_index.0, recipient);
    }
}

by_name! {
    /// The recipient that an identity belongs to.
    pub struct IdentityRow {
        account_id: Col<AccountId>,
        identity: Col<IdentityIndex>,
        recipient_index: Col<RecipientIndex>,
        seen_at: Col<Timestamp>,
    }
}

impl IdentityRow {
    /// Adds the recipient to the facts.
    pub fn add_to(self, facts: &mut ResolutionFacts) {
        facts.identities.insert(
            (self.account_id.0, self.identity.0),
            (self.recipient_index.0, self.seen_at.0),
        );
    }
}

by_name! {
    /// A recipient, and the number as a message has it sealed; NULL if no message has.
    pub struct RecipientRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        recipient: Col<Option<Sealed>>,
    }
}

impl RecipientRow {
    /// Adds the number to the facts, if there is one.
    pub fn add_to(self, facts: &mut ResolutionFacts) {
        if let Some(sealed) = self.recipient.0 {
            let recipient = (self.account_id.0, self.recipient_index.0);
            facts.recipients.insert(recipient, sealed);
        }
    }
}

by_name! {
    /// The recipient of a message, and the recipient an identity belongs to, if that is known.
    pub struct RecalledRow {
        position: Col<i32>,
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        known_index: Col<Option<RecipientIndex>>,
        seen_at: Col<Option<Timestamp>>,
    }
}

impl RecalledRow {
    /// Puts the answer into the place of its question.
    pub fn place_in(self, places: &mut [Option<Recalled>]) {
        let place = usize::try_from(self.position.0).ok();
        if let Some(place) = place.and_then(|place| places.get_mut(place)) {
            *place = Some(Recalled {
                account_id: self.account_id.0,
                recipient_index: self.recipient_index.0,
                known: self.known_index.0.zip(self.seen_at.0),
            });
        }
    }
}
