//! `price …`

use otp_core::credits::Credits;
use otp_core::ports::Prices;
use otp_core::region::Region;
use serde_json::{Value, json};

use super::{Administration, read_file};
use crate::cli::{self, PriceCommand};
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: PriceCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    match command {
        PriceCommand::Set { country, credits } => {
            Prices::set(storage, &[(country, credits)]).await?;
            Ok(Answer::object(shown(&(country, credits))))
        }
        PriceCommand::List => {
            let prices = Prices::list(storage).await?;
            Ok(Answer::table(
                prices.iter().map(shown).collect(),
                &["country", "credits"],
            ))
        }
        PriceCommand::Import { file } => {
            let prices = parse(&read_file(&file)?)?;
            Prices::set(storage, &prices).await?;
            let text = format!("set the prices of {} countries", prices.len());
            Ok(Answer::new(json!({"imported": prices.len()}), text))
        }
    }
}

fn shown((country, credits): &(Region, Credits)) -> Value {
    json!({"country": country.as_str(), "credits": credits.get()})
}

/// Reads a price list. The first thing that is wrong is named with its line, and nothing is set.
fn parse(text: &str) -> anyhow::Result<Vec<(Region, Credits)>> {
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
        let country = cli::country(&record[0])
            .map_err(|why| anyhow::anyhow!("line {line}: country: {why}"))?;
        let credits = record[1]
            .parse()
            .ok()
            .and_then(|amount| Credits::new(amount).ok());
        let credits = credits
            .filter(|credits| *credits != Credits::ZERO)
            .ok_or_else(|| {
                anyhow::anyhow!(
                    "line {line}: credits: a whole number from 1 to 2000000000 is needed"
                )
            })?;
        if prices.insert(country, credits).is_some() {
            anyhow::bail!("line {line}: {country} stands there twice");
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
                    "{error} does not say {words}"
                );
            }
            (prices, _) => panic!("{prices:?}"),
        }
    }

    #[test]
    fn a_price_list_has_a_header_and_a_row_per_country() {
        check("country,credits\nSA,2\nEG,3\n", Ok("EG=3 SA=2"));
        check("country, credits\r\n sa , 2 \r\n", Ok("SA=2"));
        check("country,credits\n", Ok(""));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        check("SA,2\n", Err("line 1: the header"));
        check("country,credits\nSA,2\nXX,2\n", Err("line 3: country"));
        check("country,credits\nSA,0\n", Err("line 2: credits"));
        check("country,credits\nSA,much\n", Err("line 2: credits"));
        check(
            "country,credits\nSA,2\nSA,3\n",
            Err("line 3: SA stands there twice"),
        );
        check("country,credits\nSA\n", Err("line: 2"));
    }
}
