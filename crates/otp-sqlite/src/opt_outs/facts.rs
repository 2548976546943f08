//! What has to be known to say whose requests these are: a constant number of queries.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use otp_core::ids::AccountId;
use otp_core::opt_out::InboundConsent;
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use serde_json::json;

use crate::errors::StoreError;
use crate::rows::{Id, read_identity, read_provider_id, read_provider_index, read_recipient_index};
use crate::set_based::{hex, id, set_based};

pub(crate) const ACCOUNTS: &str = "
    SELECT s.phone_number_id, s.account_id
    FROM json_each(?) AS wanted CROSS JOIN senders AS s
    WHERE s.phone_number_id = wanted.value ->> 0";

pub(crate) const CONTEXTS: &str = "
    SELECT m.provider_index, m.account_id, m.recipient_index
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.provider_index = unhex(wanted.value ->> 0)";

pub(crate) const IDENTITIES: &str = "
    SELECT i.account_id, i.identity, i.recipient_index, i.seen_at
    FROM json_each(?) AS wanted CROSS JOIN recipient_identities AS i
    WHERE i.identity = unhex(wanted.value ->> 0)";

/// The number as the latest message that did not fail has it sealed.
const RECIPIENTS: &str = "
    SELECT unhex(wanted.value ->> 0), unhex(wanted.value ->> 1), (
        SELECT m.recipient FROM messages AS m
        WHERE m.account_id = unhex(wanted.value ->> 0)
          AND m.recipient_index = unhex(wanted.value ->> 1)
          AND m.failed_at IS NULL
        ORDER BY m.created_at DESC LIMIT 1)
    FROM json_each(?) AS wanted";

pub(super) fn load(
    connection: &mut SqliteConnection,
    requests: &[InboundConsent],
) -> Result<ResolutionFacts, StoreError> {
    let mut facts = ResolutionFacts::default();
    let numbers = requests.iter().filter_map(|w| w.phone_number_id.as_ref());
    let numbers = numbers.map(|id| json!([id.as_str()]));
    let query = set_based::<(Text, Binary)>(ACCOUNTS, numbers);
    for (number, account) in query.load::<(String, Id)>(connection)? {
        let number = read_provider_id(&number, "senders.phone_number_id")?;
        let accounts = facts.accounts.entry(number).or_default();
        accounts.insert(AccountId(account.0));
    }
    let contexts = requests.iter().filter_map(|request| request.context);
    let contexts = contexts.map(|index| json!([hex(&index.0)]));
    let query = set_based::<(Binary, Binary, Binary)>(CONTEXTS, contexts);
    for (context, account, recipient) in query.load::<(Vec<u8>, Id, Vec<u8>)>(connection)? {
        let context = read_provider_index(&context, "messages.provider_index")?;
        let recipient = read_recipient_index(&recipient, "messages.recipient_index")?;
        facts
            .contexts
            .insert(context, (AccountId(account.0), recipient));
    }
    let identities = requests.iter().flat_map(|request| request.from.iter());
    let identities = identities.map(|index| json!([hex(&index.0)]));
    let query = set_based::<(Binary, Binary, Binary, BigInt)>(IDENTITIES, identities);
    for (account, identity, recipient, seen_at) in
        query.load::<(Id, Vec<u8>, Vec<u8>, i64)>(connection)?
    {
        let identity = read_identity(&identity, "recipient_identities.identity")?;
        let recipient = read_recipient_index(&recipient, "recipient_identities.recipient_index")?;
        let seen_at = Timestamp::from_unix_millis(seen_at);
        facts
            .identities
            .insert((AccountId(account.0), identity), (recipient, seen_at));
    }
    let candidates = facts.candidates(requests);
    let candidates = candidates
        .iter()
        .map(|(account, recipient)| json!([id(account.0), hex(&recipient.0)]));
    let query = set_based::<(Binary, Binary, Nullable<Binary>)>(RECIPIENTS, candidates);
    for (account, index, recipient) in query.load::<(Id, Vec<u8>, Option<Vec<u8>>)>(connection)? {
        let index = read_recipient_index(&index, "messages.recipient_index")?;
        if let Some(recipient) = recipient {
            let of = (AccountId(account.0), index);
            facts.recipients.insert(of, Sealed(recipient));
        }
    }
    Ok(facts)
}
