//! Meta's preset texts for authentication templates, in English and Arabic.
//!
//! Other languages get the English text: the sandbox shows that a message arrived and which language
//! it has, not Meta's wording in every language.

/// The language of the preset texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    English,
    Arabic,
}

/// Returns the body, with `{{1}}` in place of the code.
pub(crate) fn body(language: &str, add_security_recommendation: bool) -> String {
    let (code, advice) = match Words::of(language) {
        Words::English => (
            "{{1}} is your verification code.",
            "For your security, do not share this code.",
        ),
        Words::Arabic => (
            "{{1}} هو كود التحقق الخاص بك.",
            "للحفاظ على أمانك، لا تشارك هذا الكود.",
        ),
    };
    if add_security_recommendation {
        format!("{code} {advice}")
    } else {
        code.to_owned()
    }
}

/// Returns the footer about the expiry of the code.
pub(crate) fn footer(language: &str, minutes: u8) -> String {
    match (Words::of(language), minutes) {
        (Words::English, 1) => "This code expires in 1 minute.".to_owned(),
        (Words::English, n) => format!("This code expires in {n} minutes."),
        (Words::Arabic, 1) => "تنتهي صلاحية هذا الكود خلال دقيقة واحدة.".to_owned(),
        (Words::Arabic, 2) => "تنتهي صلاحية هذا الكود خلال دقيقتين.".to_owned(),
        (Words::Arabic, n @ 3..=10) => format!("تنتهي صلاحية هذا الكود خلال {n} دقائق."),
        (Words::Arabic, n) => format!("تنتهي صلاحية هذا الكود خلال {n} دقيقة."),
    }
}

/// Returns the default label of the copy-code button.
pub(crate) fn copy_code(language: &str) -> &'static str {
    match Words::of(language) {
        Words::English => "Copy code",
        Words::Arabic => "نسخ الكود",
    }
}

/// Returns the value of HTML's `dir` for this language.
pub(crate) fn direction(language: &str) -> &'static str {
    match base(language) {
        "ar" | "fa" | "he" | "prs" | "ps" | "ur" => "rtl",
        _ => "ltr",
    }
}

impl Words {
    fn of(language: &str) -> Self {
        if base(language) == "ar" {
            Self::Arabic
        } else {
            Self::English
        }
    }
}

fn base(language: &str) -> &str {
    language.split('_').next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_worded_as_metas_is() {
        assert_eq!(
            body("en_US", true).replace("{{1}}", "123456"),
            "123456 is your verification code. For your security, do not share this code."
        );
        assert_eq!(body("en", false), "{{1}} is your verification code.");
        assert!(body("ar_EG", true).starts_with("{{1}} هو"));
    }

    #[test]
    fn arabic_minutes_have_the_right_plural() {
        assert!(footer("ar", 1).contains("دقيقة واحدة"));
        assert!(footer("ar", 2).contains("دقيقتين"));
        assert!(footer("ar", 5).contains("5 دقائق"));
        assert!(footer("ar", 15).contains("15 دقيقة"));
        assert_eq!(footer("en", 1), "This code expires in 1 minute.");
    }

    #[test]
    fn direction_follows_the_base_language() {
        assert_eq!(
            (direction("ar_AE"), direction("en_GB"), direction("fa")),
            ("rtl", "ltr", "rtl")
        );
    }
}
