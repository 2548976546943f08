//! The accounts and recipients that a consent request concerns, and the provider's names for them.

use std::collections::HashMap;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::{AccountId, MessageId};
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{AnsweredMessage, ConsentTargets, Recalled, StoredRecipient};
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
    /// Adds the account to the targets.
    pub fn add_to(self, targets: &mut ConsentTargets) {
        let accounts = targets.accounts.entry(self.phone_number_id.0).or_default();
        accounts.insert(self.account_id.0);
    }
}

by_name! {
    /// A message that a request answers; its recipient is NULL once it is erased.
    pub struct AnsweredMessageRow {
        provider_index: Col<ProviderMessageIndex>,
        message_id: Col<MessageId>,
        account_id: Col<AccountId>,
        recipient_index: Col<Option<RecipientIndex>>,
        recipient: Col<Option<Sealed>>,
    }
}

impl AnsweredMessageRow {
    /// Adds the message to the targets.
    pub fn add_to(self, targets: &mut ConsentTargets) {
        let message_id = self.message_id.0;
        let recipient = self.recipient.0;
        let message = AnsweredMessage {
            account_id: self.account_id.0,
            recipient_index: self.recipient_index.0,
            recipient: recipient.map(|sealed| StoredRecipient { message_id, sealed }),
        };
        targets.answered.insert(self.provider_index.0, message);
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
    /// Adds the recipient to those that were found.
    pub fn add_to(
        self,
        found: &mut HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>,
    ) {
        found.insert(
            (self.account_id.0, self.identity.0),
            (self.recipient_index.0, self.seen_at.0),
        );
    }
}

by_name! {
    /// A recipient that was sent to, as a message has it.
    pub struct ContactedRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        message_id: Col<MessageId>,
        recipient: Col<Sealed>,
    }
}

impl ContactedRow {
    /// Adds the recipient to those that were found.
    pub fn add_to(self, found: &mut HashMap<Recipient, StoredRecipient>) {
        let recipient = (self.account_id.0, self.recipient_index.0);
        let stored = StoredRecipient {
            message_id: self.message_id.0,
            sealed: self.recipient.0,
        };
        found.insert(recipient, stored);
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
