//! Page: the part that every page has.

use actix_web::HttpRequest;
use actix_web::web::Data;
use otp_core::ui_language::UiLanguage;
use otp_edge::RequestContext;
use otp_texts::{Direction, bidi};

use crate::assets::Assets;
use crate::form::{Fault, Refused};
use crate::markup::Markup;
use crate::words::WORDS;

/// The part that every page has: the reader's language and the paths of the assets. Templates call its methods.
#[derive(Debug, Clone)]
pub struct Page {
    language: UiLanguage,
    request_id: String,
    assets: Data<Assets>,
}

impl Page {
    /// Returns the page that answers a request with this context.
    pub(crate) fn new(context: &RequestContext, assets: Data<Assets>) -> Self {
        Self {
            language: context.language(),
            request_id: context.request_id.clone(),
            assets,
        }
    }

    /// Returns the page that answers this request.
    pub(crate) fn of(request: &HttpRequest, assets: Data<Assets>) -> Self {
        Self::new(&RequestContext::of(request), assets)
    }

    /// Returns the words of a key.
    pub(crate) fn t(&self, key: &str) -> Markup {
        Markup::of_text(&WORDS.text(self.language, key, &[]))
    }

    /// Returns the words of a key around a number, an id or an address, which is written from left to right in
    /// every language.
    pub(crate) fn say(&self, key: &str, name: &str, value: &str) -> Markup {
        let isolated = bidi::left_to_right(value);
        Markup::of_text(&WORDS.text(self.language, key, &[(name, &isolated)]))
    }

    /// Returns the words of a fault.
    pub(crate) fn fault(&self, fault: &Fault) -> Markup {
        match fault.number() {
            Some(number) => self.say(fault.key(), "number", &number.to_string()),
            None => self.t(fault.key()),
        }
    }

    /// Returns the words of a refusal.
    pub(crate) fn refused(&self, refused: &Refused) -> Markup {
        match refused.wait() {
            Some(wait) => self.say(refused.key(), "wait", &wait),
            None => self.t(refused.key()),
        }
    }

    /// Returns the words of a key around those of a title.
    pub(crate) fn titled(&self, key: &str, title_key: &str) -> Markup {
        let title = WORDS.text(self.language, title_key, &[]);
        Markup::of_text(&WORDS.text(self.language, key, &[("title", &title)]))
    }

    /// Returns the tag of the language, for `lang`.
    pub(crate) fn lang(&self) -> &'static str {
        self.language.as_str()
    }

    /// Returns the writing direction, for `dir`.
    pub(crate) fn dir(&self) -> &'static str {
        Direction::of(self.language).as_str()
    }

    /// Returns the tag of the other language.
    pub(crate) fn other_lang(&self) -> &'static str {
        match self.language {
            UiLanguage::English => UiLanguage::Arabic.as_str(),
            UiLanguage::Arabic => UiLanguage::English.as_str(),
        }
    }

    /// Returns the path of an asset.
    pub(crate) fn asset(&self, file: &str) -> String {
        self.assets.path(file)
    }

    /// Returns the id of the request, by which an operator finds it in the log.
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Returns the version of the program.
    pub(crate) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
