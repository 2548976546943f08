//! Messages of test inboxes.

use diesel::prelude::*;
use otp_core::channel::Channel;
use otp_core::ids::{AccountId, MessageId};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::test_inbox::TestMessage;
use otp_core::test_number::{LifePosition, TestNumber};
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::test_messages;

/// A message of a test inbox.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = test_messages)]
pub struct TestMessageRow {
    message_id: Col<MessageId>,
    account_id: Col<AccountId>,
    channel: Col<Channel>,
    recipient_index: Col<RecipientIndex>,
    recipient: Col<Sealed>,
    code: Col<Sealed>,
    received_at: Col<Timestamp>,
    life_number: Col<Option<TestNumber>>,
    life_step: Col<Option<u16>>,
    life_due_at: Col<Option<Timestamp>>,
}

impl From<&TestMessage> for TestMessageRow {
    fn from(message: &TestMessage) -> Self {
        Self {
            message_id: Col(message.message_id),
            account_id: Col(message.account_id),
            channel: Col(message.channel),
            recipient_index: Col(message.recipient_index),
            recipient: Col(message.recipient.clone()),
            code: Col(message.code.clone()),
            received_at: Col(message.received_at),
            life_number: Col(message.life.and_then(|life| life.number)),
            life_step: Col(message.life.map(|life| life.step)),
            life_due_at: Col(message.life.map(|life| life.due_at)),
        }
    }
}

impl From<TestMessageRow> for TestMessage {
    fn from(row: TestMessageRow) -> Self {
        let (number, life) = (row.life_number.0, row.life_step.0.zip(row.life_due_at.0));
        Self {
            message_id: row.message_id.0,
            account_id: row.account_id.0,
            channel: row.channel.0,
            recipient_index: row.recipient_index.0,
            recipient: row.recipient.0,
            code: row.code.0,
            received_at: row.received_at.0,
            life: life.map(|(step, due_at)| LifePosition {
                number,
                step,
                due_at,
            }),
        }
    }
}
