//! `/dashboard/messages/{id}`: one message, and what happened to it.

mod advice;
mod samples;
mod timeline;
mod waterfall;

use actix_web::web::Path;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_core::channel::Channel;
use otp_core::ids::{MessageId, parse_uuid};
use otp_core::message::{CodeOutcome, MessageStatus};
use otp_core::time::Timestamp;
use otp_core::usecases::show_message::{OpenedMessage, ShownMessage};
use otp_edge::resource_at;

use crate::channel_words;
use crate::curl::Curl;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::message_badge::MessageBadge;
use crate::messages::refuse;
use crate::page::Page;
use crate::value::{self, Value};
use crate::visit::Visit;
use timeline::Step;
use waterfall::Waterfall;

#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    page: Page,
    frame: Frame,
    message: Facts,
    steps: Vec<Step>,
    waterfall: Option<Waterfall>,
    curl: Curl,
}

/// The message itself.
#[derive(Debug, Clone)]
struct Facts {
    id: String,
    /// The recipient, masked.
    to: String,
    is_test: bool,
    status: MessageStatus,
    channel: Channel,
    region: Option<String>,
    language: String,
    template: Option<String>,
    /// WhatsApp's id of the number it was sent from.
    sender: Option<String>,
    price: u64,
    failure: Option<ShownFailure>,
    outcome: Option<(CodeOutcome, Timestamp)>,
    at: Timestamp,
}

/// A failure: what happened, and why.
#[derive(Debug, Clone)]
struct ShownFailure {
    code: Option<i32>,
    title: String,
    reason: String,
}

pub(crate) fn resource() -> Resource {
    resource_at("/messages/{id}").get(show).finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let frame = visit.frame(&viewer, Place::Messages);
    let browse = visit.state.browse_messages.clone();
    let shown = visit.run(async move { browse.show(&viewer, MessageId(id)).await });
    match shown.await {
        Ok(Ok((mode, shown))) => {
            let page = MessagePage::new(visit.page(), frame, (mode, shown), &visit.gateway());
            visit.live(&page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

impl MessagePage {
    fn new(
        page: Page,
        frame: Frame,
        (mode, shown): (ApiKeyMode, ShownMessage),
        gateway: &str,
    ) -> Self {
        let message = Facts::of(mode, shown.message);
        let url = format!("{gateway}/v1/messages/{}", message.id);
        Self {
            curl: Curl::get(&url, mode, &[]),
            waterfall: Waterfall::of(&shown.timeline),
            steps: Step::all_of(shown.timeline),
            page,
            frame,
            message,
        }
    }

    fn badge(&self) -> MessageBadge {
        self.message.status.into()
    }

    fn channel_key(&self) -> &'static str {
        channel_words::key(self.message.channel)
    }

    /// Returns the word for whoever carries the message.
    fn provider_key(&self) -> &'static str {
        timeline::provider_key(self.message.channel, self.message.is_test)
    }

    fn advice_key(&self, code: &Option<i32>) -> &'static str {
        advice::key(self.message.channel, *code)
    }

    /// Returns whether more may happen to it.
    fn is_open(&self) -> bool {
        match self.message.status {
            MessageStatus::Pending => true,
            MessageStatus::Sent => self.message.channel != Channel::Email,
            MessageStatus::Delivered
            | MessageStatus::Read
            | MessageStatus::Failed
            | MessageStatus::Deleted => false,
        }
    }

    fn price(&self) -> Markup {
        let key = match (self.message.status, self.message.price) {
            (_, 0) => "price-free",
            (MessageStatus::Failed, _) => "price-returned",
            _ => "price-paid",
        };
        let values = [("credits", Value::Number(self.message.price))];
        self.page.say_all(key, &values)
    }

    fn outcome_key(&self, outcome: &CodeOutcome) -> &'static str {
        match outcome {
            CodeOutcome::Verified => "outcome-verified",
            CodeOutcome::Abandoned => "outcome-abandoned",
        }
    }
}

impl Facts {
    fn of(mode: ApiKeyMode, message: OpenedMessage) -> Self {
        let OpenedMessage { record, to } = message;
        Self {
            id: record.id.to_string(),
            to: value::masked(to.as_ref()),
            is_test: mode == ApiKeyMode::Test,
            status: record.status,
            channel: record.channel,
            region: record.region.map(|region| region.as_str().to_owned()),
            language: record.language.to_string(),
            template: record.template.map(|name| name.as_str().to_owned()),
            sender: record.phone_number_id.map(|id| id.as_str().to_owned()),
            price: record.price.get().unsigned_abs(),
            failure: record.failure.map(|failure| ShownFailure {
                code: failure.code,
                title: failure.title,
                reason: failure.reason,
            }),
            outcome: record
                .outcome
                .map(|recorded| (recorded.outcome, recorded.at)),
            at: record.created_at,
        }
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let facts = [
        "price-free",
        "price-returned",
        "price-paid",
        "outcome-verified",
        "outcome-abandoned",
    ];
    let facts = facts.into_iter().chain(advice::KEYS);
    facts.chain(timeline::KEYS).chain(waterfall::KEYS).collect()
}
