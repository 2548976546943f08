//! Request context: the id of a request and the language of its client.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use otp_core::ui_language::UiLanguage;

use crate::request_id::may_be_repeated;

/// The header with the request id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Id and language of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestContext {
    /// Names the request in answers and logs.
    pub request_id: String,
    /// Preferred language of the client, if it names any.
    pub preferred_language: Option<UiLanguage>,
    /// Whether errors are answered as `application/problem+json` (RFC 9457). The envelope says no; the
    /// crate above says yes for a path that offers it, if the client asks for it.
    pub problem_json: bool,
    /// The beginning of the address where an error is described, which its code completes; `None` if none is.
    pub error_help: Option<&'static str>,
}

/// The beginning of the address where an error is described, as data of an app. The code completes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorHelp(pub &'static str);

impl RequestContext {
    /// Returns the context that the envelope gave to this request.
    pub fn of(request: &HttpRequest) -> Self {
        let given = request.extensions().get::<Self>().cloned();
        given.unwrap_or_else(|| Self::read(request.headers()))
    }

    /// Returns the language of the answer's texts.
    pub fn language(&self) -> UiLanguage {
        self.preferred_language.unwrap_or(UiLanguage::English)
    }

    /// Reads the context from the headers. The client's `X-Request-Id` is kept if it can be repeated in
    /// logs; otherwise the id is a new UUID.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let presented = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        Self {
            request_id: presented
                .filter(|text| may_be_repeated(text))
                .map_or_else(new_id, str::to_owned),
            preferred_language: preferred_language(headers),
            problem_json: false,
            error_help: None,
        }
    }
}

fn new_id() -> String {
    uuid::Builder::from_random_bytes(rand::random())
        .into_uuid()
        .to_string()
}

fn preferred_language(headers: &HeaderMap) -> Option<UiLanguage> {
    let lines = headers.get_all(ACCEPT_LANGUAGE).map(HeaderValue::to_str);
    // A header of several lines has the meaning of one line (RFC 9110, section 5.3).
    let header = lines.collect::<Result<Vec<_>, _>>().ok()?.join(",");
    otp_texts::preferred_language(&header)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{
        LanguageTag, Preference, Quality, QualityItem, from_comma_delimited,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn read(name: HeaderName, lines: &[&[u8]]) -> RequestContext {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line).expect("a header");
            headers.append(name.clone(), value);
        }
        RequestContext::read(&headers)
    }

    fn id_for(presented: &[u8]) -> String {
        read(REQUEST_ID, &[presented]).request_id
    }

    #[test]
    fn a_plain_id_of_the_client_is_kept() {
        for id in ["a", "order-4711", "4bf92f3577b34da6a3ce929d0e0e4736"] {
            assert_eq!(id_for(id.as_bytes()), id);
        }
    }

    #[test]
    fn any_other_id_is_replaced_by_a_new_uuid() {
        for id in ["", "a b", "é", "966551237654", &"x".repeat(65)] {
            let made = id_for(id.as_bytes());
            assert_eq!(
                Uuid::parse_str(&made).map(|uuid| uuid.get_version_num()),
                Ok(4),
                "{id}"
            );
            assert_ne!(made, id_for(id.as_bytes()));
        }
    }

    #[test]
    fn the_language_is_read_from_every_line_of_the_header() {
        for (lines, preferred) in [
            (&[][..], None),
            (&["*"], None),
            (&["ar-EG"], Some(UiLanguage::Arabic)),
            (&["fr"], Some(UiLanguage::English)),
            (&["fr", "ar;q=0.5"], Some(UiLanguage::Arabic)),
        ] {
            let bytes: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
            let context = read(ACCEPT_LANGUAGE, &bytes);
            assert_eq!(context.preferred_language, preferred, "{lines:?}");
            assert_eq!(context.language(), preferred.unwrap_or(UiLanguage::English));
        }
    }

    #[test]
    fn a_header_that_is_not_text_names_no_language() {
        assert_eq!(
            read(ACCEPT_LANGUAGE, &[b"ar", b"\xff"]).preferred_language,
            None
        );
    }

    /// The same, by actix-web's own reader of such headers.
    fn by_actix(line: &str) -> Option<UiLanguage> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(line).ok()?);
        let mut entries: Vec<QualityItem<Preference<LanguageTag>>> =
            from_comma_delimited(headers.get_all(ACCEPT_LANGUAGE)).ok()?;
        entries.retain(|entry| entry.quality > Quality::ZERO);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.quality));
        let is_named = entries.iter().any(|entry| entry.item.is_specific());
        let chosen = entries.iter().find_map(|entry| match &entry.item {
            Preference::Any => Some(UiLanguage::English),
            Preference::Specific(tag) => UiLanguage::ALL.into_iter().find(|language| {
                tag.primary_language()
                    .eq_ignore_ascii_case(language.as_str())
            }),
        });
        is_named.then(|| chosen.unwrap_or(UiLanguage::English))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn an_independent_reader_finds_the_same_language(
            line in r"((\*|[aA][rR]|en|fr|x|ar-EG|ar_EG|[a-z-]{0,9})( ?; ?[qQ]=[01]?\.?[0-9]{0,4})? ?,? ?){0,4}|[ -~]{0,40}"
        ) {
            prop_assert_eq!(
                read(ACCEPT_LANGUAGE, &[line.as_bytes()]).preferred_language,
                by_actix(&line)
            );
        }
    }
}
