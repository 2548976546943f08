//! `/dashboard/messages`: the messages of an account, newest first.

mod export;
mod filter;
mod refusal;
mod row;
mod samples;

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use askama::Template;
use otp_core::page::{Cursor, PageSize};
use otp_core::usecases::browse_messages::BrowsedMessages;
use otp_edge::resource_at;

use crate::curl::Curl;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;
use crate::visit::Visit;
use filter::Filter;
use row::MessageRow;

pub(crate) use refusal::refuse;

#[derive(Template)]
#[template(path = "messages.html")]
pub(crate) struct MessagesPage {
    page: Page,
    frame: Frame,
    filter: Filter,
    rows: Vec<MessageRow>,
    /// The beginning of the page of older messages.
    older: Option<Cursor>,
    curl: Curl,
    /// The address of the gateway, for the command that sends a first message.
    gateway: String,
}

pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/messages").get(show).finish())
        .service(export::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let filter = Filter::of(&visit);
    let frame = visit.frame(&viewer, Place::Messages);
    let found = match filter.is_unreadable() {
        true => BrowsedMessages::default(),
        false => {
            let (mode, wanted) = (filter.mode(), filter::wanted(&filter));
            let part = (filter.cursor, PageSize::default());
            let browse = visit.state.browse_messages.clone();
            let listed = async move { browse.list(&viewer, mode, wanted, part).await };
            match visit.run(listed).await {
                Ok(Ok(found)) => found,
                Ok(Err(error)) => return refuse(&visit, error),
                Err(answer) => return answer,
            }
        }
    };
    let page = MessagesPage::new(visit.page(), frame, filter, found, visit.gateway());
    page.filter.answer(&visit, &page)
}

impl MessagesPage {
    fn new(
        page: Page,
        frame: Frame,
        filter: Filter,
        found: BrowsedMessages,
        gateway: String,
    ) -> Self {
        Self {
            curl: filter::curl(&filter, &gateway, found.from),
            older: found.page.next,
            rows: found.page.items.into_iter().map(MessageRow::from).collect(),
            page,
            frame,
            filter,
            gateway,
        }
    }

    /// Returns whether the account has sent nothing yet.
    fn is_new(&self) -> bool {
        self.rows.is_empty() && self.older.is_none() && self.filter.is_untouched()
    }

    /// Returns how many messages the page has.
    fn count(&self) -> Markup {
        let count = self.rows.len().try_into().unwrap_or(u64::MAX);
        let values = [("count", Value::Number(count))];
        self.page.say_all("messages-on-page", &values)
    }

    fn older_query(&self) -> Option<String> {
        self.older.map(|cursor| self.filter.query(Some(cursor)))
    }

    fn newest_query(&self) -> String {
        self.filter.query(None)
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let periods = crate::period::Period::ALL.map(crate::period::Period::key);
    let others = ["messages-on-page", "took-seconds"];
    others.into_iter().chain(periods).collect()
}
