//! `/dashboard/verifications/{id}`: one verification, its messages and its checks.

mod samples;

use actix_web::web::Path;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_core::channel::Channel;
use otp_core::ids::{VerificationId, parse_uuid};
use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;
use otp_core::usecases::show_verification::ShownVerification;
use otp_core::verification::{CheckResult, VerificationStatus};
use otp_edge::resource_at;

use crate::channel_words;
use crate::curl::Curl;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::message_badge::MessageBadge;
use crate::page::Page;
use crate::value;
use crate::verification_badge::VerificationBadge;
use crate::verifications::refuse;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "verification.html")]
pub(crate) struct VerificationPage {
    page: Page,
    frame: Frame,
    shown: Facts,
    curl: Curl,
}

/// The verification itself.
#[derive(Debug, Clone)]
struct Facts {
    id: String,
    /// The recipient, masked.
    to: String,
    is_test: bool,
    status: VerificationStatus,
    /// The channel that a check proves.
    channel: Channel,
    code_length: u64,
    attempts_left: u64,
    at: Timestamp,
    expires_at: Timestamp,
    messages: Vec<SentMessage>,
    /// The time and the result of each check.
    checks: Vec<(Timestamp, CheckResult)>,
    /// The caller's own data.
    metadata: Vec<(String, String)>,
}

/// A message of the verification.
#[derive(Debug, Clone)]
struct SentMessage {
    id: String,
    channel: Channel,
    status: MessageStatus,
    at: Timestamp,
}

pub(crate) fn resource() -> Resource {
    resource_at("/verifications/{id}").get(show).finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let frame = visit.frame(&viewer, Place::Verifications);
    let browse = visit.state.browse_verifications.clone();
    let shown = visit.run(async move { browse.show(&viewer, VerificationId(id)).await });
    match shown.await {
        Ok(Ok((mode, shown))) => {
            let facts = Facts::of(mode, shown);
            let page = VerificationPage::new(visit.page(), frame, facts, &visit.gateway());
            visit.live(&page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

impl VerificationPage {
    fn new(page: Page, frame: Frame, shown: Facts, gateway: &str) -> Self {
        let mode = match shown.is_test {
            true => ApiKeyMode::Test,
            false => ApiKeyMode::Live,
        };
        let url = format!("{gateway}/v1/verifications/{}", shown.id);
        Self {
            curl: Curl::get(&url, mode, &[]),
            page,
            frame,
            shown,
        }
    }

    fn badge(&self) -> VerificationBadge {
        self.shown.status.into()
    }

    /// Returns the key of the words for a verification that is over.
    fn end_key(&self) -> Option<&'static str> {
        end_key(self.shown.status)
    }

    /// Returns whether the code took more than one way.
    fn has_fallback(&self) -> bool {
        let mut others = self.shown.messages.iter();
        let first = others.next().map(|message| message.channel);
        others.any(|message| Some(message.channel) != first)
    }
}

/// Returns the key of the words that say how a verification ended, and what to do.
fn end_key(status: VerificationStatus) -> Option<&'static str> {
    match status {
        VerificationStatus::Pending | VerificationStatus::Approved => None,
        VerificationStatus::Expired => Some("verification-expired-about"),
        VerificationStatus::Canceled => Some("verification-canceled-about"),
        VerificationStatus::Exhausted => Some("verification-exhausted-about"),
    }
}

const fn result_key(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Approved => "check-approved",
        CheckResult::CodeIncorrect => "check-incorrect",
    }
}

impl Facts {
    fn of(mode: ApiKeyMode, shown: ShownVerification) -> Self {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let messages = shown.messages.into_iter().map(|message| SentMessage {
            id: message.id.to_string(),
            channel: message.channel,
            status: message.status,
            at: message.created_at,
        });
        let checks = shown.checks.into_iter();
        Self {
            id: shown.id.to_string(),
            to: value::masked(shown.to.as_ref()),
            is_test: mode == ApiKeyMode::Test,
            status: shown.status,
            channel: shown.channel,
            code_length: shown.code_length.into(),
            attempts_left: number(shown.attempts_left),
            at: shown.created_at,
            expires_at: shown.expires_at,
            messages: messages.collect(),
            checks: checks.map(|check| (check.at, check.result)).collect(),
            metadata: shown.metadata.pairs().to_vec(),
        }
    }

    fn number(&self, page: &Page, number: &u64) -> Markup {
        page.number(*number)
    }

    fn channel_key(&self) -> &'static str {
        channel_words::key(self.channel)
    }

    fn result_key(&self, result: &CheckResult) -> &'static str {
        result_key(*result)
    }

    fn result_icon(&self, result: &CheckResult) -> &'static str {
        match result {
            CheckResult::Approved => "check",
            CheckResult::CodeIncorrect => "x",
        }
    }
}

impl SentMessage {
    fn badge(&self) -> MessageBadge {
        self.status.into()
    }

    fn channel_key(&self) -> &'static str {
        channel_words::key(self.channel)
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let ends = VerificationStatus::ALL.into_iter().filter_map(end_key);
    ends.chain(CheckResult::ALL.map(result_key)).collect()
}
