//! A verification of a history, and the promises about it and its messages.

use std::collections::BTreeMap;

use otp_core::channel::Channel;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::message::MessageStatus;
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::verification::{VerificationRecord, VerificationStatus};
use proptest::prelude::{prop_assert, prop_assert_eq};

use super::book::{Kept, Seen};
use super::charge::{Paid, owed};
use super::provider::{End, HandOver};

/// A verification.
#[derive(Debug)]
pub(super) struct Verification {
    pub(super) id: VerificationId,
    pub(super) code: String,
    pub(super) expires_at: Timestamp,
    pub(super) recipient: RecipientIndex,
    status: VerificationStatus,
    /// The wrong guesses at the codes that it replaced.
    pub(super) inherited: usize,
    /// The guesses that were compared with its code.
    pub(super) compared: usize,
    /// Those of them that were wrong.
    pub(super) wrong: usize,
    pub(super) messages: BTreeMap<MessageId, Carrying>,
}

/// A message that carries a code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carrying {
    pub(super) channel: Channel,
    pub(super) status: MessageStatus,
    pub(super) price: i64,
    pub(super) kind: Kind,
    /// Whether the provider took it, or refused it for good.
    is_handed_over: bool,
    /// Whether a receipt says that it reached a device.
    pub(super) is_reported: bool,
}

/// The cause of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The verification was created.
    First,
    /// Its fallback took a step.
    Step,
    /// A caller asked for the code again.
    Resend,
}

impl Carrying {
    /// Nobody reports that a mail was delivered: it counts once the mail server has it.
    pub(super) fn was_delivered(&self) -> bool {
        match (self.channel, self.status) {
            (_, MessageStatus::Delivered | MessageStatus::Read) => true,
            (channel, status) => channel == Channel::Email && status == MessageStatus::Sent,
        }
    }

    pub(super) fn failed(&self) -> bool {
        self.status == MessageStatus::Failed
    }
}

impl Verification {
    pub(super) fn new(record: &VerificationRecord, code: String) -> Self {
        let state = &record.state;
        Self {
            id: state.id,
            code,
            expires_at: state.expires_at,
            recipient: state.recipient_index.expect("nobody is erased"),
            status: VerificationStatus::Pending,
            inherited: 0,
            compared: 0,
            wrong: 0,
            messages: BTreeMap::new(),
        }
    }

    pub(super) fn is_pending(&self, now: Timestamp) -> bool {
        self.status == VerificationStatus::Pending && now < self.expires_at
    }

    /// Returns the wrong guesses at its code and at those that it replaced.
    pub(super) fn wrong_in_all(&self) -> usize {
        self.inherited + self.wrong
    }

    /// A message is added while the verification is pending, and a step of the fallback only while none has
    /// arrived.
    pub(super) fn read_new_messages(&mut self, record: &VerificationRecord, seen: &Seen) -> Kept {
        let id = self.id;
        for message in &record.messages {
            let Some(price) = seen.prices.get(&message.id) else {
                continue;
            };
            let is_pending = self.is_pending(message.created_at);
            prop_assert!(is_pending, "{id} is over, and its code was sent again");
            let kind = match self.messages.len() {
                0 => Kind::First,
                _ if seen.is_resend => Kind::Resend,
                _ => Kind::Step,
            };
            let arrived = self.messages.values().any(Carrying::was_delivered);
            let is_needless = kind == Kind::Step && arrived;
            prop_assert!(!is_needless, "the code of {id} had arrived before a step");
            let carrying = Carrying {
                channel: message.channel,
                status: MessageStatus::Pending,
                price: *price,
                kind,
                is_handed_over: false,
                is_reported: false,
            };
            self.messages.insert(message.id, carrying);
        }
        Ok(())
    }

