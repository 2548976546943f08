//! `plan …`

use otp_core::ids::PlanId;
use otp_core::plan::{Money, Plan};
use otp_core::ports::Plans;
use serde_json::{Value, json};

use super::{Administration, conflict_means};
use crate::cli::PlanCommand;
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: PlanCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    match command {
        PlanCommand::Create {
            name,
            credits,
            price,
            currency,
        } => {
            let price = price
                .zip(currency)
                .map(|(price, currency)| Money::parse(&price, &currency));
            let (clock, randomness) = Administration::WORLD;
            let now = clock.now();
            let plan = Plan {
                id: PlanId::generate(now, randomness),
                name: name.as_str().to_owned(),
                credits,
                price: price.transpose()?,
                created_at: now,
            };
            let created = Plans::create(storage, &plan).await;
            created.map_err(|error| conflict_means(error, "a plan has that name already"))?;
            Ok(Answer::object(shown(&plan)))
        }
        PlanCommand::List => {
            let plans = Plans::list(storage).await?;
            let columns = ["id", "name", "credits", "price", "currency", "createdAt"];
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
        "createdAt": plan.created_at.to_rfc3339(),
    })
}
