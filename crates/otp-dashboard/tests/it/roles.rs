//! Roles × routes: what each role in an account reaches, and what it may not change. A route that is in no table here
//! fails the test.

use std::collections::BTreeSet;
use std::path::Path;

use otp_core::account::ContactLine;
use otp_core::audit::Actor;
use otp_core::ids::AccountId;
use otp_core::person::permission::{AccountAction, allowed};
use otp_core::person::{AccountRole, PersonalDetails};
use otp_core::recipient::EmailAddress;
use otp_core::usecases::add_person::{AddPerson, NewPerson};
use otp_core::usecases::staff_actor::StaffActor;

use super::messages::{enabled, links_to, newest_account};
use super::orders::ordered;
use super::people::*;
use super::settings::Desk;
use super::webhooks::endpoint_of;
use super::*;

use AccountAction::{Look, ManageKeys, ManageNotices, ManageTeam, ManageWebhooks, Order};

/// The pages of an account, each with the action that its role has to allow. A name in braces is an id.
const PAGES: &[(&str, AccountAction)] = &[
    ("", Look),
    ("/messages", Look),
    ("/messages.csv", Look),
    ("/messages/explain", Look),
    ("/messages/{message}", Look),
    ("/verifications", Look),
    ("/verifications/{verification}", Look),
    ("/insights", Look),
    ("/insights.csv", Look),
    ("/keys", Look),
    ("/keys/{key}/revoke", ManageKeys),
    ("/webhooks", Look),
    ("/webhooks/new", ManageWebhooks),
    ("/webhooks/{endpoint}", Look),
    ("/webhooks/{endpoint}/edit", ManageWebhooks),
    ("/webhooks/{endpoint}/recover", ManageWebhooks),
    ("/webhooks/{endpoint}/remove", ManageWebhooks),
    ("/test-inbox", Look),
    ("/subscriptions", Look),
    ("/purchase", Look),
    ("/purchase/{plan}", Order),
    ("/orders/{order}", Look),
    ("/credits", Look),
    ("/credits.csv", Look),
    ("/team", Look),
    ("/team/{person}/remove", ManageTeam),
    ("/settings/notices", Look),
];

/// The forms of an account. Those that end something come last.
const FORMS: &[(&str, AccountAction)] = &[
    ("/messages/explain", Look),
    ("/keys", ManageKeys),
    ("/keys/{key}/rotate", ManageKeys),
    ("/webhooks/new", ManageWebhooks),
    ("/webhooks/{endpoint}/test", ManageWebhooks),
    ("/webhooks/{endpoint}/rotate", ManageWebhooks),
    ("/webhooks/{endpoint}/edit", ManageWebhooks),
    ("/webhooks/{endpoint}/disable", ManageWebhooks),
    ("/webhooks/{endpoint}/enable", ManageWebhooks),
    ("/webhooks/{endpoint}/recover", ManageWebhooks),
    ("/purchase/{plan}", Order),
    ("/orders/{order}/withdraw", Order),
    ("/team", ManageTeam),
    ("/settings/notices", ManageNotices),
    ("/team/{person}/role", ManageTeam),
    ("/keys/{key}/revoke", ManageKeys),
    ("/webhooks/{endpoint}/remove", ManageWebhooks),
    ("/team/invitations/{invitation}/withdraw", ManageTeam),
    ("/team/{person}/remove", ManageTeam),
];

/// The fields of all forms together: each reads its own.
const FIELDS: &[(&str, &str)] = &[
    ("order", "01a1fc2a-009b-7089-b6fc-845ffcfbd4cf"),
    ("by", "email"),
    ("key-name", "shop"),
    ("mode", "live"),
    ("days", "90"),
    ("url", "https://other.example/hooks"),
    ("message.failed", "on"),
    ("since", "24h"),
    ("invited-email", "nadia@noor.example"),
    ("role", "owner"),
    ("low-balance", "25"),
];

