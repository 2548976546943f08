//! The facts by which the core judges admissions and settlements.

use diesel::prelude::*;
use otp_core::account::{AccountRules, AccountStanding};
use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SubscriptionId, VerificationId};
use otp_core::message::MessageStatus;
use otp_core::notice::{Announced, LowBalance};
use otp_core::sealing::RecipientIndex;
use otp_core::send::SendFacts;
use otp_core::send::settlement::{MessageState, SettlementFacts};
use otp_core::subscription::SubscriptionBalance;
use otp_core::time::Timestamp;
use otp_core::verification::check::CheckFacts;
use otp_core::verification::fallback::FallbackReviewFacts;
use otp_core::webhook::WantedEvents;

use crate::Col;
use crate::column::by_name;
use crate::schema::{accounts, subscriptions};

by_name! {
    /// The message that an idempotency key has created.
    pub struct FirstAnswerRow {
        api_key_id: Col<ApiKeyId>,
        idempotency_key: Col<IdempotencyKey>,
        id: Col<MessageId>,
        first_answer: Col<Option<MessageStatus>>,
    }
}

impl FirstAnswerRow {
    /// Adds the message to the facts.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_message_with_key(
            (self.api_key_id.0, self.idempotency_key.0),
            self.id.0,
            self.first_answer.0,
        );
    }
}

by_name! {
    /// A recipient who opted out.
    pub struct OptedOutRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
    }
}

impl OptedOutRow {
    /// Adds the opt-out to the facts.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_opt_out(self.account_id.0, self.recipient_index.0);
    }
}

by_name! {
    /// A send to a recipient that did not fail.
    pub struct RecentSendRow {
        account_id: Col<AccountId>,
        recipient_index: Col<RecipientIndex>,
        created_at: Col<Timestamp>,
    }
}

impl RecentSendRow {
    /// Adds the send to the facts.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_send(self.account_id.0, self.recipient_index.0, self.created_at.0);
    }
}

by_name! {
    /// The rules of an account.
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = accounts)]
    pub struct AccountRulesRow {
        id: Col<AccountId>,
        low_balance_percent: Col<LowBalance>,
        standing: Col<AccountStanding>,
        webhook_events: Col<WantedEvents>,
    }
}

impl AccountRulesRow {
    /// Adds the rules to the facts of admissions.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_rules(self.id.0, self.rules());
    }

    /// Adds the rules to the facts of reviews.
    pub fn add_to_reviews(self, facts: &mut FallbackReviewFacts) {
        facts.rules.insert(self.id.0, self.rules());
    }

    /// Adds the rules to the facts of settlements.
    pub fn add_to_settlement(self, facts: &mut SettlementFacts) {
        facts.rules.insert(self.id.0, self.rules());
    }

    /// Adds what the checks need of the rules to their facts.
    pub fn add_to_checks(self, facts: &mut CheckFacts) {
        facts.wanted_events.insert(self.id.0, self.webhook_events.0);
    }

    fn rules(&self) -> AccountRules {
        AccountRules {
            low_balance: self.low_balance_percent.0,
            standing: self.standing.0,
            wanted_events: self.webhook_events.0,
        }
    }
}

by_name! {
    /// The balance of a subscription.
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = subscriptions)]
    pub struct BalanceRow {
        account_id: Col<AccountId>,
        id: Col<SubscriptionId>,
        remaining: Col<Credits>,
        credits: Col<Credits>,
        created_at: Col<Timestamp>,
        announced: Col<Announced>,
        revoked_at: Col<Option<Timestamp>>,
    }
}

impl BalanceRow {
    /// Adds the balance to the facts of admissions.
    pub fn add_to(self, facts: &mut SendFacts) {
        facts.add_balance(self.account_id.0, self.into());
    }

    /// Adds the balance to the facts of reviews.
    pub fn add_to_reviews(self, facts: &mut FallbackReviewFacts) {
        let balances = facts.balances.entry(self.account_id.0).or_default();
        balances.push(self.into());
    }

    /// Adds the balance to the facts of settlements.
    pub fn add_to_settlement(self, facts: &mut SettlementFacts) {
        let balances = facts.balances.entry(self.account_id.0).or_default();
        balances.push(self.into());
    }
}

impl From<BalanceRow> for SubscriptionBalance {
    fn from(row: BalanceRow) -> Self {
        Self {
            id: row.id.0,
            remaining: row.remaining.0,
            granted: row.credits.0,
            created_at: row.created_at.0,
            announced: row.announced.0,
            is_revoked: row.revoked_at.0.is_some(),
        }
    }
}

by_name! {
    /// The state of a message to settle.
    pub struct MessageStateRow {
        id: Col<MessageId>,
        account_id: Col<AccountId>,
        status: Col<MessageStatus>,
        first_answer: Col<Option<MessageStatus>>,
        price: Col<Credits>,
        subscription_id: Col<Option<SubscriptionId>>,
        expires_at: Col<Timestamp>,
        is_erased: Col<bool>,
        verification_id: Col<Option<VerificationId>>,
        shares_charge: Col<bool>,
        wanted_events: Col<WantedEvents>,
    }
}

impl MessageStateRow {
    /// Adds the message to the facts.
    pub fn add_to(self, facts: &mut SettlementFacts) {
        let state = MessageState {
            account_id: self.account_id.0,
            status: self.status.0,
            first_answer: self.first_answer.0,
            price: self.price.0,
            subscription_id: self.subscription_id.0,
            expires_at: self.expires_at.0,
            is_erased: self.is_erased.0,
            verification_id: self.verification_id.0,
            shares_charge: self.shares_charge.0,
            wanted_events: self.wanted_events.0,
        };
        facts.messages.insert(self.id.0, state);
    }
}
