//! What has to be known to say whose requests these are: a constant number of queries.

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::AccountId;
use otp_core::opt_out::InboundConsent;
use otp_core::opt_out::resolution::ResolutionFacts;
use otp_core::ports::PortError;
use otp_core::sealing::Sealed;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::port_error;
use crate::rows::{read_identity, read_provider_id, read_provider_index, read_recipient_index};
use crate::statement::statement;

type Byteas = sql_types::Array<sql_types::Bytea>;
type Uuids = sql_types::Array<sql_types::Uuid>;
type Texts = sql_types::Array<sql_types::Text>;

statement! {
    /// Who sends from these numbers.
    Accounts { phone_number_id: Vec<String> => Texts } -> (sql_types::Text, sql_types::Uuid),
    "SELECT sender.phone_number_id, sender.account_id \
     FROM unnest({}) AS wanted (phone_number_id), LATERAL ( \
         SELECT phone_number_id, account_id FROM senders \
         WHERE senders.phone_number_id = wanted.phone_number_id OFFSET 0) AS sender"
}

statement! {
    /// To whom these messages went.
    Contexts { index: Vec<Vec<u8>> => Byteas }
    -> (sql_types::Bytea, sql_types::Uuid, sql_types::Bytea),
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
    Identities { identity: Vec<Vec<u8>> => Byteas }
    -> (sql_types::Uuid, sql_types::Bytea, sql_types::Bytea, sql_types::Timestamptz),
    "SELECT known.account_id, wanted.identity, known.recipient_index, known.seen_at \
     FROM unnest({}) AS wanted (identity), LATERAL ( \
         SELECT account_id, recipient_index, seen_at FROM recipient_identities \
         WHERE recipient_identities.identity = wanted.identity OFFSET 0) AS known"
}

statement! {
    /// Their numbers, as the latest message that did not fail has them sealed.
    Recipients { account_id: Vec<Uuid> => Uuids, recipient_index: Vec<Vec<u8>> => Byteas }
    -> (sql_types::Uuid, sql_types::Bytea, sql_types::Bytea),
    "SELECT wanted.account_id, wanted.recipient_index, message.recipient \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT recipient FROM messages \
         WHERE messages.account_id = wanted.account_id \
             AND messages.recipient_index = wanted.recipient_index \
             AND messages.failed_at IS NULL \
         ORDER BY messages.created_at DESC LIMIT 1) AS message"
}

pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    requests: &[InboundConsent],
) -> Result<ResolutionFacts, PortError> {
    let mut facts = ResolutionFacts::default();
    let accounts = Accounts {
        phone_number_id: requests
            .iter()
            .filter_map(|request| Some(request.phone_number_id.as_ref()?.as_str().to_owned()))
            .collect(),
    };
    let rows: Vec<(String, Uuid)> = accounts.load(connection).await.map_err(port_error)?;
    for (number, account) in rows {
        let number = read_provider_id(&number, "senders.phone_number_id")?;
        let accounts = facts.accounts.entry(number).or_default();
        accounts.insert(AccountId(account));
    }
    let contexts = Contexts {
        index: requests
            .iter()
            .filter_map(|request| Some(request.context?.0.to_vec()))
            .collect(),
    };
    let rows: Vec<(Vec<u8>, Uuid, Vec<u8>)> =
        contexts.load(connection).await.map_err(port_error)?;
    for (context, account, recipient) in rows {
        let context = read_provider_index(&context, "provider_messages.provider_index")?;
        let recipient = read_recipient_index(&recipient, "messages.recipient_index")?;
        facts
            .contexts
            .insert(context, (AccountId(account), recipient));
    }
    load_identities(connection, requests, &mut facts).await?;
    let candidates = facts.candidates(requests);
    let recipients = Recipients {
        account_id: candidates.iter().map(|(account, _)| account.0).collect(),
        recipient_index: candidates
            .iter()
            .map(|(_, index)| index.0.to_vec())
            .collect(),
    };
    let rows: Vec<(Uuid, Vec<u8>, Vec<u8>)> =
        recipients.load(connection).await.map_err(port_error)?;
    for (account, index, recipient) in rows {
        let index = read_recipient_index(&index, "messages.recipient_index")?;
        let of = (AccountId(account), index);
        facts.recipients.insert(of, Sealed(recipient));
    }
    Ok(facts)
}

async fn load_identities(
    connection: &mut AsyncPgConnection,
    requests: &[InboundConsent],
    facts: &mut ResolutionFacts,
) -> Result<(), PortError> {
    let identities = Identities {
        identity: requests
            .iter()
            .flat_map(|request| request.from.iter())
            .map(|identity| identity.0.to_vec())
            .collect(),
    };
    let rows: Vec<(Uuid, Vec<u8>, Vec<u8>, OffsetDateTime)> =
        identities.load(connection).await.map_err(port_error)?;
    for (account, identity, recipient, seen_at) in rows {
        let identity = read_identity(&identity, "recipient_identities.identity")?;
        let recipient = read_recipient_index(&recipient, "recipient_identities.recipient_index")?;
        facts
            .identities
            .insert((AccountId(account), identity), (recipient, seen_at.into()));
    }
    Ok(())
}
