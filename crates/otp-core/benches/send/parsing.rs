//! Benchmarks of parsing a request: its key, number, passcode and language. The time includes dropping
//! the parsed value: wiping a secret is part of its price.

use std::collections::BTreeMap;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box, black_box_drop};
use otp_core::api_key::{ApiKeyMode, ApiKeySecret};
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::recipient::{PhoneNumber, load_numbering_plans};
use otp_testkit::SeededRandomness;

use crate::CALLS;
use crate::sends::saudi_number;

const CORPUS: &str = include_str!("../../tests/data/phone_corpus.tsv");

/// Many, so that the processor does not learn a single one by heart.
const NUMBERS: usize = 256;

/// All of a key look-up that is not the look-up: its form, its checksum and its hash.
#[divan::bench(sample_size = CALLS)]
fn api_key(bencher: Bencher<'_, '_>) {
    let key = ApiKeySecret::generate(ApiKeyMode::Live, &SeededRandomness::new(2));
    bencher.bench(|| {
        let presented = ApiKeySecret::parse(black_box(key.expose())).expect("a key");
        black_box(presented.hash())
    });
}

#[divan::bench]
fn phone_number_of_one_country(bencher: Bencher<'_, '_>) {
    let numbers: Vec<String> = (0..NUMBERS).map(|n| saudi_number(n * 39_062)).collect();
    parse_numbers(bencher, &numbers);
}

/// One number of each country and territory: the worst a mixed clientele can do.
#[divan::bench]
fn phone_number_of_any_country(bencher: Bencher<'_, '_>) {
    let mut numbers = BTreeMap::new();
    for line in CORPUS.lines() {
        let Some((number, verdict)) = line.split_once("\tvalid\t") else {
            continue;
        };
        if let Some(region) = verdict.strip_suffix("\t=") {
            numbers.entry(region).or_insert(number.to_owned());
        }
    }
    assert!(numbers.len() > 200, "only {} regions", numbers.len());
    parse_numbers(bencher, &numbers.into_values().collect::<Vec<_>>());
}

fn parse_numbers(bencher: Bencher<'_, '_>, numbers: &[String]) {
    let parse_all = || {
        for number in numbers {
            black_box_drop(PhoneNumber::parse(black_box(number)).expect("a number"));
        }
    };
    // The plans are read when the server starts, and a country's patterns are compiled when its first
    // number comes: neither is a price that each send pays.
    load_numbering_plans();
    parse_all();
    let count = ItemsCount::new(numbers.len());
    bencher.counter(count).bench(parse_all);
}

#[divan::bench(sample_size = CALLS)]
fn passcode(bencher: Bencher<'_, '_>) {
    bencher.bench(|| black_box_drop(Passcode::parse(black_box(Some("482913"))).expect("valid")));
}

#[divan::bench(sample_size = CALLS)]
fn language(bencher: Bencher<'_, '_>) {
    bencher.bench(|| black_box_drop(LanguageTag::parse(black_box("en-US")).expect("valid")));
}
