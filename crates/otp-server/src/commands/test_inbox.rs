//! `test-inbox`

use clap::Args;
use otp_core::ids::AccountId;
use otp_core::recipient::Recipient;
use otp_core::test_inbox::ShownTestMessage;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Administration;
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Args)]
pub(crate) struct TestInboxArguments {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// List messages to this number or address only.
    #[arg(long, value_parser = Recipient::parse)]
    to: Option<Recipient>,
}

pub(super) async fn run(
    administration: &Administration,
    wanted: TestInboxArguments,
) -> anyhow::Result<Answer> {
    let show = administration.show_test_inbox()?;
    let messages = show.execute(AccountId(wanted.account), wanted.to.as_ref());
    let messages = messages.await?;
    let columns = ["to", "channel", "code", "createdAt"];
    let rows = messages.iter().map(shown);
    Ok(Answer::table(rows.collect(), &columns))
}

fn shown(message: &ShownTestMessage) -> Value {
    json!({
        "to": message.to.as_str(),
        "channel": message.channel.as_str(),
        "code": message.code.expose(),
        "createdAt": message.received_at.to_rfc3339(),
    })
}
