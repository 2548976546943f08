//! `GET /v1/webhook-endpoints/{id}/deliveries`: lists the deliveries to a webhook endpoint, newest first, page by
//! page.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use otp_core::page::{Cursor, Page, PageSize};
use otp_core::webhook::delivery_log::{DeliveryFilter, StoredDelivery};
use otp_edge::resource_at;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoParams, IntoResponses};

use super::webhook_delivery::stored_example;
use super::webhook_endpoint::{ID, id_of};
use crate::answer;
use crate::authentication::authenticate;
use crate::error::{self, ApiError, ErrorCode};
use crate::parameter::{CURSOR, Documented, PAGE_SIZE, Query, QueryParameter, documents};
use crate::state::ApiState;
use crate::wire::{ListPage, RequestHeaders, WebhookDeliveryResource};

const PATH: &str = "/v1/webhook-endpoints/{id}/deliveries";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

const LIMIT: QueryParameter<PageSize> = QueryParameter {
    name: "limit",
    description: "The number of deliveries on a page.",
    value: PAGE_SIZE,
};

const FROM_CURSOR: QueryParameter<Cursor> = QueryParameter {
    name: "cursor",
    description: "The beginning of the page: `nextCursor` of the page before.",
    value: CURSOR,
};

struct ListWebhookDeliveriesParameters;

/// The parameters of the query.
pub(crate) const QUERY: [&dyn Documented; 2] = [&LIMIT, &FROM_CURSOR];

impl IntoParams for ListWebhookDeliveriesParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        documents(&[&ID, &LIMIT, &FROM_CURSOR])
    }
}

type ListWebhookDeliveriesResponse = ListPage<WebhookDeliveryResource>;

/// Lists the deliveries to a webhook endpoint, newest event first. They are kept for 30 days.
///
/// Read on until `nextCursor` is null.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ListWebhookDeliveries",
    tag = "Webhooks",
    security(("ApiKey" = [])),
    params(ListWebhookDeliveriesParameters, RequestHeaders),
    responses(
        (
            status = 200,
            description = "A page of deliveries.",
            headers(("X-Request-Id" = String, description = "Id of this request.")),
            body = ListWebhookDeliveriesResponse,
            example = json!({
                "data": [WebhookDeliveryResource::from(stored_example())],
                "nextCursor": null,
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let page = list(&request, &state).await;
    answer::json(&request, page.map(ListWebhookDeliveriesResponse::from))
}

async fn list(request: &HttpRequest, state: &ApiState) -> Result<Page<StoredDelivery>, ApiError> {
    let caller = authenticate(request, state).await?;
    let of = (caller.account_id, id_of(request)?);
    let query = Query::read(request, &QUERY)?;
    let size = query.get(&LIMIT)?.unwrap_or_default();
    let cursor = query.get(&FROM_CURSOR)?;
    let inspect = state.inspect_webhook_deliveries.clone();
    let listed = state
        .runner
        .run(async move { inspect.list(of, DeliveryFilter::All, cursor, size).await })
        .await?;
    Ok(listed?)
}

/// The error codes of this endpoint, besides the common ones.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses(&[
            ErrorCode::InvalidQueryParameter,
            ErrorCode::WebhookEndpointNotFound,
        ])
    }
}
