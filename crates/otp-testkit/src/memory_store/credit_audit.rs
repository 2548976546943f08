//! The credit audit in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use otp_core::credits::Credits;
use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::message::MessageStatus;
use otp_core::ports::{CreditAudit, PortError};

use super::MemoryStore;

#[async_trait]
impl CreditAudit for MemoryStore {
    async fn sum_subscriptions(&self) -> Result<Vec<SubscriptionSums>, PortError> {
        let state = self.state();
        let sums = state.subscriptions.iter().map(|subscription| {
            let of = |entry: &&LedgerEntry| entry.subscription_id == subscription.id;
            let entries: Vec<_> = state.ledger.iter().filter(of).collect();
            let sum = |kind: EntryKind| {
                let entries = entries.iter().filter(|entry| entry.kind == kind);
                entries.map(|entry| entry.credits.get()).sum()
            };
            SubscriptionSums {
                subscription_id: subscription.id,
                credits: subscription.credits.get(),
                remaining: subscription.remaining.get(),
                granted: sum(EntryKind::Grant),
                debited: sum(EntryKind::Debit),
                refunded: sum(EntryKind::Refund),
                revoked: sum(EntryKind::Revocation),
            }
        });
        Ok(sums.collect())
    }

    async fn count_payments(&self) -> Result<Vec<PaymentCount>, PortError> {
        let state = self.state();
        let mut counts = BTreeMap::<(MessageStatus, i64, Option<i64>, i64), i64>::new();
        for (id, stored) in &state.messages {
            let entries = state.ledger.iter();
            let entries = entries.filter(|entry| entry.message_id == Some(*id));
            let net = entries.map(|entry| -entry.signed_amount()).sum();
            let shared = stored.shared_charge.map(Credits::get);
            let key = (
                stored.message.status,
                stored.message.price.get(),
                shared,
                net,
            );
            *counts.entry(key).or_default() += 1;
        }
        let counts = counts.into_iter();
        Ok(counts
            .map(
                |((status, price, shared_charge, net), messages)| PaymentCount {
                    status,
                    net,
                    price,
                    shared_charge,
                    messages,
                },
            )
            .collect())
    }
}
