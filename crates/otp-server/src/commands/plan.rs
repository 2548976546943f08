//! `plan …`

use clap::Subcommand;
use otp_core::account::ContactLine;
use otp_core::credits::Credits;
use otp_core::ids::PlanId;
use otp_core::plan::{Money, Plan};
use otp_core::time::Timestamp;
use otp_core::usecases::create_plan::NewPlan;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, staff_operator};
use crate::cli::values::{credits, id};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum PlanCommand {
    /// Create a plan.
    Create {
        /// Name of the plan.
        #[arg(long, value_parser = ContactLine::parse)]
        name: ContactLine,
        /// Credits that the plan grants.
        #[arg(long, value_parser = credits)]
        credits: Credits,
        /// Price of the plan, such as 19.99.
        #[arg(long, requires = "currency")]
        price: Option<String>,
        /// Currency of the price (ISO 4217), such as USD.
        #[arg(long, requires = "price")]
        currency: Option<String>,
        /// Show the plan that has this name already, unchanged, instead of failing.
        #[arg(long)]
        if_absent: bool,
    },
    /// Retire a plan: it cannot be granted any more, and stays in the list.
    Retire {
        /// Plan id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// List all plans.
    List,
}

pub(super) async fn run(
    administration: &Administration,
    command: PlanCommand,
) -> anyhow::Result<Answer> {
    match command {
        PlanCommand::Create {
            name,
            credits,
            price,
            currency,
            if_absent,
        } => {
            let price = price
                .zip(currency)
                .map(|(price, currency)| Money::parse(&price, &currency))
                .transpose()?;
            let new = NewPlan {
                name: name.as_str().to_owned(),
                credits,
                price,
            };
            let create = administration.create_plan();
            let plan = if if_absent {
                create.execute_if_absent(new, staff_operator()?).await?
            } else {
                create.execute(new, staff_operator()?).await?
            };
            Ok(Answer::object(shown(&plan)))
        }
        PlanCommand::Retire { id } => {
            let plan = administration
                .retire_plan()
                .execute(PlanId(id), staff_operator()?)
                .await?;
            Ok(Answer::object(shown(&plan)))
        }
        PlanCommand::List => {
            let plans = administration.list_plans().execute().await?;
            let columns = [
                "id",
                "name",
                "credits",
                "price",
                "currency",
                "status",
                "createdAt",
            ];
            Ok(Answer::table(plans.iter().map(shown).collect(), &columns))
        }
    }
}

fn shown(plan: &Plan) -> Value {
    json!({
        "id": plan.id.0,
        "name": plan.name,
        "credits": plan.credits.get(),
        "price": plan.price.map(|price| price.to_decimal()),
        "currency": plan.price.map(|price| price.currency.as_str().to_owned()),
        "status": if plan.is_offered() { "Active" } else { "Retired" },
        "createdAt": plan.created_at.to_rfc3339(),
        "retiredAt": plan.retired_at.map(Timestamp::to_rfc3339),
    })
}
