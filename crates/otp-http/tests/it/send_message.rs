//! `POST /SendMessage`: the contract's order of checks, rule by rule, as far as this crate does them.

mod anything;
mod outcome;
mod request;

use serde_json::{Value, json};

const PATH: &str = "/SendMessage";

fn valid() -> Value {
    json!({
        "otpCode": "123456",
        "toPhoneE164": "+966551234567",
        "languageCode": "en",
        "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
    })
}

/// The valid body with another value of one field.
fn with(field: &str, value: Value) -> Value {
    let mut body = valid();
    body[field] = value;
    body
}

fn without(field: &str) -> Value {
    let mut body = valid();
    body.as_object_mut().unwrap().remove(field);
    body
}
