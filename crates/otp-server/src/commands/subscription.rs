//! `subscription …`

use clap::Subcommand;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, PlanId, SubscriptionId};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_core::usecases::grant_subscription::NewSubscription;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::{credits, id};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum SubscriptionCommand {
    /// Grant credits to an account.
    Grant {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// Number of credits.
        #[arg(long, value_parser = credits)]
        credits: Credits,
        /// Plan id, if the credits come from a plan.
        #[arg(long, value_parser = id)]
        plan: Option<Uuid>,
    },
    /// Take back the credits that are left on a subscription. Credits of its messages that fail
    /// later go, too.
    Revoke {
        /// Subscription id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// List the subscriptions of an account, newest first.
    List {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
}

pub(super) async fn run(
    administration: &Administration,
    command: SubscriptionCommand,
) -> anyhow::Result<Answer> {
    match command {
        SubscriptionCommand::Grant {
            account,
            credits,
            plan,
        } => {
            let new = NewSubscription {
                account_id: AccountId(account),
                credits,
                plan_id: plan.map(PlanId),
            };
            let granted = administration
                .grant_subscription()
                .execute(new, staff_operator()?)
                .await?;
            Ok(Answer::object(shown(&granted)))
        }
        SubscriptionCommand::Revoke { id } => {
            let revoke = administration.revoke_subscription();
            let revoked = revoke
                .execute(SubscriptionId(id), staff_operator()?)
                .await?;
            Ok(Answer::object(shown(&revoked)))
        }
        SubscriptionCommand::List { account } => {
            let list = administration.list_subscriptions();
            let rows = list.execute(AccountId(account)).await?;
            let columns = ["id", "credits", "remainingCredits", "status", "createdAt"];
            Ok(Answer::table(rows.iter().map(shown).collect(), &columns))
        }
    }
}

fn shown(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id.0,
        "accountId": subscription.account_id.0,
        "planId": subscription.plan_id.map(|id| id.0),
        "credits": subscription.credits.get(),
        "remainingCredits": subscription.remaining.get(),
        "status": subscription.status().as_str(),
        "createdAt": subscription.created_at.to_rfc3339(),
        "revokedAt": subscription.revoked_at.map(Timestamp::to_rfc3339),
    })
}
