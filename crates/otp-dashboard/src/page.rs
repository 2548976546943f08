//! Page: the part that every page has.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::Data;
use otp_core::person::AccountRole;
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_edge::RequestContext;
use otp_texts::Direction;

use crate::assets::Assets;
use crate::country_names::country_name;
use crate::form::{Fault, Refused};
use crate::frame::{account_role_key, role_key};
use crate::icons;
use crate::markup::Markup;
use crate::took::Took;
use crate::value::{self, Value};
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

    /// Returns the words of a key as plain text, to be inserted into others.
    pub(crate) fn plain(&self, key: &str) -> String {
        WORDS.text(self.language, key, &[])
    }

    /// Returns the language of the reader.
    pub(crate) const fn language(&self) -> UiLanguage {
        self.language
    }

    /// Returns the words of a key around several values, to be written by [`written`](Self::written).
    pub(crate) fn say_plain(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        value::sentence(self.language, key, values)
    }

    /// Returns the words of a key that has plural forms, to be written by [`written`](Self::written).
    pub(crate) fn count_plain(&self, key: &str, number: u64) -> String {
        self.say_plain(key, &[("number", Value::Number(number))])
    }

    /// Writes words that were put together before.
    pub(crate) fn written(&self, words: &str) -> Markup {
        Markup::of_text(words)
    }

    /// Returns the words of a key around a phone number, an id or a time.
    pub(crate) fn say(&self, key: &str, name: &str, code: &str) -> Markup {
        self.say_all(key, &[(name, Value::Code(code))])
    }

    /// Returns the words of a key around several values, or around a number that has plural forms.
    pub(crate) fn say_all(&self, key: &str, values: &[(&str, Value<'_>)]) -> Markup {
        Markup::of_text(&value::sentence(self.language, key, values))
    }

    /// Returns a number that is alone.
    pub(crate) fn number(&self, number: u64) -> Markup {
        Markup::of_text(&Value::Number(number).isolated())
    }

    /// Returns a phone number, an id or a code that is alone.
    pub(crate) fn code(&self, code: &str) -> Markup {
        Markup::of_text(&Value::Code(code).isolated())
    }

    /// Returns a name that is alone.
    pub(crate) fn name(&self, name: &str) -> Markup {
        Markup::of_text(&Value::Name(name).isolated())
    }

    /// Returns the name of a country, by its code; `None` if no country has it.
    pub(crate) fn country(&self, code: &str) -> Option<Markup> {
        country_name(self.language, code).map(Markup::of_text)
    }

    /// Returns the words for a role in an account.
    pub(crate) fn account_role(&self, role: &AccountRole) -> Markup {
        self.t(account_role_key(*role))
    }

    /// Returns the words that say what a role in an account is for.
    pub(crate) fn account_role_about(&self, role: &AccountRole) -> Markup {
        self.t(&format!("{}-about", account_role_key(*role)))
    }

    /// Returns the words for a role of the staff.
    pub(crate) fn role(&self, role: &StaffRole) -> Markup {
        self.t(role_key(*role))
    }

    /// Returns the words that say what a role of the staff is for.
    pub(crate) fn role_about(&self, role: &StaffRole) -> Markup {
        self.t(&format!("{}-about", role_key(*role)))
    }

    /// Returns an instant, in UTC.
    pub(crate) fn time(&self, instant: &Timestamp) -> Markup {
        Markup::of_time(*instant)
    }

    /// Returns an instant, in UTC and to the millisecond.
    pub(crate) fn moment(&self, instant: &Timestamp) -> Markup {
        Markup::of_moment(*instant)
    }

    /// Returns how long something took.
    pub(crate) fn took(&self, took: &Duration) -> Markup {
        Markup::of_text(&self.took_plain(took))
    }

    /// Returns how long something took as plain text, to be inserted into other words.
    pub(crate) fn took_plain(&self, took: &Duration) -> String {
        match Took::from(*took) {
            Took::Seconds(seconds) => {
                let values = [("seconds", Value::Code(&seconds))];
                value::sentence(self.language, "took-seconds", &values)
            }
            Took::Clock(clock) => Value::Code(&clock).isolated(),
        }
    }

    /// Returns an icon, by its name in [`icons`].
    pub(crate) fn icon(&self, name: &str) -> Markup {
        icons::icon(name, "")
    }

    /// Returns an icon with more classes than its own, such as `is-small`.
    pub(crate) fn icon_as(&self, name: &str, classes: &str) -> Markup {
        icons::icon(name, classes)
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
