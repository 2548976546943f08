//! `price …`

use std::path::PathBuf;

use clap::Subcommand;
use otp_core::credits::Credits;
use otp_core::pricing::{DEFAULT_PRICE, PriceKey, parse_price_list};
use serde_json::{Value, json};

use super::{Administration, read_file, staff_operator};
use crate::cli::values::{credits, price_key};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum PriceCommand {
    /// Set the price of a message to a country, or of an e-mail.
    Set {
        /// Country (ISO 3166-1 alpha-2), such as SA; or EMAIL for mails to any country.
        #[arg(long, value_parser = price_key)]
        country: PriceKey,
        /// Price in credits.
        #[arg(long, value_parser = credits)]
        credits: Credits,
        /// Keep the price that the country has already, if any.
        #[arg(long)]
        if_absent: bool,
    },
    /// Remove a price; the message then costs 1 credit.
    Unset {
        /// Country (ISO 3166-1 alpha-2), such as SA; or EMAIL for mails to any country.
        #[arg(long, value_parser = price_key)]
        country: PriceKey,
    },
    /// List all prices; everything else costs 1 credit.
    List,
    /// Set all prices of a CSV file with the header country,credits, or none of them.
    Import {
        /// The file, or - for standard input.
        file: PathBuf,
    },
}

pub(super) async fn run(
    administration: &Administration,
    command: PriceCommand,
) -> anyhow::Result<Answer> {
    match command {
        PriceCommand::Set {
            country,
            credits,
            if_absent,
        } => {
            let mut prices = vec![(country, credits)];
            let set = administration.set_prices();
            if if_absent {
                prices = set.execute_if_absent(&prices, staff_operator()?).await?;
            } else {
                set.execute(&prices, staff_operator()?).await?;
            }
            Ok(Answer::object(shown(&prices[0])))
        }
        PriceCommand::Unset { country } => {
            administration
                .unset_price()
                .execute(country, staff_operator()?)
                .await?;
            let price = (country, DEFAULT_PRICE);
            Ok(Answer::object(shown(&price)))
        }
        PriceCommand::List => {
            let prices = administration.list_prices().execute().await?;
            Ok(Answer::table(
                prices.iter().map(shown).collect(),
                &["country", "credits"],
            ))
        }
        PriceCommand::Import { file } => {
            let prices = parse_price_list(&read_file(&file)?)?;
            administration
                .set_prices()
                .execute(&prices, staff_operator()?)
                .await?;
            let text = format!("set {} prices", prices.len());
            Ok(Answer::new(json!({"imported": prices.len()}), text))
        }
    }
}

fn shown((country, credits): &(PriceKey, Credits)) -> Value {
    json!({"country": country.as_str(), "credits": credits.get()})
}
