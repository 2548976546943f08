//! `/admin/prices`: the credits that a message costs, for each country with a price of its own.

mod difference;
mod import;
mod list_page;
mod samples;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Payload, ServiceConfig};
use askama::Template;
use otp_core::credits::Credits;
use otp_core::person::permission::StaffAction;
use otp_core::pricing::{DEFAULT_PRICE, PriceKey};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_core::usecases::unset_price::UnsetPriceError;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::order_view::{count, credits};
use crate::page::Page;
use crate::visit::Visit;
use view::{priced, refuse, table};

pub(crate) use difference::PriceDifferencePage;
pub(crate) use list_page::ImportPricesPage;

#[derive(Template)]
#[template(path = "staff_prices.html")]
pub(crate) struct StaffPricesPage {
    page: Page,
    frame: Frame,
    prices: Vec<ShownPrice>,
    /// Whether the viewer may set prices.
    may_manage: bool,
    country: Field,
    credits: Field,
    refused: Option<Refused>,
}

impl FormPage for StaffPricesPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.country, &self.credits]
    }
}

/// A price, as a page shows it.
#[derive(Debug, Clone)]
struct ShownPrice {
    code: String,
    credits: u64,
}

impl ShownPrice {
    fn new((key, credits): &(PriceKey, Credits)) -> Self {
        Self {
            code: key.as_str().to_owned(),
            credits: count(credits.get()),
        }
    }

    fn name(&self, page: &Page) -> Markup {
        priced(page, &self.code)
    }

    fn credits_words(&self, page: &Page) -> Markup {
        credits(page, self.credits)
    }
}

impl StaffPricesPage {
    fn new(page: Page, frame: Frame, prices: Vec<ShownPrice>, may_manage: bool) -> Self {
        Self {
            page,
            frame,
            prices,
            may_manage,
            country: Field::empty(FieldKind::PriceCountry),
            credits: Field::empty(FieldKind::GrantedCredits),
            refused: None,
        }
    }

    /// Returns the words for what every other message costs.
    fn default_words(&self) -> Markup {
        credits(&self.page, count(DEFAULT_PRICE.get()))
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/prices").get(show).post(set).finish())
        .service(resource_at("/prices/unset").post(unset).finish())
        .service(import::resource())
        .service(difference::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtPlans).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

async fn set(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let kind = FieldKind::PriceCountry;
    let (country, key) = read(kind, typed.get(kind.name()), fields::price_country);
    let kind = FieldKind::GrantedCredits;
    let (credits, price) = read(kind, typed.get(kind.name()), fields::credits);
    let Some(price) = key.zip(price) else {
        return match page_of(&visit, &viewer).await {
            Ok(mut page) => {
                (page.country, page.credits) = (country, credits);
                page.answer()
            }
            Err(answer) => answer,
        };
    };
    let set = visit.state.set_prices.clone();
    let done = visit.run(async move { set.execute(&[price], StaffActor::Viewer(&viewer)).await });
    match done.await {
        Ok(Ok(())) => answer::go_to(Place::Prices.path()),
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn unset(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(key) = PriceKey::parse(typed.get("key")) else {
        return visit.problem(Problem::NotFound);
    };
    let unset = visit.state.unset_price.clone();
    let done = visit.run(async move { unset.execute(key, StaffActor::Viewer(&viewer)).await });
    match done.await {
        // Somebody else may have removed it a moment ago.
        Ok(Ok(()) | Err(UnsetPriceError::NotSet(_))) => answer::go_to(Place::Prices.path()),
        Ok(Err(UnsetPriceError::Forbidden)) => visit.problem(Problem::RoleForbids),
        Ok(Err(UnsetPriceError::Port(error))) => visit.failed(&error),
        Err(answer) => answer,
    }
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<StaffPricesPage, HttpResponse> {
    let table = table(visit).await?;
    let prices = table.iter().map(ShownPrice::new).collect();
    let frame = visit.frame(viewer, Place::Prices);
    let may_manage = viewer.may_as_staff(StaffAction::ManagePlans);
    Ok(StaffPricesPage::new(
        visit.page(),
        frame,
        prices,
        may_manage,
    ))
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) const KEYS: [&str; 5] = [
    "price-of-mail",
    "region-of-no-country",
    "region-unknown",
    "price-was",
    "prices-unchanged",
];
