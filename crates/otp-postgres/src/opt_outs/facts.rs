//! What has to be known to say whose requests these are: a constant number of queries.

use diesel_async::AsyncPgConnection;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::AccountId;
use otp_core::opt_out::InboundConsent;
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::ports::PortError;
use otp_core::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex};
use otp_rows::Col;
use otp_rows::rows::{ContextRow, IdentityRow, NumberAccountRow, RecipientRow};

use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// Who sends from these numbers.
    Accounts { phone_number_id: [ProviderId] } -> NumberAccountRow,
    "SELECT sender.phone_number_id, sender.account_id \
     FROM unnest({}) AS wanted (phone_number_id), LATERAL ( \
         SELECT phone_number_id, account_id FROM senders \
         WHERE senders.phone_number_id = wanted.phone_number_id OFFSET 0) AS sender"
}

statement! {
    /// To whom these messages went.
    Contexts { index: [ProviderMessageIndex] } -> ContextRow,
    "SELECT wanted.provider_index, message.account_id, message.recipient_index \
     FROM unnest({}) AS wanted (provider_index), LATERAL ( \
         SELECT message_id FROM provider_messages \
         WHERE provider_messages.provider_index = wanted.provider_index OFFSET 0) AS named, \
     LATERAL ( \
         SELECT account_id, recipient_index FROM messages \
         WHERE messages.id = named.message_id OFFSET 0) AS message"
}

statement! {
    /// Whom these identities belong to.
    Identities { identity: [IdentityIndex] } -> IdentityRow,
    "SELECT known.account_id, wanted.identity, known.recipient_index, known.seen_at \
     FROM unnest({}) AS wanted (identity), LATERAL ( \
         SELECT account_id, recipient_index, seen_at FROM recipient_identities \
         WHERE recipient_identities.identity = wanted.identity OFFSET 0) AS known"
}

statement! {
    /// Their numbers, as the latest message that did not fail has them sealed.
    Recipients { account_id: [AccountId], recipient_index: [RecipientIndex] } -> RecipientRow,
    "SELECT wanted.account_id, wanted.recipient_index, message.recipient \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT recipient FROM messages \
         WHERE messages.account_id = wanted.account_id \
             AND messages.recipient_index = wanted.recipient_index \
             AND messages.failed_at IS NULL \
         ORDER BY messages.created_at DESC LIMIT 1) AS message"
}

pub(super) async fn load(
    connection: &AsyncPgConnection,
    requests: &[InboundConsent],
) -> Result<ResolutionFacts, PortError> {
    let mut facts = ResolutionFacts::default();
    let numbers = requests
        .iter()
        .filter_map(|request| request.phone_number_id.as_ref());
    let accounts = Accounts {
        phone_number_id: each(numbers, ProviderId::clone),
    };
    for row in accounts.rows(connection).await.map_err(port_error)? {
        row.add_to(&mut facts);
    }
    let contexts = Contexts {
        index: requests
            .iter()
            .filter_map(|request| request.context)
            .map(Col)
            .collect(),
    };
    for row in contexts.rows(connection).await.map_err(port_error)? {
        row.add_to(&mut facts);
    }
    let identities = Identities {
        identity: requests
            .iter()
            .flat_map(|request| request.from.iter())
            .map(Col)
            .collect(),
    };
    for row in identities.rows(connection).await.map_err(port_error)? {
        row.add_to(&mut facts);
    }
    let candidates = facts.candidates(requests);
    let recipients = Recipients {
        account_id: each(&candidates, |(account, _)| *account),
        recipient_index: each(&candidates, |(_, index)| *index),
    };
    for row in recipients.rows(connection).await.map_err(port_error)? {
        row.add_to(&mut facts);
    }
    Ok(facts)
}
