//! `/admin/audit`: who changed what, newest first.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::account::ContactLine;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, PersonId, parse_uuid};
use otp_core::person::permission::StaffAction;
use otp_core::ports::PortError;
use otp_core::time::Timestamp;
use otp_edge::resource_at;
use uuid::Uuid;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

/// The entries of a page.
const ENTRIES: usize = 50;

/// The names of people who acted.
type Names = BTreeMap<PersonId, ContactLine>;

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
    /// The name of the person who acted.
    name: Option<String>,
    action: &'static str,
    subject: String,
}

impl ShownEntry {
    fn new(chained: &ChainedEntry, names: &Names) -> Self {
        let person = chained.entry.actor.person();
        let name = person.and_then(|person| names.get(&person));
        Self {
            name: name.map(|name| name.as_str().to_owned()),
            sequence: chained.sequence,
            at: chained.entry.at,
            actor: chained.entry.actor.as_str().to_owned(),
            action: chained.entry.action.as_str(),
            subject: chained.entry.subject.to_string(),
        }
    }
}

impl AuditPage {
    /// Makes the page of entries, one more than it shows if there are older ones, with the names of people.
    fn new(page: Page, frame: Frame, (mut entries, names): (Vec<ChainedEntry>, Names)) -> Self {
        let has_older = entries.len() > ENTRIES;
        entries.truncate(ENTRIES);
        let older = entries.last().map(|entry| entry.sequence);
        Self {
            page,
            frame,
            older: older.filter(|_| has_older),
            entries: entries
                .iter()
                .map(|entry| ShownEntry::new(entry, &names))
                .collect(),
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
    let name = visit.state.name_actors.clone();
    let found = visit.run(async move {
        let entries = list.execute(before, ENTRIES + 1).await?;
        let names = name.execute(entries.iter().map(|chained| &chained.entry.actor));
        let names = names.await?;
        Ok::<_, PortError>((entries, names))
    });
    match found.await {
        Ok(Ok(found)) => {
            let frame = visit.frame(&viewer, Place::Audit);
            let page = AuditPage::new(visit.page(), frame, found);
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

/// The id of the person in the samples who has a name.
const SOMEBODY: u128 = 7;

impl Samples for AuditPage {
    const NAME: &'static str = "audit";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let entry = |number: usize| {
            let id = format!("00000000-0000-7000-8000-0000000000{number:02}");
            let id = parse_uuid(&id).expect("an id");
            let actor = match number % 3 {
                0 => PersonId(Uuid::from_u128(SOMEBODY))
                    .actor()
                    .as_str()
                    .to_owned(),
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
            let name = ContactLine::parse("Karim Haddad").expect("a line");
            let names = Names::from([(PersonId(Uuid::from_u128(SOMEBODY)), name)]);
            let frame = Frame::sample(Place::Audit);
            Self::new(page.clone(), frame, (entries, names))
        };
        vec![
            ("empty", StatusCode::OK, sample(0)),
            ("few", StatusCode::OK, sample(6)),
            ("many", StatusCode::OK, sample(51)),
        ]
    }
}
