//! `insights`

use std::time::Duration;

use clap::Args;
use otp_core::ids::AccountId;
use otp_core::insights::{FunnelRow, GroupBy};
use otp_core::time::Timestamp;
use otp_core::usecases::show_insights::ShowInsightsRequest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Administration;
use crate::cli::values::{group_by, id};
use crate::output::Answer;

#[derive(Args)]
pub(crate) struct InsightsArgs {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// Count messages created at this time or later only (RFC 3339); 24 hours before --until by default.
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    from: Option<Timestamp>,
    /// Count messages created before this time only (RFC 3339); now by default.
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    until: Option<Timestamp>,
    /// One row for each country, template, channel or day.
    #[arg(long, default_value = GroupBy::default().as_str(), value_parser = group_by)]
    group_by: GroupBy,
}

pub(super) async fn run(
    administration: &Administration,
    wanted: InsightsArgs,
) -> anyhow::Result<Answer> {
    let request = ShowInsightsRequest {
        account_id: AccountId(wanted.account),
        from: wanted.from,
        until: wanted.until,
        group_by: wanted.group_by,
    };
    let rows = administration.show_insights().execute(request).await?;
    let columns = [
        "key",
        "accepted",
        "sent",
        "delivered",
        "read",
        "verified",
        "p50Ms",
        "p95Ms",
    ];
    Ok(Answer::table(rows.iter().map(shown).collect(), &columns))
}

fn shown(row: &FunnelRow) -> Value {
    let millis = |time: Option<Duration>| time.map(|time| time.as_millis());
    json!({
        "key": row.key,
        "accepted": row.accepted,
        "sent": row.sent,
        "delivered": row.delivered,
        "read": row.read,
        "verified": row.verified,
        "p50Ms": millis(row.p50),
        "p95Ms": millis(row.p95),
    })
}
