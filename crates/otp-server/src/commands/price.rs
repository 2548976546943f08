//! `price …`

use std::path::PathBuf;

use clap::Subcommand;
use otp_core::credits::Credits;
use otp_core::pricing::{DEFAULT_PRICE, PriceKey};
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
            let prices = parse(&read_file(&file)?)?;
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

/// Parses a price list. An error names the line of the first mistake.
fn parse(text: &str) -> anyhow::Result<Vec<(PriceKey, Credits)>> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers()?;
    if header.iter().ne(["country", "credits"]) {
        anyhow::bail!("line 1: the header must be country,credits");
    }
    let mut prices = std::collections::BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let country = price_key(&record[0]);
        let country = country.map_err(|why| anyhow::anyhow!("line {line}: country: {why}"))?;
        let credits = credits(&record[1]);
        let credits = credits.map_err(|why| anyhow::anyhow!("line {line}: credits: {why}"))?;
        if prices.insert(country, credits).is_some() {
            anyhow::bail!("line {line}: {country} appears twice");
        }
    }
    Ok(prices.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let prices = parse(text).map(|prices| {
            let rows = prices
                .iter()
                .map(|(country, credits)| format!("{country}={credits}"));
            rows.collect::<Vec<_>>().join(" ")
        });
        match (prices, expected) {
            (Ok(prices), Ok(expected)) => assert_eq!(prices, expected),
            (Err(error), Err(words)) => {
                assert!(
                    error.to_string().contains(words),
                    "{error} does not contain {words}"
                );
            }
            (prices, _) => panic!("{prices:?}"),
        }
    }

    #[test]
    fn a_price_list_has_a_header_and_a_row_per_country() {
        check("country,credits\nSA,2\nEG,3\n", Ok("EG=3 SA=2"));
        check("country, credits\r\n sa , 2 \r\n", Ok("SA=2"));
        check("country,credits\nemail,1\nUS,2\n", Ok("EMAIL=1 US=2"));
        check("country,credits\n", Ok(""));
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        check("SA,2\n", Err("line 1: the header"));
        check("country,credits\nSA,2\nXX,2\n", Err("line 3: country"));
        check("country,credits\nSA,0\n", Err("line 2: credits"));
        check("country,credits\nSA,much\n", Err("line 2: credits"));
        check(
            "country,credits\nSA,2\nSA,3\n",
            Err("line 3: SA appears twice"),
        );
        check("country,credits\nSA\n", Err("line: 2"));
    }
}
