//! `/dashboard/messages.csv`: the messages of the list as a table for spreadsheets.

use actix_web::{HttpResponse, Resource};
use otp_core::usecases::show_message::OpenedMessage;
use otp_edge::resource_at;

use super::filter::{self, Filter};
use super::refusal::refuse;
use crate::csv::Csv;
use crate::error_page::Problem;
use crate::value;
use crate::visit::Visit;

/// The names of the columns: those of the API.
const HEADINGS: [&str; 12] = [
    "id",
    "createdAt",
    "messageStatus",
    "to",
    "channel",
    "region",
    "languageCode",
    "template",
    "price",
    "deliveredAt",
    "failureCode",
    "failureTitle",
];

pub(super) fn resource() -> Resource {
    resource_at("/messages.csv").get(download).finish()
}

async fn download(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let filter = Filter::of(&visit);
    if filter.is_unreadable() {
        return visit.problem(Problem::NotFound);
    }
    let browse = visit.state.browse_messages.clone();
    let (mode, wanted) = (filter.mode(), filter::wanted(&filter));
    let found = visit.run(async move { browse.export(&viewer, mode, wanted).await });
    match found.await {
        Ok(Ok(messages)) => {
            let mut csv = Csv::new(&HEADINGS);
            for message in messages {
                csv.push(&cells(message));
            }
            csv.answer("messages.csv")
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Returns the cells of a message. Its recipient is masked, as on the page.
fn cells(message: OpenedMessage) -> [String; 12] {
    let OpenedMessage { record, to } = message;
    let (code, title) = match record.failure {
        Some(failure) => (failure.code, failure.title),
        None => (None, String::new()),
    };
    [
        record.id.to_string(),
        record.created_at.to_rfc3339(),
        record.status.as_str().to_owned(),
        value::masked(to.as_ref()),
        record.channel.as_str().to_owned(),
        record
            .region
            .map(|region| region.to_string())
            .unwrap_or_default(),
        record.language.to_string(),
        record
            .template
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default(),
        record.price.get().to_string(),
        record
            .delivered_at
            .map(|at| at.to_rfc3339())
            .unwrap_or_default(),
        code.map(|code| code.to_string()).unwrap_or_default(),
        title,
    ]
}
