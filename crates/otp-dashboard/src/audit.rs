//! `/admin/audit`: who changed what, newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, parse_uuid};
use otp_core::person::permission::StaffAction;
use otp_core::time::Timestamp;
use otp_edge::resource_at;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

/// The entries of a page.
const ENTRIES: usize = 50;

/// The parameter with the place that the entries of a page come before.
const BEFORE: &str = "before";

#[derive(Template)]
#[template(path = "audit.html")]
pub(crate) struct AuditPage {
    page: Page,
    frame: Frame,
    entries: Vec<ShownEntry>,
    /// The place before which older entries are; `None` if there are none.
    older: Option<u64>,
}

/// An entry of the trail, as the page shows it.
struct ShownEntry {
    sequence: u64,
    at: Timestamp,
    actor: String,
    action: &'static str,
    subject: String,
}

impl From<ChainedEntry> for ShownEntry {
    fn from(chained: ChainedEntry) -> Self {
        Self {
            sequence: chained.sequence,
            at: chained.entry.at,
            actor: chained.entry.actor.as_str().to_owned(),
            action: chained.entry.action.as_str(),
            subject: chained.entry.subject.to_string(),
        }
    }
}

impl AuditPage {
    /// Makes the page of entries, one more than it shows if there are older ones.
    fn new(page: Page, frame: Frame, mut entries: Vec<ChainedEntry>) -> Self {
        let has_older = entries.len() > ENTRIES;
        entries.truncate(ENTRIES);
        let older = entries.last().map(|entry| entry.sequence);
        Self {
            page,
            frame,
            older: older.filter(|_| has_older),
            entries: entries.into_iter().map(ShownEntry::from).collect(),
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/audit").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtAudit).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let before = visit.parameter(BEFORE).parse().ok();
    let list = visit.state.list_audit_entries.clone();
    match visit
        .run(async move { list.execute(before, ENTRIES + 1).await })
        .await
    {
        Ok(Ok(entries)) => {
            let frame = visit.frame(&viewer, Place::Audit);
            let page = AuditPage::new(visit.page(), frame, entries);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

impl Samples for AuditPage {
    const NAME: &'static str = "audit";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let entry = |number: usize| {
            let id = format!("00000000-0000-7000-8000-0000000000{number:02}");
            let id = parse_uuid(&id).expect("an id");
            let actor = match number % 3 {
                0 => "person 00000000-0000-7000-8000-000000000007".to_owned(),
                1 => "عمر <b>\"'&</b> (uid 1000)".to_owned(),
                _ => "A name that is as long as a name may be ".repeat(5),
            };
            let actor = Actor::parse(&actor).expect("an actor");
            let actions = [
                AuditAction::RevealRecipient,
                AuditAction::ResetPassword,
                AuditAction::RemoveReviewerNumber,
            ];
            AuditEntry {
                id: AuditEntryId(id),
                at: Timestamp::from_unix_millis(1_795_874_531_000),
                actor,
                action: actions[number % actions.len()],
                subject: id,
            }
        };
        let sample = |count: usize| {
            let mut entries = ChainHead::EMPTY.append_all((0..count).map(entry));
            entries.reverse();
            Self::new(page.clone(), Frame::sample(Place::Audit), entries)
        };
        vec![
            ("empty", StatusCode::OK, sample(0)),
            ("few", StatusCode::OK, sample(6)),
            ("many", StatusCode::OK, sample(51)),
        ]
    }
}
