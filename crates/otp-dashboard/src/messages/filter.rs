//! The filter of the list, as the core reads it, and as parameters of the API.

use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;
use otp_core::usecases::browse_messages::{MessageFilter, Sought};

use crate::curl::Curl;
use crate::list_filter::ListFilter;

/// The choice of the reader.
pub(super) type Filter = ListFilter<MessageStatus>;

/// Returns the filter as the core reads it.
pub(super) fn wanted(filter: &Filter) -> MessageFilter {
    MessageFilter {
        status: filter.status,
        period: filter.period.length(),
        sought: filter.sought.clone(),
    }
}

/// Returns the command that lists the same messages.
pub(super) fn curl(filter: &Filter, gateway: &str, from: Option<Timestamp>) -> Curl {
    let url = format!("{gateway}/v1/messages");
    let recipient = match &filter.sought {
        Some(Sought::Message(id)) => {
            return Curl::get(&format!("{url}/{id}"), filter.mode(), &[]);
        }
        Some(Sought::Recipient(recipient)) => Some(recipient.as_str().to_owned()),
        None => None,
    };
    let status = filter.status.map(|status| status.as_str().to_owned());
    let parameters = [
        ("status", status),
        ("recipient", recipient),
        ("from", from.map(Timestamp::to_rfc3339)),
        ("cursor", filter.cursor.map(|cursor| cursor.to_string())),
    ];
    let given = parameters.into_iter();
    let given: Vec<_> = given
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    Curl::get(&url, filter.mode(), &given)
}
