//! `/`: what the gateway does, how it is called, and what it costs.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::pricing::{DEFAULT_PRICE, PriceKey};
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::show_offer::PublicOffer;
use otp_core::usecases::sign_up::SignUpPolicy;
use otp_edge::resource_at;
use otp_texts::Direction;

use crate::answer;
use crate::country_names::country_name;
use crate::guide::ShownSample;
use crate::markup::Markup;
use crate::order_view::count;
use crate::page::Page;
use crate::purchase::ShownPlan;
use crate::samples::Samples;
use crate::value::Value;
use crate::visit::Visit;
use crate::words::WORDS;

/// The path of the page.
pub(crate) const PATH: &str = "/";

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    page: Page,
    /// Whether anybody may sign up.
    may_sign_up: bool,
    send: Option<ShownSample>,
    plans: Vec<ShownPlan>,
    /// The name of a country, or the words for mails, and the credits, in the order of the names.
    prices: Vec<(String, u64)>,
}

/// A message on the drawn phone, whose words are in a language of its own.
struct Bubble {
    language: UiLanguage,
    code: &'static str,
    time: &'static str,
}

impl Bubble {
    fn lang(&self) -> &'static str {
        self.language.as_str()
    }

    fn dir(&self) -> &'static str {
        Direction::of(self.language).as_str()
    }

    fn t(&self, key: &str) -> Markup {
        Markup::of_text(&WORDS.text(self.language, key, &[]))
    }
}

impl HomePage {
    fn new(page: Page, may_sign_up: bool, gateway: &str, offer: &PublicOffer) -> Self {
        let named = offer.prices.iter().map(|(key, credits)| {
            let name = match key {
                PriceKey::Region(region) => {
                    let name = country_name(page.language(), region.as_str());
                    name.unwrap_or(region.as_str()).to_owned()
                }
                PriceKey::Email => page.plain("home-email"),
            };
            (name, count(credits.get()))
        });
        let prices: BTreeMap<_, _> = named.collect();
        Self {
            may_sign_up,
            send: ShownSample::named("send", gateway),
            plans: offer.plans.iter().map(ShownPlan::from).collect(),
            prices: prices.into_iter().collect(),
            page,
        }
    }

    /// Returns the messages on the phone, one in each language, whatever the reader's is.
    fn bubbles(&self) -> [Bubble; 2] {
        [
            Bubble {
                language: UiLanguage::Arabic,
                code: "730164",
                time: "09:41",
            },
            Bubble {
                language: UiLanguage::English,
                code: "482913",
                time: "14:02",
            },
        ]
    }

    /// Returns the life of a message: icon, class, title and text of each step.
    fn steps(&self) -> [(&'static str, &'static str, &'static str, &'static str); 4] {
        [
            ("arrow-right", "", "home-admitted", "home-admitted-text"),
            ("check", "", "status-sent", "home-sent-text"),
            (
                "check-check",
                "is-good",
                "status-delivered",
                "home-delivered-text",
            ),
            (
                "shield-check",
                "is-good",
                "home-verified",
                "home-verified-text",
            ),
        ]
    }

    fn points(&self) -> [(&'static str, &'static str); 6] {
        [
            ("home-once", "home-once-text"),
            ("home-reason", "home-reason-text"),
            ("home-guesses", "home-guesses-text"),
            ("home-languages", "home-languages-text"),
            ("home-sealed", "home-sealed-text"),
            ("home-tests", "home-tests-text"),
        ]
    }

    /// Returns what a message costs where no price is set.
    fn other_prices(&self) -> Markup {
        let credits = Value::Number(count(DEFAULT_PRICE.get()));
        let key = match self.prices.is_empty() {
            true => "home-prices-all",
            false => "home-prices-others",
        };
        self.page.say_all(key, &[("credits", credits)])
    }

    fn is_guide(&self) -> bool {
        false
    }
}

/// Returns the keys of words that only Rust names.
#[cfg(test)]
pub(crate) const KEYS: [&str; 23] = [
    "home-email",
    "home-bubble",
    "home-bubble-copy",
    "home-admitted",
    "home-admitted-text",
    "home-sent-text",
    "home-delivered-text",
    "home-verified",
    "home-verified-text",
    "home-once",
    "home-once-text",
    "home-reason",
    "home-reason-text",
    "home-guesses",
    "home-guesses-text",
    "home-languages",
    "home-languages-text",
    "home-sealed",
    "home-sealed-text",
    "home-tests",
    "home-tests-text",
    "home-prices-all",
    "home-prices-others",
];

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let offer = visit.state.show_offer.clone();
    let may_sign_up = visit.state.sign_up.policy == SignUpPolicy::Open;
    match visit.run(async move { offer.execute().await }).await {
        Ok(Ok(offer)) => {
            let page = HomePage::new(visit.page(), may_sign_up, &visit.gateway(), &offer);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

impl Samples for HomePage {
    const NAME: &'static str = "home";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |may_sign_up, plans, prices: &[(&str, u64)]| Self {
            page: page.clone(),
            may_sign_up,
            send: ShownSample::named("send", "https://gateway.example"),
            plans,
            prices: prices
                .iter()
                .map(|(name, credits)| ((*name).to_owned(), *credits))
                .collect(),
        };
        let plans = vec![
            ShownPlan::sample(1, "Starter", Some("19")),
            ShownPlan::sample(10, "باقة الأعمال", Some("149")),
            ShownPlan::sample(50, "Large", None),
            ShownPlan::sample(99, &"<b>W</b>ide ".repeat(16), Some("99999999.99")),
        ];
        let prices = [("Iraq", 2), ("المملكة العربية السعودية", 2_000_000_000)];
        vec![
            ("empty", StatusCode::OK, sample(false, Vec::new(), &[])),
            ("full", StatusCode::OK, sample(true, plans, &prices)),
        ]
    }
}
