//! Earlier messages and verifications in a PostgreSQL database, as if the server had worked for a year.

use crate::database::ByHand;

const MESSAGES: &str = include_str!("../sql/preload.sql");
const VERIFICATIONS: &str = include_str!("../sql/preload_verifications.sql");

/// The id of the verification that the `i`-th message belongs to. Like those of the server, it begins with
/// its time.
const VERIFICATION_ID: &str = "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' \
     || substr(md5('verification' || i), 1, 3) || '8' || substr(md5('verification' || i), 4, 15))::uuid";

/// Inserts this number of messages.
pub(crate) async fn messages(by_hand: &ByHand, count: u64) -> anyhow::Result<()> {
    insert_messages(by_hand, count, "NULL").await
}

/// Inserts this number of verifications, each with its message and its checks.
pub(crate) async fn verifications(by_hand: &ByHand, count: u64) -> anyhow::Result<()> {
    insert_messages(by_hand, count, VERIFICATION_ID).await?;
    by_hand.run(VERIFICATIONS).await
}

async fn insert_messages(by_hand: &ByHand, count: u64, id: &str) -> anyhow::Result<()> {
    let messages = MESSAGES.replace(":messages", &count.to_string());
    by_hand.run(&messages.replace(":verification_id", id)).await
}
