//! `/admin/accounts/{id}`: one account, what it has, and what staff do about it.

mod samples;
mod standing;

use std::collections::{BTreeMap, HashMap};

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::account::{AccountStanding, Contact, ContactLine};
use otp_core::audit::chain::ChainedEntry;
use otp_core::contact_number::ContactNumber;
use otp_core::ids::{AccountId, PersonId};
use otp_core::person::permission::StaffAction;
use otp_core::time::Timestamp;
use otp_core::usecases::find_senders::FoundSender;
use otp_core::usecases::grant_subscription::{GrantSubscriptionError, NewSubscription};
use otp_core::usecases::inspect_accounts::{Holder, InspectedAccount, MAX_ENTRIES};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::show_overview::CreditsLeft;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::keys::ShownKey;
use crate::markup::Markup;
use crate::order_view::{count, credits};
use crate::page::Page;
use crate::prove_page;
use crate::staff_accounts::{ShownStanding, inspected, may_manage, path_of, refuse};
use crate::subscriptions::ShownSubscription;
use crate::value::Value;
use crate::visit::Visit;

pub(crate) use standing::StandingPage;

/// At most this many entries of the audit trail are shown.
const ENTRIES: usize = 20;

#[derive(Template)]
#[template(path = "staff_account.html")]
pub(crate) struct StaffAccountPage {
    page: Page,
    frame: Frame,
    id: String,
    standing: ShownStanding,
    since: Timestamp,
    /// `None` once the account holder is erased.
    holder: Option<ShownHolder>,
    credits_left: u64,
    subscriptions: Vec<ShownSubscription>,
    keys: Vec<ShownKey>,
    senders: Vec<ShownSender>,
    /// `None` if the role does not allow to look at the audit trail.
    entries: Option<Vec<ShownEntry>>,
    may: May,
    credits: Field,
    refused: Option<Refused>,
}

/// The acts on the account that the viewer may do.
#[derive(Debug, Clone, Copy)]
struct May {
    reveal: bool,
    grant: bool,
    /// Whether they may restrict, close and reopen it.
    manage: bool,
}

impl FormPage for StaffAccountPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.credits]
    }
}

/// The holder of an account.
#[derive(Debug, Clone)]
struct ShownHolder {
    company: String,
    name: String,
    /// Masked, until the audit trail knows who sees it.
    phone: String,
    /// Masked, until the audit trail knows who sees it.
    email: String,
    is_revealed: bool,
}

impl From<Holder> for ShownHolder {
    fn from(holder: Holder) -> Self {
        Self {
            company: holder.company.as_str().to_owned(),
            name: holder.name.as_str().to_owned(),
            phone: holder.phone,
            email: holder.email,
            is_revealed: false,
        }
    }
}

/// A sender of the account.
#[derive(Debug, Clone)]
struct ShownSender {
    /// The number of the business, which recipients see; `None` once it is erased.
    phone: Option<String>,
    is_stopped: bool,
}

impl From<&FoundSender> for ShownSender {
    fn from(found: &FoundSender) -> Self {
        let phone = found.phone.as_ref();
        Self {
            phone: phone.map(ContactNumber::as_str).map(str::to_owned),
            is_stopped: found.health.stop.is_some(),
        }
    }
}

/// An entry of the audit trail about the account.
#[derive(Debug, Clone)]
struct ShownEntry {
    at: Timestamp,
    /// The name of the person who acted, or what acted.
    by: String,
    action: &'static str,
}

impl ShownEntry {
    fn new(chained: &ChainedEntry, names: &BTreeMap<PersonId, ContactLine>) -> Self {
        let actor = &chained.entry.actor;
        let name = actor.person().and_then(|person| names.get(&person));
        let by = name.map_or_else(|| actor.as_str(), ContactLine::as_str);
        Self {
            at: chained.entry.at,
            by: by.to_owned(),
            action: chained.entry.action.as_str(),
        }
    }
}

impl StaffAccountPage {
    fn new(
        (page, frame, viewer): (Page, Frame, &Viewer),
        inspected: InspectedAccount,
        names: &BTreeMap<PersonId, ContactLine>,
        now: Timestamp,
    ) -> Self {
        let manage = may_manage(viewer, &inspected);
        let plans = inspected.plans.into_iter();
        let plans: HashMap<_, _> = plans.map(|plan| (plan.id, plan.name)).collect();
        let left = CreditsLeft::of(&inspected.subscriptions).left;
        let subscriptions = inspected.subscriptions.iter();
        let entries = inspected.entries.as_ref().map(|entries| {
            let shown = entries.iter().take(ENTRIES);
            shown.map(|entry| ShownEntry::new(entry, names)).collect()
        });
        let is_erased = inspected.holder.is_none();
        Self {
            page,
            frame,
            id: inspected.account.id.to_string(),
            standing: ShownStanding(inspected.account.rules.standing),
            since: inspected.account.created_at,
            holder: inspected.holder.map(ShownHolder::from),
            credits_left: count(left),
            subscriptions: subscriptions
                .map(|one| ShownSubscription::of(one, &plans))
                .collect(),
            keys: ShownKey::sorted(inspected.keys, now),
            senders: inspected.senders.iter().map(ShownSender::from).collect(),
            entries,
            may: May {
                reveal: viewer.may_as_staff(StaffAction::HandleOrders) && !is_erased,
                grant: viewer.may_as_staff(StaffAction::GrantCredits) && !is_erased,
                manage,
            },
            credits: Field::empty(FieldKind::GrantedCredits),
            refused: None,
        }
    }

