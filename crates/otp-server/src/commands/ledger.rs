//! `ledger …`

use clap::Subcommand;
use otp_core::credits::audit::CreditReport;
use serde_json::json;

use super::Administration;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check that every balance is the sum of its ledger and every message was paid once.
    Check,
}

pub(super) async fn run(
    administration: &Administration,
    command: LedgerCommand,
) -> anyhow::Result<Answer> {
    match command {
        LedgerCommand::Check => {
            let report = administration.audit_credits().execute().await?;
            if report.adds_up() {
                Ok(Answer::object(shown(&report)))
            } else {
                Err(anyhow::anyhow!("{}", wrong(&report)))
            }
        }
    }
}

fn shown(report: &CreditReport) -> serde_json::Value {
    json!({
        "granted": report.granted,
        "debited": report.debited,
        "refunded": report.refunded,
        "revoked": report.revoked,
        "remaining": report.remaining,
        "messages": report.messages,
        "addsUp": report.adds_up(),
    })
}

/// Lists every wrong subscription and every wrong kind of message, in one line.
fn wrong(report: &CreditReport) -> String {
    let subscriptions = report.wrong_subscriptions.iter().map(|sums| {
        format!(
            "subscription {} has {} of {} left, and its ledger {} granted, {} debited, {} refunded, \
             {} revoked",
            sums.subscription_id.0,
            sums.remaining,
            sums.credits,
            sums.granted,
            sums.debited,
            sums.refunded,
            sums.revoked
        )
    });
    let payments = report.wrong_payments.iter().map(|count| {
        let (messages, status) = (count.messages, count.status.as_str());
        let (net, price) = (count.net, count.price);
        let shared = count
            .shared_charge
            .map(|charge| format!(", of which they share {charge}"));
        let shared = shared.unwrap_or_default();
        format!(
            "{messages} message(s) with status {status} cost {net} at a price of {price}{shared}"
        )
    });
    let all: Vec<_> = subscriptions.chain(payments).collect();
    format!("the credits do not add up: {}", all.join("; "))
}

#[cfg(test)]
mod tests {
    use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
    use otp_core::ids::SubscriptionId;
    use otp_core::message::MessageStatus;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_mismatch_is_listed() {
        let sums = SubscriptionSums {
            subscription_id: SubscriptionId(Uuid::nil()),
            credits: 10,
            remaining: 5,
            granted: 10,
            debited: 7,
            refunded: 3,
            revoked: 0,
        };
        let count = PaymentCount {
            status: MessageStatus::Failed,
            net: 1,
            price: 1,
            shared_charge: None,
            messages: 3,
        };
        let report = CreditReport::of(&[sums], &[count]);
        assert_eq!(
            wrong(&report),
            "the credits do not add up: subscription 00000000-0000-0000-0000-000000000000 has 5 of 10 \
             left, and its ledger 10 granted, 7 debited, 3 refunded, 0 revoked; 3 message(s) with \
             status Failed cost 1 at a price of 1"
        );
    }
}
