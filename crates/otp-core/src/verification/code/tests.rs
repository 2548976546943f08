//! Tests of codes: their distribution, and how guesses are read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;

/// A generator with a known sequence (SplitMix64), so that a failure repeats.
struct Sequence(Mutex<u64>);

impl Sequence {
    fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Randomness for Sequence {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("not poisoned");
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// Gives the same bytes again and again.
struct Bytes(&'static [u8]);

impl Randomness for Bytes {
    fn fill(&self, bytes: &mut [u8]) {
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = self.0[place % self.0.len()];
        }
    }
}

fn length(length: u64) -> CodeLength {
    CodeLength::try_new(length, true).expect("a length")
}

/// Pearson's statistic against equal frequencies.
fn chi_square(counts: impl Iterator<Item = u64>, categories: u32, total: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let expected = total as f64 / f64::from(categories);
    counts
        .map(|count| {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let difference = count as f64 - expected;
            difference * difference / expected
        })
        .sum()
}

/// Counts how often each code of six digits is generated.
fn count_codes(seed: u64, codes: usize) -> Vec<u64> {
    let randomness = Sequence::new(seed);
    let mut counts = vec![0; 1_000_000];
    for _ in 0..codes {
        let code = generate(CodeLength::DEFAULT, Alphabet::Numeric, &randomness);
        let number = code
            .expose()
            .bytes()
            .fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
        counts[number] += 1;
    }
    counts
}

#[test]
fn of_ten_million_codes_each_is_equally_likely_and_each_digit_at_each_place() {
    let codes = 10_000_000;
    let counts = std::thread::scope(|threads| {
        let count = |seed| threads.spawn(move || count_codes(seed, 2_500_000));
        let counting: Vec<_> = (7..11).map(count).collect();
        let mut counts = vec![0; 1_000_000];
        for thread in counting {
            let counted = thread.join().expect("no panic");
            counts
                .iter_mut()
                .zip(counted)
                .for_each(|(sum, count)| *sum += count);
        }
        counts
    });
    // 999,999 degrees of freedom: a standard deviation of 1,414. It is off by 4.5 of them once in 150,000
    // fair runs. Codes that lack leading zeros, or favour some digit, are off by thousands of them.
    let statistic = chi_square(counts.iter().copied(), 1_000_000, codes);
    assert!((statistic - 999_999.0).abs() < 4.5 * 1_414.0, "{statistic}");
    for place in 0..6 {
        let mut of_place = [0; 10];
        for (code, count) in counts.iter().enumerate() {
            of_place[code / 10_usize.pow(place) % 10] += count;
        }
        let statistic = chi_square(of_place.into_iter(), 10, codes);
        // 9 degrees of freedom: exceeded once in 100,000 fair runs.
        assert!(statistic < 37.0, "place {place}: {statistic}");
    }
}

#[test]
fn letters_without_look_alikes_are_equally_likely() {
    let randomness = Sequence::new(8);
    let mut counts = BTreeMap::<u8, u64>::new();
    let codes = 200_000;
    for _ in 0..codes {
        let code = generate(length(8), Alphabet::Alphanumeric, &randomness);
        for character in code.expose().bytes() {
            *counts.entry(character).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), UNAMBIGUOUS.len());
    for character in counts.keys() {
        assert!(!b"0O1IL5S2Z8BUV".contains(character), "{character}");
    }
    let statistic = chi_square(counts.into_values(), 23, codes * 8);
    // 22 degrees of freedom: exceeded once in 100,000 fair runs.
    assert!(statistic < 62.0, "{statistic}");
}

#[test]
fn a_byte_that_would_favour_some_characters_is_drawn_again() {
    // 250 to 255 would make the digits 0 to 5 more likely.
    let code = generate(length(4), Alphabet::Numeric, &Bytes(&[255, 250, 7, 249]));
    assert_eq!(code.expose(), "7979");
    let code = generate(length(4), Alphabet::Alphanumeric, &Bytes(&[253, 255, 252]));
    assert_eq!(code.expose(), "YYYY");
}

#[test]
fn a_code_has_its_length_and_keeps_leading_zeros() {
    for number in 4..=8 {
        let code = generate(length(number), Alphabet::Numeric, &Bytes(&[0]));
        assert_eq!(code.expose(), "0".repeat(usize::from(length(number).get())));
    }
}

#[test]
fn lengths_are_four_to_eight_and_under_six_only_if_allowed() {
    for (number, allow_short, expected) in [
        (3, true, Err(InvalidCodeLength::OutOfRange)),
        (4, true, Ok(4)),
        (4, false, Err(InvalidCodeLength::TooShortHere)),
        (5, false, Err(InvalidCodeLength::TooShortHere)),
        (6, false, Ok(6)),
        (8, false, Ok(8)),
        (9, false, Err(InvalidCodeLength::OutOfRange)),
        (u64::MAX, true, Err(InvalidCodeLength::OutOfRange)),
    ] {
        let found = CodeLength::try_new(number, allow_short).map(CodeLength::get);
        assert_eq!(found, expected, "{number}");
    }
    assert_eq!(CodeLength::restore(3), None);
    assert_eq!(CodeLength::restore(4), Some(length(4)));
}

#[test]
fn lifetimes_are_half_a_minute_to_ten_minutes() {
    for (seconds, valid) in [(29, false), (30, true), (600, true), (601, false)] {
        let lifetime = CodeLifetime::try_new(seconds);
        assert_eq!(lifetime.is_ok(), valid, "{seconds}");
    }
}

#[test]
fn a_code_of_the_caller_has_four_to_eight_letters_or_digits() {
    for (text, valid) in [
        ("1234", true),
        ("AbCd1234", true),
        ("123", false),
        ("123456789", false),
        ("12 34", false),
        ("١٢٣٤", false),
        ("", false),
    ] {
        assert_eq!(OwnCode::parse(text).is_ok(), valid, "{text}");
    }
    let own = OwnCode::parse("12345").expect("valid");
    assert_eq!(own.length().get(), 5);
}

#[test]
fn a_guess_is_read_as_a_person_means_it() {
    for (typed, read) in [
        ("482913", Some("482913")),
        (" 482 913 ", Some("482913")),
        ("482-913", Some("482913")),
        ("482\u{2011}913\n", Some("482913")),
        ("\u{2068}482913\u{2069}", Some("482913")),
        ("٤٨٢٩١٣", Some("482913")),
        ("۴۸۲۹۱۳", Some("482913")),
        ("4٨2۹13", Some("482913")),
        ("AbC", Some("AbC")),
        ("é!", Some("é!")),
        ("", None),
        (" - ", None),
    ] {
        let guess = Guess::parse(typed);
        let found = guess.map(|guess| guess.read_as(Alphabet::Supplied));
        assert_eq!(found.as_deref(), read, "{typed:?}");
    }
}

#[test]
fn only_generated_letters_may_be_typed_in_lower_case() {
    let guess = Guess::parse("k7m-x").expect("a guess");
    assert_eq!(guess.read_as(Alphabet::Alphanumeric), "K7MX");
    assert_eq!(guess.read_as(Alphabet::Supplied), "k7mx");
    assert_eq!(guess.read_as(Alphabet::Numeric), "k7mx");
}

#[test]
fn a_long_text_is_cut() {
    let guess = Guess::parse(&"1".repeat(10_000)).expect("a guess");
    let read = guess.read_as(Alphabet::Numeric);
    assert_eq!(read.len(), Guess::MAX_CHARACTERS);
}

#[test]
fn nothing_prints_a_code() {
    let guess = Guess::parse("482913").expect("a guess");
    let own = OwnCode::parse("482913").expect("valid");
    let printed = format!("{guess:?} {own:?} {:?}", CodeHash([7; 32]));
    assert!(!printed.contains("482913") && !printed.contains('7'));
}

#[test]
fn a_stored_alphabet_reads_back() {
    for alphabet in Alphabet::ALL {
        assert_eq!(Alphabet::from_code(alphabet.code()), Some(alphabet));
    }
    assert_eq!(Alphabet::from_code(3), None);
}
