//! Lists of names inside a sentence.

use otp_core::ui_language::UiLanguage;

use crate::bidi;

/// Joins technical names, such as those of fields and parameters, for a sentence: "a, b and c".
pub fn join_names(language: UiLanguage, names: &[&str]) -> String {
    match language {
        UiLanguage::English => match names {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        },
        UiLanguage::Arabic => {
            let isolated: Vec<_> = names.iter().map(|name| bidi::left_to_right(name)).collect();
            isolated.join(" و")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_joins_names_in_its_own_way() {
        for (names, english, arabic) in [
            (&[][..], "", ""),
            (&["from"], "from", "\u{2066}from\u{2069}"),
            (
                &["from", "until"],
                "from and until",
                "\u{2066}from\u{2069} و\u{2066}until\u{2069}",
            ),
            (
                &["from", "until", "limit"],
                "from, until and limit",
                "\u{2066}from\u{2069} و\u{2066}until\u{2069} و\u{2066}limit\u{2069}",
            ),
        ] {
            assert_eq!(join_names(UiLanguage::English, names), english);
            assert_eq!(join_names(UiLanguage::Arabic, names), arabic);
        }
    }
}
