//! `/admin/prices/import`: takes a whole list, and shows the difference before anything changes.

use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use otp_core::person::permission::StaffAction;
use otp_core::pricing::parse_price_list;
use otp_edge::resource_at;

use super::difference;
use super::list_page::{page_of, refused};
use crate::form::{Fault, Field, FieldKind};
use crate::visit::Visit;

pub(super) fn resource() -> Resource {
    resource_at("/prices/import")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit) -> HttpResponse {
    match visit.staff(StaffAction::ManagePlans).await {
        Ok(viewer) => page_of(&visit, &viewer, Field::empty(FieldKind::PriceList)),
        Err(answer) => answer,
    }
}

/// Shows the difference, or the form again: for what is wrong with the list, or to go on with it.
async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManagePlans, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let text = typed.get(FieldKind::PriceList.name());
    if typed.get("step") == "edit" {
        return page_of(
            &visit,
            &viewer,
            Field::new(FieldKind::PriceList, text, None),
        );
    }
    match parse_price_list(text) {
        Ok(list) if list.is_empty() => {
            let empty = Some(Fault::EmptyPriceList);
            page_of(
                &visit,
                &viewer,
                Field::new(FieldKind::PriceList, text, empty),
            )
        }
        Ok(list) => difference::page_of(&visit, &viewer, text, &list, false).await,
        Err(invalid) => refused(&visit, &viewer, text, invalid),
    }
}
