//! Earlier messages and verifications in a PostgreSQL database, as if the server had worked for a year.

use crate::database::ByHand;

const MESSAGES: &str = include_str!("../sql/preload.sql");
const VERIFICATIONS: &str = include_str!("../sql/preload_verifications.sql");

/// The id of the verification that the `i`-th message belongs to. Like those of the server, it begins with
/// its time.
const VERIFICATION_ID: &str = "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' \
     || substr(md5('verification' || i), 1, 3) || '8' || substr(md5('verification' || i), 4, 15))::uuid";

/// The index of a recipient, and bytes as long as a sealed recipient and a sealed id of the provider. Nothing opens
/// them.
const SEALED: [&str; 3] = [
    "sha256(int8send(i))",
    "substr(sha256(int8send(i)) || sha256(int8send(i)), 1, 46)",
    "substr(sha256(int8send(-i)) || sha256(int8send(-i)) || sha256(int8send(-i)), 1, 93)",
];

/// Those of messages whose recipient was erased, which pages can show.
const ERASED: [&str; 3] = ["NULL", "NULL", "NULL"];

/// Inserts this number of messages.
pub(crate) async fn messages(by_hand: &ByHand, count: u64) -> anyhow::Result<()> {
    insert_messages(by_hand, (count, 365), "NULL", SEALED).await
}

/// Inserts this number of messages of the last `days` days, whose recipients were erased.
pub(crate) async fn erased_messages(by_hand: &ByHand, count: u64, days: u32) -> anyhow::Result<()> {
    insert_messages(by_hand, (count, days), "NULL", ERASED).await
}

/// Inserts this number of verifications, each with its message and its checks.
pub(crate) async fn verifications(by_hand: &ByHand, count: u64) -> anyhow::Result<()> {
    insert_messages(by_hand, (count, 365), VERIFICATION_ID, SEALED).await?;
    by_hand.run(VERIFICATIONS).await
}

async fn insert_messages(
    by_hand: &ByHand,
    (count, days): (u64, u32),
    verification_id: &str,
    [recipient_index, recipient, provider_message_id]: [&str; 3],
) -> anyhow::Result<()> {
    let statements = [
        (":messages", &*count.to_string()),
        (":days", &days.to_string()),
        (":verification_id", verification_id),
        (":recipient_index", recipient_index),
        (":recipient", recipient),
        (":provider_message_id", provider_message_id),
    ]
    .iter()
    .fold(MESSAGES.to_owned(), |sql, (name, value)| {
        sql.replace(name, value)
    });
    by_hand.run(&statements).await
}
