//! `subscription …`

use otp_core::ids::{AccountId, PlanId};
use otp_core::ports::Subscriptions;
use otp_core::subscription::Subscription;
use otp_core::usecases::grant_subscription::grant_subscription;
use serde_json::{Value, json};

use super::Administration;
use crate::cli::SubscriptionCommand;
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: SubscriptionCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    match command {
        SubscriptionCommand::Grant {
            account,
            credits,
            plan,
        } => {
            let account = AccountId(account);
            let world = Administration::WORLD;
            let plan = plan.map(PlanId);
            let granted = grant_subscription(storage, world, account, credits, plan).await?;
            Ok(Answer::object(shown(&granted)))
        }
        SubscriptionCommand::List { account } => {
            let rows = Subscriptions::list(storage, AccountId(account)).await?;
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
    })
}