    /// Shows the contact in the clear.
    fn reveal(&mut self, contact: &Contact) {
        if let Some(holder) = &mut self.holder {
            contact.phone.as_str().clone_into(&mut holder.phone);
            contact.email.as_str().clone_into(&mut holder.email);
            holder.is_revealed = true;
        }
    }

    fn credits_words(&self) -> Markup {
        credits(&self.page, self.credits_left)
    }

    fn entries_words(&self) -> Markup {
        let values = [("entries", Value::count(MAX_ENTRIES))];
        self.page.say_all("account-entries-about", &values)
    }

    fn is_open(&self) -> bool {
        self.standing.0 == AccountStanding::Open
    }

    fn is_closed(&self) -> bool {
        self.standing.is_closed()
    }

    fn path(&self, end: &str) -> String {
        format!("{}/{}{end}", Place::CustomerAccounts.path(), self.id)
    }

    fn standing_path(&self, to: &str) -> String {
        self.path(&format!("/standing?to={to}"))
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/accounts/{id}").get(show).finish())
        .service(resource_at("/accounts/{id}/contact").post(reveal).finish())
        .service(resource_at("/accounts/{id}/grant").post(grant).finish())
        .service(standing::resource());
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtAccounts).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer, &path).await {
        Ok((page, _)) => page.answer(),
        Err(answer) => answer,
    }
}

/// Shows the contact of the account holder, once the audit trail has recorded it.
async fn reveal(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let sent = visit
        .form_of_staff(StaffAction::HandleOrders, payload)
        .await;
    let viewer = match sent {
        Ok((viewer, _)) => viewer,
        Err(answer) => return answer,
    };
    let (mut page, id) = match page_of(&visit, &viewer, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let inspect = visit.state.inspect_accounts.clone();
    let revealed = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        inspect.reveal_contact(by, id).await
    });
    match revealed.await {
        Ok(Ok(contact)) => {
            page.reveal(&contact);
            page.answer()
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn grant(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let sent = visit
        .form_of_staff(StaffAction::GrantCredits, payload)
        .await;
    let (viewer, typed) = match sent {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    // The account has to exist, and to be none of test keys.
    let (mut page, id) = match page_of(&visit, &viewer, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let kind = FieldKind::GrantedCredits;
    let (field, granted) = read(kind, typed.get(kind.name()), fields::credits);
    page.credits = field;
    let Some(credits) = granted else {
        return page.answer();
    };
    let new = NewSubscription {
        account_id: id,
        credits,
        plan_id: None,
    };
    let grant = visit.state.grant_subscription.clone();
    let done = visit.run(async move { grant.execute(new, StaffActor::Viewer(&viewer)).await });
    match done.await {
        Ok(Ok(_)) => answer::go_to(&path_of(id)),
        Ok(Err(error)) => match error {
            GrantSubscriptionError::Forbidden => visit.problem(Problem::RoleForbids),
            GrantSubscriptionError::NotFresh => prove_page::first(&path_of(id)),
            GrantSubscriptionError::NoCredits => {
                page.credits.refuse(Fault::NoCredits);
                page.answer()
            }
            GrantSubscriptionError::AccountOrPlanNotFound
            | GrantSubscriptionError::PlanRetired(_) => visit.problem(Problem::NotFound),
            GrantSubscriptionError::Port(error) => visit.failed(&error),
        },
        Err(answer) => answer,
    }
}

async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    id: &str,
) -> Result<(StaffAccountPage, AccountId), HttpResponse> {
    let inspected = inspected(visit, viewer, id).await?;
    let id = inspected.account.id;
    let entries = inspected.entries.iter().flatten().take(ENTRIES);
    let actors = entries.map(|chained| chained.entry.actor.clone());
    let actors: Vec<_> = actors.collect();
    let name = visit.state.name_actors.clone();
    let named = visit.run(async move { name.execute(&actors).await });
    let names = named.await?.map_err(|error| visit.failed(&error))?;
    let now = visit.state.inspect_accounts.clock.now();
    let frame = visit.frame(viewer, Place::CustomerAccounts);
    let page = StaffAccountPage::new((visit.page(), frame, viewer), inspected, &names, now);
    Ok((page, id))
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let mut keys = standing::keys();
    keys.push("account-entries-about");
    keys
}
