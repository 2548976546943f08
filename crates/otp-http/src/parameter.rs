//! Parameters of requests. An endpoint declares each of its parameters once; the declaration reads
//! the parameter and documents it.

mod declaration;
mod query;
mod value;

pub(crate) use declaration::{Documented, PathParameter, QueryParameter, documents};
pub(crate) use query::{InvalidQuery, Query};
pub(crate) use value::{
    CURSOR, GROUP_BY, INSTANT, MESSAGE_ID, MESSAGE_STATUS, PAGE_SIZE, PHONE_OR_EMAIL,
    VERIFICATION_ID, VERIFICATION_STATUS, WAIT, WEBHOOK_ENDPOINT_ID, WEBHOOK_EVENT_ID,
};
