//! The text of a price list: a header and a line per country, as spreadsheets write them.

use std::collections::BTreeMap;

use csv::{ByteRecord, Position, ReaderBuilder, Trim};

use super::PriceKey;
use crate::credits::Credits;
use crate::verification::ascii_digit;

/// The names of the columns.
const HEADER: [&str; 2] = ["country", "credits"];

/// The first fault of a price list, and its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct InvalidPriceList {
    /// The line, from 1 on.
    pub line: u64,
    /// The fault.
    pub fault: PriceListFault,
}

/// A fault of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceListFault {
    /// The first line names other columns.
    #[error("the header must be country,credits")]
    Header,
    /// The line has more columns, or fewer.
    #[error("a country and its credits are expected, and nothing else")]
    Columns,
    /// No message has such a price.
    #[error("country: no country with phone numbers has that code; write one such as SA, or EMAIL")]
    Country,
    /// It is not a number of credits.
    #[error("credits: write a whole number of credits from 1 to 2000000000")]
    Credits,
    /// The list has another price of the same.
    #[error("{0} appears twice")]
    Twice(PriceKey),
}

/// Reads a price list. Its columns are divided by commas, by semicolons or, as pasted from a spreadsheet, by tabs.
pub fn parse_price_list(text: &str) -> Result<Vec<(PriceKey, Credits)>, InvalidPriceList> {
    // Excel marks its files at the beginning.
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let divider = header.chars().find(|c| matches!(c, ',' | ';' | '\t'));
    let mut reader = ReaderBuilder::new()
        .delimiter(divider.and_then(|c| u8::try_from(c).ok()).unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut prices = BTreeMap::new();
    let mut record = ByteRecord::new();
    let mut has_header = false;
    // A text has no other fault than those of its lines: it is in memory, and UTF-8.
    while reader.read_byte_record(&mut record).unwrap_or_default() {
        let begin = record.position().map_or(1, Position::line);
        let at = |fault| InvalidPriceList {
            line: begin + empty_lines(text, begin),
            fault,
        };
        let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        if !has_header {
            has_header = true;
            if cells.iter().ne(HEADER) {
                return Err(at(PriceListFault::Header));
            }
            continue;
        }
        let [country, credits] = &cells[..] else {
            return Err(at(PriceListFault::Columns));
        };
        let key = PriceKey::parse_known(country);
        let key = key.ok_or_else(|| at(PriceListFault::Country))?;
        let credits = parse_credits(credits).ok_or_else(|| at(PriceListFault::Credits))?;
        if prices.insert(key, credits).is_some() {
            return Err(at(PriceListFault::Twice(key)));
        }
    }
    if !has_header {
        let (line, fault) = (1, PriceListFault::Header);
        return Err(InvalidPriceList { line, fault });
    }
    Ok(prices.into_iter().collect())
}

/// Returns the number of empty lines from a line on: the reader skips them, and counts them to the record that follows.
fn empty_lines(text: &str, from: u64) -> u64 {
    let lines = text
        .lines()
        .skip(usize::try_from(from - 1).unwrap_or_default());
    lines.take_while(|line| line.is_empty()).map(|_| 1).sum()
}

/// Reads the credits of a price, at least 1; ٠–٩ and ۰–۹ are digits too.
fn parse_credits(text: &str) -> Option<Credits> {
    let digits: String = text.chars().map(ascii_digit).collect();
    let credits = Credits::new(digits.parse().ok()?).ok()?;
    (credits > Credits::ZERO).then_some(credits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let prices = parse_price_list(text).map(|prices| {
            let rows = prices.iter();
            let rows = rows.map(|(key, credits)| format!("{key}={credits}"));
            rows.collect::<Vec<_>>().join(" ")
        });
        let prices = prices.map_err(|error| error.to_string());
        match (&prices, expected) {
            (Ok(prices), Ok(expected)) => assert_eq!(prices, expected),
            (Err(error), Err(words)) => assert!(error.starts_with(words), "{error}: {words}"),
            (prices, _) => panic!("{text:?}: {prices:?}"),
        }
    }

    #[test]
    fn a_price_list_has_a_header_and_a_row_per_country() {
        check("country,credits\nSA,2\nEG,3\n", Ok("EG=3 SA=2"));
        check("country, credits\r\n sa , 2 \r\n", Ok("SA=2"));
        check("country,credits\nemail,1\nUS,2", Ok("EMAIL=1 US=2"));
        check("country,credits\n\n001,٢\n", Ok("001=2"));
        check("\u{feff}country;credits\r\n\"SA\";2\r\n", Ok("SA=2"));
        check("country\tcredits\nSA\t2\n", Ok("SA=2"));
        check("country,credits\n", Ok(""));
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        check("", Err("line 1: the header"));
        check("SA,2\n", Err("line 1: the header"));
        check("country,credits,name\n", Err("line 1: the header"));
        check("country,credits\nSA,2\nXX,2\n", Err("line 3: country"));
        check("country,credits\n<b>,2\n", Err("line 2: country"));
        check("country,credits\nSA,0\n", Err("line 2: credits"));
        check("country,credits\nSA,much\n", Err("line 2: credits"));
        check("country,credits\nSA,2000000001\n", Err("line 2: credits"));
        let twice = "country,credits\nSA,2\nsa,3\n";
        check(twice, Err("line 3: SA appears twice"));
        check("country,credits\nSA\n", Err("line 2: a country and"));
        check("country,credits\n\nSA,1,1\n", Err("line 3: a country and"));
    }
}
