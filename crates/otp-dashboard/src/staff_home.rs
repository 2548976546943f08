//! `/admin`: leads a person of the staff to the first page that the role allows.

use actix_web::{HttpResponse, Resource};
use otp_core::person::permission::StaffAction;
use otp_edge::resource_at;

use crate::answer;
use crate::frame::Place;
use crate::visit::Visit;

pub(crate) fn resource() -> Resource {
    resource_at("").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    match visit.staff(StaffAction::LookAtOrders).await {
        Ok(_) => answer::go_to(Place::Orders.path()),
        Err(answer) => answer,
    }
}
