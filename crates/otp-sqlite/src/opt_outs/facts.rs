//! The accounts and recipients that consent requests concern, in a constant number of queries.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::opt_out::consent::Recipient;
use otp_core::ports::{ConsentTargets, StoredRecipient};
use otp_core::sealing::ProviderMessageIndex;
use otp_rows::rows::{AnsweredMessageRow, ContactedRow, NumberAccountRow};
use serde_json::json;

use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};

/// The accounts that send from these numbers.
pub(crate) const ACCOUNTS: &str = "
    SELECT s.phone_number_id, s.account_id
    FROM json_each(?) AS wanted CROSS JOIN senders AS s
    WHERE s.phone_number_id = wanted.value ->> 0";

/// The messages with these ids of the provider.
pub(crate) const ANSWERED: &str = "
    SELECT m.provider_index, m.id AS message_id, m.account_id, m.recipient_index, m.recipient
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.provider_index = unhex(wanted.value ->> 0)";

/// The recipients as their latest message that did not fail has them.
const CONTACTED: &str = "
    SELECT m.account_id, m.recipient_index, m.id AS message_id, m.recipient
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.id = (
        SELECT latest.id FROM messages AS latest
        WHERE latest.account_id = unhex(wanted.value ->> 0)
          AND latest.recipient_index = unhex(wanted.value ->> 1)
          AND latest.failed_at IS NULL
        ORDER BY latest.created_at DESC, latest.id DESC LIMIT 1)";

pub(super) fn targets(
    connection: &mut SqliteConnection,
    numbers: &BTreeSet<ProviderId>,
    answered: &BTreeSet<ProviderMessageIndex>,
) -> Result<ConsentTargets, StoreError> {
    let mut targets = ConsentTargets::default();
    let numbers = numbers.iter().map(|number| json!([number.as_str()]));
    for row in set_based(ACCOUNTS, numbers).load::<NumberAccountRow>(connection)? {
        row.add_to(&mut targets);
    }
    let answered = answered.iter().map(|index| json!([hex(&index.0)]));
    for row in set_based(ANSWERED, answered).load::<AnsweredMessageRow>(connection)? {
        row.add_to(&mut targets);
    }
    Ok(targets)
}

pub(super) fn contacted(
    connection: &mut SqliteConnection,
    recipients: &BTreeSet<Recipient>,
) -> Result<HashMap<Recipient, StoredRecipient>, StoreError> {
    let wanted = recipients
        .iter()
        .map(|(account, recipient)| json!([id(account.0), hex(&recipient.0)]));
    let mut found = HashMap::new();
    for row in set_based(CONTACTED, wanted).load::<ContactedRow>(connection)? {
        row.add_to(&mut found);
    }
    Ok(found)
}
