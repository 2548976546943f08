//! The texts of error answers, in Arabic and English, from `locales/`.

use otp_texts::{Catalogue, Sources};

pub(crate) static TEXTS: Catalogue = Catalogue::new(Sources {
    english: include_str!("../locales/en/errors.ftl"),
    arabic: include_str!("../locales/ar/errors.ftl"),
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use otp_core::ui_language::UiLanguage;

    use super::*;
    use crate::body::MalformedBody;
    use crate::endpoints::{
        fetch_webhook_events, list_messages, list_test_messages, list_verifications, show_insights,
    };
    use crate::error::{ErrorCode, FieldFault};

    fn keys() -> BTreeSet<&'static str> {
        let of_codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        let of_bodies = MalformedBody::ALL.iter().map(|problem| problem.text_key());
        let of_values = list_messages::QUERY
            .iter()
            .chain(&list_verifications::QUERY)
            .chain(&show_insights::QUERY)
            .chain(&list_test_messages::QUERY)
            .chain(&fetch_webhook_events::QUERY)
            .map(|parameter| parameter.text_key());
        let of_fields = FieldFault::ALL.iter().map(|fault| fault.text_key());
        let others = [
            "CoolingDown-message",
            "InternalServerError-temporary",
            "InvalidQueryParameter-unknown",
            "InvalidQueryParameter-duplicate",
        ];
        of_codes
            .chain(of_bodies)
            .chain(of_values)
            .chain(of_fields)
            .chain(others)
            .collect()
    }

    #[test]
    fn both_languages_have_every_text_and_no_other() {
        assert_eq!(TEXTS.faults(keys()), [""; 0]);
    }

    #[test]
    fn every_text_is_translated_and_takes_its_arguments() {
        let arguments = [
            ("field", "otpCode"),
            ("known", "status"),
            ("limit", "255"),
            ("wait", "00:00:30"),
            ("least", "30"),
            ("most", "600"),
        ];
        for key in keys() {
            let [arabic, english] = UiLanguage::ALL.map(|language| {
                let text = TEXTS.text(language, key, &arguments);
                assert!(!text.contains(['{', '}']), "{language:?} {key}: {text}");
                text
            });
            assert_ne!(english, key);
            assert_ne!(arabic, english, "{key} is not translated");
        }
    }
}
