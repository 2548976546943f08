//! `message …`

use clap::{Args, Subcommand};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Failure, MessageEvent, MessageStatus};
use otp_core::page::{Cursor, PageSize};
use otp_core::recipient::Recipient;
use otp_core::region::Region;
use otp_core::time::Timestamp;
use otp_core::usecases::inspect_messages::{InspectedMessage, View};
use otp_core::usecases::list_messages::ListMessagesRequest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, operator};
use crate::cli::values::{id, status};
use crate::output::{Answer, progress};

#[derive(Subcommand)]
pub(crate) enum MessageCommand {
    /// List the messages of an account, newest first, with masked numbers.
    List(Wanted),
    /// Show one message and its timeline, with its number masked.
    Show {
        /// Message id.
        #[arg(value_parser = id)]
        id: Uuid,
        #[command(flatten)]
        reveal: Reveal,
    },
}

#[derive(Args)]
pub(crate) struct Wanted {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// List messages in this status only: Pending, Sent, Delivered, Read, Failed or Deleted.
    #[arg(long, value_parser = status)]
    status: Option<MessageStatus>,
    /// List messages to this number in E.164, or to this e-mail address, only.
    #[arg(long, value_parser = Recipient::parse)]
    to: Option<Recipient>,
    /// At most this many messages: 1 to 100.
    #[arg(long, default_value = "20", value_parser = PageSize::parse)]
    limit: PageSize,
    /// Continue after an earlier page: the value that it named.
    #[arg(long, value_parser = Cursor::parse)]
    after: Option<Cursor>,
    #[command(flatten)]
    reveal: Reveal,
}

#[derive(Args)]
pub(crate) struct Reveal {
    /// Show numbers and the provider's texts in the clear; the audit trail records it.
    #[arg(long)]
    reveal: bool,
}

impl Reveal {
    fn view(&self) -> anyhow::Result<View> {
        Ok(if self.reveal {
            View::Revealed(operator()?)
        } else {
            View::Masked
        })
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: MessageCommand,
) -> anyhow::Result<Answer> {
    let inspect = administration.inspect_messages()?;
    match command {
        MessageCommand::List(wanted) => {
            let view = wanted.reveal.view()?;
            let request = ListMessagesRequest {
                account_id: AccountId(wanted.account),
                status: wanted.status,
                recipient: wanted.to,
                from: None,
                to: None,
                cursor: wanted.after,
                size: wanted.limit,
            };
            let page = inspect.list(request, &view).await?;
            if let Some(next) = page.next {
                progress(&format!("more: --after {next}"));
            }
            let columns = [
                "id",
                "messageStatus",
                "channel",
                "to",
                "region",
                "languageCode",
                "price",
                "failureCode",
                "createdAt",
            ];
            let rows = page.items.iter().map(shown).collect();
            Ok(Answer::table(rows, &columns))
        }
        MessageCommand::Show { id, reveal } => {
            let shown_to = reveal.view()?;
            let history = inspect.show(MessageId(id), &shown_to).await?;
            let mut object = shown(&history.message);
            object["accountId"] = json!(history.account_id.0);
            object["timeline"] = history.timeline.iter().map(event).collect();
            Ok(Answer::object(object))
        }
    }
}

/// Shows a message. The texts of a failure are null in a masked view.
fn shown(message: &InspectedMessage) -> Value {
    let record = &message.record;
    let mut object = json!({
        "id": record.id.0,
        "messageStatus": record.status.as_str(),
        "channel": record.channel.as_str(),
        "to": message.to,
        "region": record.region.as_ref().map(Region::as_str),
        "languageCode": record.language.as_str(),
        "template": record.template.as_ref().map(TemplateName::as_str),
        "phoneNumberId": record.phone_number_id.as_ref().map(ProviderId::as_str),
        "price": record.price.get(),
        "createdAt": record.created_at.to_rfc3339(),
        "failedAt": record.failed_at.map(Timestamp::to_rfc3339),
        "outcome": record.outcome.map(|recorded| recorded.outcome.as_str()),
        "outcomeAt": record.outcome.map(|recorded| recorded.at.to_rfc3339()),
    });
    add_failure(&mut object, record.failure.as_ref());
    object
}

fn event(event: &MessageEvent) -> Value {
    let mut object = json!({
        "status": event.status.as_str(),
        "source": event.source.as_str(),
        "changedStatus": event.changed_status,
        "providerTime": event.provider_time.map(Timestamp::to_rfc3339),
        "recordedAt": event.recorded_at.to_rfc3339(),
        "latencyMs": event.latency_millis(),
    });
    add_failure(&mut object, event.failure.as_ref());
    object
}

fn add_failure(object: &mut Value, failure: Option<&Failure>) {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    object["failureCode"] = json!(failure.and_then(|failure| failure.code));
    object["failureTitle"] = json!(failure.and_then(|failure| text(&failure.title)));
    object["failureReason"] = json!(failure.and_then(|failure| text(&failure.reason)));
}
