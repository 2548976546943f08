//! Spellings: some telephones have two international numbers that WhatsApp takes for one.
//!
//! | country | the two spellings | since |
//! | --- | --- | --- |
//! | Mexico | `+52` with ten digits, or `+52 1` with the same ten | the mobile prefix 1 ended in 2019 |
//! | Argentina | `+54` with ten digits, or `+54 9` with the same ten | 9 marks mobile telephones |
//! | Brazil | area code and eight digits from 6 to 9, or a 9 between them | the ninth digit came from 2012 to 2016 |
//!
//! WhatsApp keeps the spelling under which a person registered, delivers messages to either, and may
//! report the other. So the spellings share what belongs to a person: cooldown and opt-out.

/// Returns digits that all spellings of one telephone share, from the digits of any of them. They are
/// for comparison only: the result need not be a valid number.
pub(super) fn line(digits: &str) -> String {
    let shared = match digits.as_bytes() {
        [b'5', b'2', b'1', ..] | [b'5', b'4', b'9', ..] if digits.len() == 13 => {
            [&digits[..2], &digits[3..]]
        }
        // A mobile number whose part after the 9 begins with 1 to 5 never had eight digits, and without
        // the 9 it would be somebody's landline.
        [b'5', b'5', _, _, b'9', b'6'..=b'9', ..] if digits.len() == 13 => {
            [&digits[..4], &digits[5..]]
        }
        _ => [digits, ""],
    };
    shared.concat()
}

/// Returns the number that is dialled today, if these are the digits of an older spelling.
pub(super) fn modern(digits: &str) -> Option<String> {
    match digits.as_bytes() {
        [b'5', b'2', b'1', ..] if digits.len() == 13 => Some(line(digits)),
        [b'5', b'5', _, _, b'6'..=b'9', ..] if digits.len() == 12 => {
            Some([&digits[..4], "9", &digits[4..]].concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_telephone_share_a_line() {
        for (spelling, other) in [
            ("525512345678", "5215512345678"),
            ("541187654321", "5491187654321"),
            ("554784178525", "5547984178525"),
            ("551167654321", "5511967654321"),
        ] {
            assert_eq!(line(spelling), line(other), "{spelling}");
        }
    }

    #[test]
    fn other_numbers_keep_their_digits() {
        for digits in [
            "966551234567",
            "14155552671",
            "525512345678",
            "541187654321",
            // A landline of São Paulo, and a mobile telephone that it must not be confused with.
            "551123456789",
            "5511923456789",
            "554774178525",
            // Too short and too long to be a second spelling.
            "52155123456",
            "549118765432109",
            "55479841785",
        ] {
            assert_eq!(line(digits), digits);
        }
    }

    #[test]
    fn an_older_spelling_is_read_as_the_number_of_today() {
        let read = |digits| modern(digits);
        assert_eq!(read("5215512345678").as_deref(), Some("525512345678"));
        assert_eq!(read("554784178525").as_deref(), Some("5547984178525"));
        for digits in [
            "525512345678",
            "5547984178525",
            "551123456789",
            "966551234567",
        ] {
            assert_eq!(read(digits), None, "{digits}");
        }
    }

    proptest! {
        #[test]
        fn a_line_is_its_own_line(digits in "5[245][0-9]{9,12}|[0-9]{0,15}") {
            let once = line(&digits);
            prop_assert_eq!(line(&once), once);
        }

        #[test]
        fn a_number_and_its_older_spelling_share_a_line(digits in "521[0-9]{10}|55[1-9]{2}[6-9][0-9]{7}") {
            let modern = modern(&digits).expect("an older spelling");
            prop_assert_eq!(line(&modern), line(&digits));
        }
    }
}