/// Routes that no role decides: of everybody, of a person's own sign-in, of staff, of the gallery, and those whose
/// object these tests cannot make. `staff.rs` and `webhooks.rs` try the last two groups.
const OTHERS: &[&str] = &[
    "/code",
    "/link/{token}",
    "/{id}",
    "/{id}/resend",
    "/prove",
    "/settings",
    "/settings/password",
    "/settings/second-factor",
    "/settings/second-factor/confirm",
    "/settings/second-factor/remove",
    "/settings/sessions/end",
    "/settings/sessions/{id}/end",
    "/accounts",
    "/accounts/{id}/choose",
    "/invitations/{id}/accept",
    "/invitations/{id}/decline",
    "/audit",
    "/people",
    "/people/{id}/remove",
    "/people/{id}/role",
    "/orders",
    "/orders/{id}/activate",
    "/orders/{id}/contact",
    "/orders/{id}/contacted",
    "/orders/{id}/decline",
    "/accounts/{id}",
    "/accounts/{id}/contact",
    "/accounts/{id}/grant",
    "/accounts/{id}/standing",
    "/plans",
    "/plans/{id}/retire",
    "/prices",
    "/prices/unset",
    "/prices/import",
    "/prices/import/apply",
    "/{page}/{state}",
    "/{slug}",
    "/webhooks/{id}/deliveries/{delivery}/replay",
];

/// Adds a person with a role to an account, and signs them in.
async fn member<'a, S: Pages>(
    people: &People,
    pages: &'a S,
    account_id: AccountId,
    role: AccountRole,
) -> Desk<'a, S> {
    let fixture = &people.world.fixture;
    let add = AddPerson {
        accounts: fixture.store.clone(),
        persons: fixture.store.clone(),
        passwords: people.passwords.clone(),
        installation: fixture.installation.clone(),
        links: people.sign_in_by_link(),
    };
    let new = NewPerson {
        account_id,
        details: PersonalDetails {
            email: EmailAddress::parse("lina@noor.example").expect("an address"),
            name: ContactLine::parse("Lina").expect("a line"),
        },
        role,
    };
    let operator = Actor::parse("operator").expect("a name");
    let added = add
        .execute(new, StaffActor::Operator(operator))
        .await
        .expect("added");
    let link = format!("/sign-in/link/{}", &*added.token.expose());
    Desk::with(session_of(&ask(pages, form(&link, &[])).await), pages)
}

