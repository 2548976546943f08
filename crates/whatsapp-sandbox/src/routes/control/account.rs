//! The phone numbers of the account.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Deserialize;

use super::request::{Answer, ControlError};
use crate::{DEFAULT_WABA_ID, Sandbox, account::number_to_graph};

const MAX_ID_DIGITS: usize = 32;

/// The path of a phone number of the account.
#[derive(Debug, Deserialize)]
pub(super) struct ByAccountNumber {
    waba: String,
    id: String,
}

/// `PUT control/accounts/{waba}/numbers/{id}`: adds a phone number, from which messages can be sent.
pub(super) async fn put_number(sandbox: Data<Sandbox>, path: Path<ByAccountNumber>) -> Answer {
    let ByAccountNumber { waba, id } = path.into_inner();
    if waba != DEFAULT_WABA_ID {
        return Err(ControlError::not_found(format!("no account {waba}")));
    }
    if !(1..=MAX_ID_DIGITS).contains(&id.len()) || !id.chars().all(|c| c.is_ascii_digit()) {
        return Err(ControlError::bad("an id has 1 to 32 digits"));
    }
    let added = sandbox.state().account.add_number(&id);
    added.map_err(ControlError::bad)?;
    Ok(HttpResponse::Ok().json(number_to_graph(&id)))
}
