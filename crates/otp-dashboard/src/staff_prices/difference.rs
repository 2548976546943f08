//! `/admin/prices/import/apply`: what a list changes, before and when it applies.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::credits::Credits;
use otp_core::person::permission::StaffAction;
use otp_core::pricing::{PriceChange, PriceKey, parse_price_list};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::set_prices::SetPricesError;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use super::list_page;
use super::view::{priced, refuse, table};
use crate::answer;
use crate::form::FieldKind;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::order_view::{count, credits};
use crate::page::Page;
use crate::samples::Samples;
use crate::value::Value;
use crate::visit::Visit;

/// The field with the prices that the page showed as those before the change.
const SEEN: &str = "seen";

#[derive(Template)]
#[template(path = "price_difference.html")]
pub(crate) struct PriceDifferencePage {
    page: Page,
    frame: Frame,
    /// The prices that become other ones.
    changes: Vec<ShownChange>,
    /// How many prices of the list are the same.
    unchanged: usize,
    /// The list, as typed.
    list: String,
    /// The prices in the table, for those of the list.
    seen: String,
    /// Whether somebody changed one of them since the page before.
    is_other: bool,
}

/// A price that becomes another one.
#[derive(Debug, Clone)]
struct ShownChange {
    code: String,
    /// `None` if the table has no price yet.
    before: Option<u64>,
    after: u64,
}

impl From<&PriceChange> for ShownChange {
    fn from(change: &PriceChange) -> Self {
        Self {
            code: change.key.as_str().to_owned(),
            before: change.before.map(|before| count(before.get())),
            after: count(change.after.get()),
        }
    }
}

impl ShownChange {
    fn name(&self, page: &Page) -> Markup {
        priced(page, &self.code)
    }

    /// Returns the words for the price until now.
    fn before_words(&self, page: &Page) -> Option<Markup> {
        let words = |before| page.say_all("price-was", &[("credits", Value::Number(before))]);
        self.before.map(words)
    }

    fn after_words(&self, page: &Page) -> Markup {
        credits(page, self.after)
    }
}

impl PriceDifferencePage {
    fn unchanged_words(&self) -> Markup {
        let values = [("prices", Value::count(self.unchanged))];
        self.page.say_all("prices-unchanged", &values)
    }
}

pub(super) fn resource() -> Resource {
    resource_at("/prices/import/apply").post(apply).finish()
}

/// Answers with the difference between a list and the table.
pub(super) async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    text: &str,
    list: &[(PriceKey, Credits)],
    is_other: bool,
) -> HttpResponse {
    let table = match table(visit).await {
        Ok(table) => table,
        Err(answer) => return answer,
    };
    let all = PriceChange::compare(&table, list);
    let changes: Vec<_> = all.iter().filter(|change| change.is_change()).collect();
    let page = PriceDifferencePage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Prices),
        unchanged: all.len() - changes.len(),
        changes: changes.into_iter().map(ShownChange::from).collect(),
        list: text.to_owned(),
        seen: written(&all),
        is_other,
    };
    let status = match is_other {
        true => StatusCode::CONFLICT,
        false => StatusCode::OK,
    };
    answer::page(status, &page)
}

/// Applies the list, if the table still has the prices that the person saw.
async fn apply(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let text = typed.get(FieldKind::PriceList.name());
    let list = match parse_price_list(text) {
        Ok(list) => list,
        Err(invalid) => return list_page::refused(&visit, &viewer, text, invalid),
    };
    let Some(changes) = as_seen(&list, typed.get(SEEN)) else {
        return page_of(&visit, &viewer, text, &list, true).await;
    };
    let (set, of) = (visit.state.set_prices.clone(), viewer.clone());
    let done = visit.run(async move {
        let by = StaffActor::Viewer(&of);
        set.execute_as_seen(&changes, by).await
    });
    match done.await {
        Ok(Ok(())) => answer::go_to(Place::Prices.path()),
        Ok(Err(SetPricesError::Changed)) => page_of(&visit, &viewer, text, &list, true).await,
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Writes the prices in the table: `EG=3,US=`.
fn written(changes: &[PriceChange]) -> String {
    let written = changes.iter().map(|change| {
        let before = change.before.map(|before| before.to_string());
        format!("{}={}", change.key, before.unwrap_or_default())
    });
    written.collect::<Vec<_>>().join(",")
}

/// Reads them again, beside the prices of the list; `None` if they are not those of the list.
fn as_seen(list: &[(PriceKey, Credits)], seen: &str) -> Option<Vec<PriceChange>> {
    let pairs = seen.split(',').filter_map(|pair| pair.split_once('='));
    let seen: BTreeMap<_, _> = pairs.collect();
    let change = |(key, after): &(PriceKey, Credits)| {
        let before = match *seen.get(key.as_str())? {
            "" => None,
            credits => Some(Credits::new(credits.parse().ok()?).ok()?),
        };
        Some(PriceChange {
            key: *key,
            before,
            after: *after,
        })
    };
    list.iter().map(change).collect()
}

impl Samples for PriceDifferencePage {
    const NAME: &'static str = "price-difference";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let change = |code: &str, before, after| ShownChange {
            code: code.to_owned(),
            before,
            after,
        };
        let several = vec![
            change("001", None, 40),
            change("EG", Some(3), 2),
            change("EMAIL", Some(1), 2),
            change("GS", Some(1_999_999_999), 2_000_000_000),
            change("SA", None, 1),
        ];
        let sample = |changes, is_other| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Prices),
            changes,
            unchanged: 21,
            list: "country,credits\n\"SA</textarea>\",1\n".to_owned(),
            seen: "SA=".to_owned(),
            is_other,
        };
        vec![
            ("changes", StatusCode::OK, sample(several.clone(), false)),
            ("none", StatusCode::OK, sample(Vec::new(), false)),
            ("other", StatusCode::CONFLICT, sample(several, true)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prices_that_a_page_showed_are_read_again() {
        let credits = |number| Credits::new(number).expect("credits");
        let key = |text| PriceKey::parse(text).expect("a key");
        let list = [(key("EG"), credits(2)), (key("US"), credits(5))];
        let table = [(key("EG"), credits(3)), (key("SA"), credits(4))];
        let all = PriceChange::compare(&table, &list);
        assert_eq!(written(&all), "EG=3,US=");
        assert_eq!(as_seen(&list, &written(&all)), Some(all));
        for other in ["", "EG=3", "EG=x,US=", "EG=-1,US=", "EG,US", "<b>"] {
            assert_eq!(as_seen(&list, other), None, "{other}");
        }
    }
}
