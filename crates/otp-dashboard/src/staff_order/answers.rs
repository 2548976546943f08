//! The answers after an order was changed.

use actix_web::HttpResponse;
use otp_core::ids::OrderId;
use otp_core::order::Order;
use otp_core::usecases::handle_orders::HandleOrdersError;

use crate::answer;
use crate::frame::Place;
use crate::staff_orders::refuse;
use crate::visit::Visit;

/// Leads back to the order: changed, or as somebody else changed it meanwhile.
pub(super) fn answer_change(
    visit: &Visit,
    id: OrderId,
    changed: Result<Result<Order, HandleOrdersError>, HttpResponse>,
) -> HttpResponse {
    match changed {
        Ok(Ok(_) | Err(HandleOrdersError::IsOver(_))) => answer::go_to(&path_of(id)),
        Ok(Err(error)) => refuse(visit, error),
        Err(answer) => answer,
    }
}

/// Returns the path of an order.
pub(super) fn path_of(id: OrderId) -> String {
    format!("{}/{id}", Place::Orders.path())
}
