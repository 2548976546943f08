//! What has to be known to say whose requests these are: a constant number of queries.

use diesel::prelude::*;
use otp_core::opt_out::InboundConsent;
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_rows::rows::{ContextRow, IdentityRow, NumberAccountRow, RecipientRow};
use serde_json::json;

use crate::errors::StoreError;
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
    SELECT unhex(wanted.value ->> 0) AS account_id, unhex(wanted.value ->> 1) AS recipient_index, (
        SELECT m.recipient FROM messages AS m
        WHERE m.account_id = unhex(wanted.value ->> 0)
          AND m.recipient_index = unhex(wanted.value ->> 1)
          AND m.failed_at IS NULL
        ORDER BY m.created_at DESC LIMIT 1) AS recipient
    FROM json_each(?) AS wanted";

pub(super) fn load(
    connection: &mut SqliteConnection,
    requests: &[InboundConsent],
) -> Result<ResolutionFacts, StoreError> {
    let mut facts = ResolutionFacts::default();
    let numbers = requests
        .iter()
        .filter_map(|request| request.phone_number_id.as_ref());
    let numbers = numbers.map(|id| json!([id.as_str()]));
    for row in set_based(ACCOUNTS, numbers).load::<NumberAccountRow>(connection)? {
        row.add_to(&mut facts);
    }
    let contexts = requests.iter().filter_map(|request| request.context);
    let contexts = contexts.map(|index| json!([hex(&index.0)]));
    for row in set_based(CONTEXTS, contexts).load::<ContextRow>(connection)? {
        row.add_to(&mut facts);
    }
    let identities = requests.iter().flat_map(|request| request.from.iter());
    let identities = identities.map(|index| json!([hex(&index.0)]));
    for row in set_based(IDENTITIES, identities).load::<IdentityRow>(connection)? {
        row.add_to(&mut facts);
    }
    let candidates = facts.candidates(requests);
    let candidates = candidates
        .iter()
        .map(|(account, recipient)| json!([id(account.0), hex(&recipient.0)]));
    for row in set_based(RECIPIENTS, candidates).load::<RecipientRow>(connection)? {
        row.add_to(&mut facts);
    }
    Ok(facts)
}