/// The objects of an account, by the names that stand for their ids.
struct Objects(Vec<(&'static str, String)>);

/// Returns what a page has between two texts.
pub(super) fn between(page: &Answer, before: &str, after: &str) -> String {
    let rests = page.body.split(before).skip(1);
    let mut found = rests.filter_map(|rest| rest.split_once(after));
    let (id, _) = found.find(|(id, _)| id.len() == 36).expect("an id");
    id.to_owned()
}

impl Objects {
    /// Makes one of each.
    async fn of<S: Pages>(people: &People, owner: &Desk<'_, S>) -> Self {
        let plan = people.plan("Large").await.id.to_string();
        let caller = enabled(people).await;
        let message = people.send(caller, 1).await.to_string();
        let verification = people.verify(caller, 2).await.to_string();
        let webhook = [
            ("url", "https://shop.example/hooks"),
            ("message.failed", "on"),
        ];
        owner.send("/dashboard/webhooks/new", &webhook).await;
        let last = |path: String| path.rsplit('/').next().unwrap_or_default().to_owned();
        let endpoint = last(endpoint_of(&owner.open("/dashboard/webhooks").await));
        let order = last(ordered(owner, "soon").await);
        let invited = [("invited-email", "huda@noor.example"), ("role", "viewer")];
        owner.send("/dashboard/team", &invited).await;
        let team = owner.open("/dashboard/team").await;
        let person = between(&team, "/dashboard/team/", "/role");
        let invitation = between(&team, "/dashboard/team/invitations/", "/withdraw");
        let keys = owner.open("/dashboard/keys").await;
        let keys = links_to(&keys, "/dashboard/keys");
        let key = keys.iter().find_map(|path| path.strip_suffix("/revoke"));
        Self(vec![
            ("{plan}", plan),
            ("{message}", message),
            ("{verification}", verification),
            ("{endpoint}", endpoint),
            ("{order}", order),
            ("{key}", key.expect("a key").to_owned()),
            ("{person}", person),
            ("{invitation}", invitation),
        ])
    }

    /// Returns the path of a route.
    fn path(&self, route: &str) -> String {
        let path = format!("/dashboard{route}");
        let objects = self.0.iter();
        objects.fold(path, |path, (name, id)| path.replace(name, id))
    }
}

#[actix_web::test]
async fn a_role_reaches_what_it_allows_and_nothing_else() {
    for role in AccountRole::ALL {
        let people = People::new().await;
        let pages = pages(&people).await;
        let owner = Desk::of(&people, &pages).await;
        let objects = Objects::of(&people, &owner).await;
        let account = newest_account(&people).await;
        let person = member(&people, &pages, account, role).await;
        for (route, action) in PAGES {
            let answer = person.open(&objects.path(route)).await;
            let expected = match allowed(role, *action) {
                true => StatusCode::OK,
                false => StatusCode::NOT_FOUND,
            };
            assert_eq!(answer.status, expected, "{role:?} {route}");
        }
        for (route, action) in FORMS {
            let answer = person.send(&objects.path(route), FIELDS).await;
            let is_found = answer.status != StatusCode::NOT_FOUND;
            assert_eq!(is_found, allowed(role, *action), "{role:?} {route}");
        }
    }
}

#[actix_web::test]
async fn nobody_reaches_anything_of_another_account() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    let objects = Objects::of(&people, &owner).await;
    let (path, code) = code_for(&people, &pages, "/sign-up", "huda@other.example").await;
    let other = ask(&pages, form(&path, &details(&code))).await;
    let other = Desk::with(session_of(&other), &pages);
    // A plan belongs to nobody.
    let has_object =
        |route: &&(&str, AccountAction)| route.0.contains('{') && !route.0.contains("{plan}");
    for (route, _) in PAGES.iter().filter(has_object) {
        let answer = other.open(&objects.path(route)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route}");
    }
    for (route, _) in FORMS.iter().filter(has_object) {
        let answer = other.send(&objects.path(route), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{route}");
    }
    // Everything is still there.
    for (route, _) in PAGES {
        let answer = owner.open(&objects.path(route)).await;
        assert_eq!(answer.status, StatusCode::OK, "{route}");
    }
}

#[actix_web::test]
async fn nobody_reaches_anything_without_a_session() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    let objects = Objects::of(&people, &owner).await;
    for (route, _) in PAGES {
        let answer = ask(&pages, get(&objects.path(route))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route}");
        let location = answer.header("location").expect("a path");
        assert!(location.starts_with("/sign-in"), "{route}: {location}");
    }
    for (route, _) in FORMS {
        let answer = ask(&pages, form(&objects.path(route), &[])).await;
        let location = answer.header("location").unwrap_or_default();
        assert!(
            location.starts_with("/sign-in"),
            "{route}: {}",
            answer.status
        );
    }
}

/// Returns the routes that the sources name.
fn routes(folder: &Path) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            routes.append(&mut self::routes(&path));
        } else {
            let source = std::fs::read_to_string(&path).expect("a source");
            let calls = source.split("resource_at(\"").skip(1);
            let named = calls.filter_map(|rest| rest.split('"').next());
            routes.extend(named.map(str::to_owned));
        }
    }
    routes
}

#[test]
fn every_route_is_in_a_table() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let routes = routes(&sources);
    assert!(routes.len() > 40, "{routes:?}");
    // The tables name the ids of an account, the sources call them all `id`.
    let as_in_source = |route: &&str| {
        let names = [
            "message",
            "verification",
            "key",
            "endpoint",
            "order",
            "person",
            "invitation",
        ];
        names.iter().fold((*route).to_owned(), |route, name| {
            route.replace(&format!("{{{name}}}"), "{id}")
        })
    };
    let of_accounts = PAGES.iter().chain(FORMS).map(|(route, _)| *route);
    let tables: Vec<&str> = of_accounts.chain(OTHERS.iter().copied()).collect();
    let tables: BTreeSet<_> = tables.iter().map(as_in_source).collect();
    assert_eq!(routes, tables);
}
