//! `/dashboard/credits`: every change of the balance of an account, on pages and as a file.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use askama::Template;
use otp_core::credits::ledger::{EntryKind, LedgerLine, LedgerPosition};
use otp_core::time::Timestamp;
use otp_core::usecases::show_own_credits::{ShowOwnCreditsError, Statement};
use otp_edge::resource_at;

use crate::answer;
use crate::csv;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::order_view::count;
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

/// The parameter with the place that the lines of a page come before.
const BEFORE: &str = "before";

#[derive(Template)]
#[template(path = "credits.html")]
pub(crate) struct CreditsPage {
    page: Page,
    frame: Frame,
    lines: Vec<ShownLine>,
    /// The place before which older lines are; `None` if there are none.
    older: Option<i64>,
}

/// A change, as the page shows it.
#[derive(Debug, Clone)]
struct ShownLine {
    kind: EntryKind,
    /// The amount without a sign.
    amount: u64,
    balance: u64,
    /// The message that was paid for or refunded.
    message: Option<String>,
    at: Timestamp,
}

impl From<&LedgerLine> for ShownLine {
    fn from(line: &LedgerLine) -> Self {
        Self {
            kind: line.entry.kind,
            amount: count(line.entry.credits.get()),
            balance: count(line.balance),
            message: line.entry.message_id.map(|id| id.to_string()),
            at: line.entry.at,
        }
    }
}

impl ShownLine {
    const fn kind_key(&self) -> &'static str {
        kind_key(self.kind)
    }

    /// Returns the sign of the amount: a plus, or the minus of U+2212.
    const fn sign(&self) -> &'static str {
        match self.kind {
            EntryKind::Grant | EntryKind::Refund => "+",
            EntryKind::Debit | EntryKind::Revocation => "−",
        }
    }
}

impl CreditsPage {
    fn new(page: Page, frame: Frame, statement: &Statement) -> Self {
        Self {
            page,
            frame,
            lines: statement.lines.iter().map(ShownLine::from).collect(),
            older: statement.next.map(|position| position.0),
        }
    }
}

const fn kind_key(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Grant => "entry-grant",
        EntryKind::Debit => "entry-debit",
        EntryKind::Refund => "entry-refund",
        EntryKind::Revocation => "entry-revocation",
    }
}

/// Mounts the page and the file.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/credits").get(show).finish())
        .service(resource_at("/credits.csv").get(export).finish());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let frame = visit.frame(&viewer, Place::Credits);
    let before = visit.parameter(BEFORE).parse().ok().map(LedgerPosition);
    let credits = visit.state.show_own_credits.clone();
    let statement = visit.run(async move { credits.statement(&viewer, before).await });
    match statement.await {
        Ok(Ok(statement)) => {
            let page = CreditsPage::new(visit.page(), frame, &statement);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn export(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let credits = visit.state.show_own_credits.clone();
    let exported = visit.run(async move { credits.export(&viewer).await });
    match exported.await {
        Ok(Ok(lines)) => csv::file("credits.csv", table(&lines)),
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Writes the lines as CSV (RFC 4180). Not by [`Csv`](crate::csv::Csv), which makes a text of a negative amount: every
/// value is a time, an id, a number or a name of ours, and nothing is in it that a person typed.
fn table(lines: &[LedgerLine]) -> String {
    let mut text = String::from("time,kind,message,subscription,amount,balance\r\n");
    for line in lines {
        let entry = &line.entry;
        let kind = match entry.kind {
            EntryKind::Grant => "grant",
            EntryKind::Debit => "debit",
            EntryKind::Refund => "refund",
            EntryKind::Revocation => "revocation",
        };
        let message = entry.message_id.map(|id| id.to_string());
        let row = [
            entry.at.to_rfc3339(),
            kind.to_owned(),
            message.unwrap_or_default(),
            entry.subscription_id.to_string(),
            entry.signed_amount().to_string(),
            line.balance.to_string(),
        ];
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: ShowOwnCreditsError) -> HttpResponse {
    match error {
        ShowOwnCreditsError::NotFound => visit.problem(Problem::NotFound),
        ShowOwnCreditsError::Port(error) => visit.failed(&error),
    }
}

impl Samples for CreditsPage {
    const NAME: &'static str = "credits";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let line = |kind, amount, balance, number: Option<u8>| ShownLine {
            kind,
            amount,
            balance,
            message: number.map(|number| format!("00000000-0000-7000-8000-0000000000{number:02}")),
            at: Timestamp::from_unix_millis(1_795_874_531_000),
        };
        let lines = vec![
            line(EntryKind::Revocation, 9_998, 0, None),
            line(EntryKind::Refund, 1, 9_998, Some(2)),
            line(EntryKind::Debit, 2, 9_997, Some(3)),
            line(EntryKind::Debit, 1, 9_999, Some(2)),
            line(EntryKind::Grant, 10_000, 10_000, None),
        ];
        let sample = |lines, older| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Credits),
            lines,
            older,
        };
        let many = lines.iter().cycle().take(20).cloned().collect();
        vec![
            ("empty", StatusCode::OK, sample(Vec::new(), None)),
            ("several", StatusCode::OK, sample(lines, None)),
            ("many", StatusCode::OK, sample(many, Some(77))),
        ]
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let kinds = [
        EntryKind::Grant,
        EntryKind::Debit,
        EntryKind::Refund,
        EntryKind::Revocation,
    ];
    kinds.into_iter().map(kind_key).collect()
}
