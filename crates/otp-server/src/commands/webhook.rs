//! `webhook …`

use clap::{ArgGroup, Args, Subcommand};
use otp_core::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use otp_core::page::{Cursor, PageSize};
use otp_core::time::Timestamp;
use otp_core::usecases::inspect_webhook_deliveries::{
    InspectWebhookDeliveries, ReplayRange, ShownAttempt,
};
use otp_core::webhook::DeliveryState;
use otp_core::webhook::delivery_log::{DeliveryFilter, StoredDelivery};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Administration;
use crate::cli::values::id;
use crate::output::{Answer, progress};

#[derive(Subcommand)]
pub(crate) enum WebhookCommand {
    /// List the deliveries to an endpoint, newest event first; they are kept for 30 days.
    Deliveries {
        #[command(flatten)]
        to: To,
        /// Only those that the endpoint has not accepted.
        #[arg(long)]
        undelivered: bool,
        /// At most this many deliveries: 1 to 100.
        #[arg(long, default_value = "20", value_parser = PageSize::parse)]
        limit: PageSize,
        /// Continue after an earlier page: the value that it named.
        #[arg(long, value_parser = Cursor::parse)]
        after: Option<Cursor>,
    },
    /// List the attempts of a delivery, with what the endpoint answered.
    Attempts {
        #[command(flatten)]
        to: To,
        /// Event id: the header webhook-id of the calls.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Make deliveries again: one, or those of a time.
    Replay(ReplayArgs),
    /// Deliver an event that tells nothing, to try an endpoint out.
    Test(To),
}

#[derive(Args)]
pub(crate) struct To {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// Endpoint id.
    #[arg(long, value_parser = id)]
    endpoint: Uuid,
}

#[derive(Args)]
#[command(group(ArgGroup::new("which").required(true)))]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    to: To,
    /// Event id: the header webhook-id of the calls.
    #[arg(long, group = "which", value_parser = id)]
    id: Option<Uuid>,
    /// Events that happened at this time or later (RFC 3339).
    #[arg(long, group = "which", value_name = "TIME", requires = "until", value_parser = Timestamp::parse)]
    from: Option<Timestamp>,
    /// Events that happened before this time (RFC 3339).
    #[arg(long, value_name = "TIME", requires = "from", value_parser = Timestamp::parse)]
    until: Option<Timestamp>,
    /// Only deliveries that the endpoint has not accepted.
    #[arg(long, requires = "from")]
    undelivered: bool,
}

fn filter(undelivered: bool) -> DeliveryFilter {
    match undelivered {
        true => DeliveryFilter::Undelivered,
        false => DeliveryFilter::All,
    }
}

impl To {
    fn ids(&self) -> (AccountId, WebhookEndpointId) {
        (AccountId(self.account), WebhookEndpointId(self.endpoint))
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: WebhookCommand,
) -> anyhow::Result<Answer> {
    let inspect = administration.inspect_webhook_deliveries()?;
    match command {
        WebhookCommand::Deliveries {
            to,
            undelivered,
            limit,
            after,
        } => {
            let page = inspect.list(to.ids(), filter(undelivered), after, limit);
            let page = page.await?;
            if let Some(next) = page.next {
                progress(&format!("more: --after {next}"));
            }
            let columns = ["id", "type", "timestamp", "resourceId", "state", "attempts"];
            let rows = page.items.iter().map(delivery).collect();
            Ok(Answer::table(rows, &columns))
        }
        WebhookCommand::Attempts { to, id } => {
            let shown = inspect.show(to.ids(), WebhookEventId(id)).await?;
            let columns = ["number", "at", "latencyMs", "status", "failure", "answer"];
            let rows = shown.attempts.iter().map(attempt).collect();
            Ok(Answer::table(rows, &columns))
        }
        WebhookCommand::Replay(args) => replay(&inspect, args).await,
        WebhookCommand::Test(to) => {
            let event = inspect.test(to.ids()).await?;
            let text = format!("the event {event} is delivered now, by a running server");
            Ok(Answer::new(json!({"id": event.0}), text))
        }
    }
}

/// Makes one delivery again, or as many times a thousand as there are.
async fn replay(inspect: &InspectWebhookDeliveries, args: ReplayArgs) -> anyhow::Result<Answer> {
    let to = args.to.ids();
    let mut replayed = 0;
    if let Some(id) = args.id {
        inspect.replay(to, WebhookEventId(id)).await?;
        replayed = 1;
    } else if let (Some(from), Some(until)) = (args.from, args.until) {
        let mut cursor = None;
        loop {
            let range = ReplayRange {
                from,
                until,
                filter: filter(args.undelivered),
                cursor,
            };
            let some = inspect.replay_range(to, range).await?;
            replayed += some.count;
            cursor = some.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    let text = format!("deliveries that are made again by a running server: {replayed}");
    Ok(Answer::new(json!({"replayed": replayed}), text))
}

fn delivery(delivery: &StoredDelivery) -> Value {
    let waits = delivery.state == DeliveryState::Waiting;
    json!({
        "id": delivery.event.id.0,
        "type": delivery.event.kind.as_str(),
        "timestamp": delivery.event.at.to_rfc3339(),
        "resourceId": delivery.event.subject,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "nextAttemptAt": waits.then(|| delivery.due_at.to_rfc3339()),
    })
}

fn attempt(shown: &ShownAttempt) -> Value {
    let attempt = &shown.attempt;
    json!({
        "number": attempt.number,
        "at": attempt.at.to_rfc3339(),
        "latencyMs": attempt.result.latency_millis,
        "status": attempt.result.status,
        "failure": attempt.result.failure,
        "answer": shown.answer,
    })
}
