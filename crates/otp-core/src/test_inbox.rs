//! Test inboxes: what test keys send stays here, for a test to read.

use std::time::Duration;

use crate::channel::Channel;
use crate::ids::{AccountId, MessageId};
use crate::passcode::Passcode;
use crate::ports::Randomness;
use crate::recipient::Recipient;
use crate::sealing::{AccountSealer, OpenError, Purpose, RecipientIndex, Sealed};
use crate::test_number::{LifePosition, TestNumber};
use crate::time::Timestamp;

/// How long a message is kept.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// At most this many messages of a test account are kept, besides those whose life is not over.
pub const MAX_KEPT: usize = 1_000;

/// At most this many messages are shown at a time, newest first.
pub const MAX_SHOWN: usize = 100;

/// A message in a test inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestMessage {
    /// The message.
    pub message_id: MessageId,
    /// The test account.
    pub account_id: AccountId,
    /// The channel that would have carried it.
    pub channel: Channel,
    /// The blind index of the recipient.
    pub recipient_index: RecipientIndex,
    /// The recipient, sealed.
    pub recipient: Sealed,
    /// The code, sealed.
    pub code: Sealed,
    /// The time it was accepted.
    pub received_at: Timestamp,
    /// The next report about it; `None` once its life is over.
    pub life: Option<LifePosition>,
}

/// A message for a test inbox, ready to be handed over.
#[derive(Debug, Clone)]
pub struct OutgoingTest {
    /// The message, as the inbox keeps it.
    pub message: TestMessage,
    /// The test number that it goes to, if it goes to one.
    pub number: Option<TestNumber>,
    /// How long the hand-over may take.
    pub timeout: Duration,
}

/// The messages of an inbox that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestInboxQuery {
    /// The test account.
    pub account_id: AccountId,
    /// Only those to this recipient.
    pub recipient_index: Option<RecipientIndex>,
    /// Only those that were accepted at this time or later.
    pub from: Option<Timestamp>,
    /// At most this many.
    pub limit: usize,
}

/// The life of a message after a report, if it is still where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeProgress {
    /// The message.
    pub message_id: MessageId,
    /// The report that was made.
    pub from: LifePosition,
    /// The next one; `None` if the life is over.
    pub to: Option<LifePosition>,
}

/// A message in a test inbox, in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownTestMessage {
    /// The recipient.
    pub to: Recipient,
    /// The channel that would have carried it.
    pub channel: Channel,
    /// The code.
    pub code: Passcode,
    /// The time it was accepted.
    pub received_at: Timestamp,
}

impl TestMessage {
    /// Seals a message of the sealer's account, whose life begins now if it arrives.
    pub fn seal(
        message_id: MessageId,
        (to, code): (&Recipient, &Passcode),
        received_at: Timestamp,
        sealer: &AccountSealer,
        randomness: &dyn Randomness,
    ) -> Self {
        let seal = |purpose, text: &str| sealer.seal(purpose, message_id.0, text, randomness);
        let number = TestNumber::to(to);
        // Mail servers report nothing.
        let reports = matches!(to, Recipient::Phone(_));
        Self {
            message_id,
            account_id: sealer.account(),
            channel: to.channel(),
            recipient_index: sealer.recipient_index(to),
            recipient: seal(Purpose::TestRecipient, to.as_str()),
            code: seal(Purpose::TestCode, code.expose()),
            received_at,
            life: LifePosition::begin(number, received_at).filter(|_| reports),
        }
    }

    /// Opens the message.
    pub fn open(&self, sealer: &AccountSealer) -> Result<ShownTestMessage, OpenError> {
        let open = |purpose, sealed| sealer.open(purpose, self.message_id.0, sealed);
        let to = open(Purpose::TestRecipient, &self.recipient)?;
        let code = open(Purpose::TestCode, &self.code)?;
        Ok(ShownTestMessage {
            to: Recipient::restore(&to).map_err(|_| OpenError::Damaged)?,
            channel: self.channel,
            code: Passcode::parse(Some(&code)).map_err(|_| OpenError::Damaged)?,
            received_at: self.received_at,
        })
    }
}
