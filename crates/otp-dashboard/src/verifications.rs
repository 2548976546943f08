//! `/dashboard/verifications`: the verifications of an account, newest first.

mod samples;

use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::page::{Cursor, Page as ListPage, PageSize};
use otp_core::time::Timestamp;
use otp_core::usecases::browse_verifications::{BrowseVerificationsError, VerificationFilter};
use otp_core::usecases::show_verification::ShownVerification;
use otp_core::verification::VerificationStatus;
use otp_edge::resource_at;

use crate::channel_words;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::list_filter::ListFilter;
use crate::page::Page;
use crate::value;
use crate::verification_badge::VerificationBadge;
use crate::visit::Visit;

/// The choice of the reader.
type Filter = ListFilter<VerificationStatus>;

#[derive(Template)]
#[template(path = "verifications.html")]
pub(crate) struct VerificationsPage {
    page: Page,
    frame: Frame,
    filter: Filter,
    rows: Vec<Row>,
    /// The beginning of the page of older verifications.
    older: Option<Cursor>,
}

/// A verification in the list.
#[derive(Debug, Clone)]
struct Row {
    id: String,
    /// The recipient, masked.
    to: String,
    status: VerificationStatus,
    /// The keys of the names of its channels, in the order of their use.
    channels: Vec<&'static str>,
    attempts: usize,
    at: Timestamp,
}

pub(crate) fn resource() -> Resource {
    resource_at("/verifications").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let filter = Filter::of(&visit);
    let frame = visit.frame(&viewer, Place::Verifications);
    let found = match filter.is_unreadable() {
        true => ListPage::EMPTY,
        false => {
            let (mode, wanted) = (filter.mode(), wanted(&filter));
            let part = (filter.cursor, PageSize::default());
            let browse = visit.state.browse_verifications.clone();
            let listed = async move { browse.list(&viewer, mode, wanted, part).await };
            match visit.run(listed).await {
                Ok(Ok(found)) => found,
                Ok(Err(error)) => return refuse(&visit, error),
                Err(answer) => return answer,
            }
        }
    };
    let page = VerificationsPage::new(visit.page(), frame, filter, found);
    page.filter.answer(&visit, &page)
}

/// Returns the filter as the core reads it.
fn wanted(filter: &Filter) -> VerificationFilter {
    VerificationFilter {
        status: filter.status,
        period: filter.period.length(),
        sought: filter.sought.clone(),
    }
}

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: BrowseVerificationsError) -> HttpResponse {
    match error {
        BrowseVerificationsError::NotFound => visit.problem(Problem::NotFound),
        BrowseVerificationsError::Port(error) => visit.failed(&error),
        BrowseVerificationsError::Unreadable(_) => visit.failed(&error),
    }
}

impl VerificationsPage {
    fn new(page: Page, frame: Frame, filter: Filter, found: ListPage<ShownVerification>) -> Self {
        Self {
            older: found.next,
            rows: found.items.iter().map(Row::of).collect(),
            page,
            frame,
            filter,
        }
    }

    /// Returns whether the account has verified nobody yet.
    fn is_new(&self) -> bool {
        self.rows.is_empty() && self.older.is_none() && self.filter.is_untouched()
    }

    fn older_query(&self) -> Option<String> {
        self.older.map(|cursor| self.filter.query(Some(cursor)))
    }
}

impl Row {
    fn of(shown: &ShownVerification) -> Self {
        let channels = shown.channels_tried().into_iter();
        Self {
            id: shown.id.to_string(),
            to: value::masked(shown.to.as_ref()),
            status: shown.status,
            channels: channels.map(channel_words::key).collect(),
            attempts: shown.checks.len(),
            at: shown.created_at,
        }
    }

    fn badge(&self) -> VerificationBadge {
        self.status.into()
    }

    fn attempts(&self) -> u64 {
        self.attempts.try_into().unwrap_or(u64::MAX)
    }
}

/// Returns the keys of words that no template names.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let statuses = VerificationStatus::ALL.map(|status| VerificationBadge::from(status).key);
    statuses.into()
}