    /// A code is handed over while it is valid and its verification pending, and each message once.
    pub(super) fn read_call(&mut self, call: &HandOver) -> Kept {
        let id = call.message;
        prop_assert!(
            call.at < self.expires_at,
            "{id} was handed over {} ms after the end of its code",
            call.at.since(self.expires_at).as_millis()
        );
        let status = self.status;
        let is_pending = status == VerificationStatus::Pending;
        prop_assert!(is_pending, "{id} was handed over, its code is {status:?}");
        prop_assert_eq!(&call.code, &self.code, "{} has another code", id);
        let message = self.messages.get_mut(&id);
        let message = message.expect("found by this message");
        prop_assert!(!message.is_handed_over, "{id} was handed over once more");
        message.is_handed_over = call.end != End::Later;
        Ok(())
    }

    /// Reads the statuses. What the provider said is recorded, and no sealed code outlives its verification.
    pub(super) fn read_state(&mut self, record: &VerificationRecord, seen: &Seen) -> Kept {
        self.status = record.state.status;
        let is_over = self.status != VerificationStatus::Pending;
        let has_code = record.code.is_some();
        prop_assert!(
            !(is_over && has_code),
            "{} is {:?} and has its sealed code",
            self.id,
            self.status
        );
        for read in &record.messages {
            let message = self.messages.get_mut(&read.id);
            let message = message.expect("a message is new or known");
            message.status = read.status;
            let has_arrived = matches!(read.status, MessageStatus::Delivered | MessageStatus::Read);
            prop_assert_eq!(
                has_arrived,
                message.is_reported,
                "whether {} is reported as delivered",
                read.id
            );
        }
        if seen.died {
            return Ok(());
        }
        for call in &seen.calls {
            let Some(message) = self.messages.get(&call.message) else {
                continue;
            };
            let (id, status) = (call.message, message.status);
            match call.end {
                End::Accepted(_) => prop_assert!(
                    !matches!(status, MessageStatus::Pending | MessageStatus::Failed),
                    "the provider took {id}, which is {status:?}"
                ),
                End::Refused => prop_assert!(
                    status == MessageStatus::Failed,
                    "the provider refused {id}, which is {status:?}"
                ),
                End::Lost(_) | End::Later => {}
            }
        }
        Ok(())
    }

    /// The first message and the steps of the fallback cost no more than the dearest of them, and a message that
    /// a caller asked for its price or nothing.
    pub(super) fn read_charge(&self, paid: &Paid) -> Kept {
        for charged in self.charged_together() {
            let dearest = charged.values().map(|message| message.price).max();
            let dearest = dearest.unwrap_or(0);
            let together = paid.in_all(charged.keys());
            let of = self.id;
            prop_assert!(
                (0..=dearest).contains(&together),
                "{together} credits for messages of {of}, of which the dearest costs {dearest}"
            );
        }
        Ok(())
    }

    /// Once everything has ended, the account has paid what the contract says.
    pub(super) fn read_end(&self, paid: &Paid) -> Kept {
        let of = self.id;
        let is_over = self.status != VerificationStatus::Pending;
        prop_assert!(is_over, "{of} is pending after its end");
        let is_approved = self.status == VerificationStatus::Approved;
        for charged in self.charged_together() {
            let messages: Vec<_> = charged.values().copied().collect();
            let expected = owed(&messages, is_approved);
            let found = paid.in_all(charged.keys());
            let is_right = found == expected;
            prop_assert!(
                is_right,
                "{found} credits instead of {expected} for {messages:?} of {of}, {:?}",
                self.status
            );
        }
        Ok(())
    }

    /// Returns the groups of messages that have one charge: the first one with the steps of the fallback, and
    /// each other one by itself.
    fn charged_together(&self) -> Vec<BTreeMap<MessageId, Carrying>> {
        let messages = self.messages.iter().map(|(id, message)| (*id, *message));
        let (resends, sharing): (BTreeMap<_, _>, BTreeMap<_, _>) =
            messages.partition(|(_, message)| message.kind == Kind::Resend);
        let resends = resends.into_iter().map(|resend| BTreeMap::from([resend]));
        resends.chain([sharing]).collect()
    }
}
