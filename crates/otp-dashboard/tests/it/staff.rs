//! The pages of staff, over HTTP.

use std::time::Duration;

use otp_core::audit::Actor;
use otp_core::person::staff::StaffRole;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::manage_staff::Invitation;
use otp_core::usecases::staff_actor::StaffActor;

use super::people::*;
use super::settings::{Desk, code_of, hidden, secret_of};
use super::*;

const ADMIN: &str = "karim@gateway.example";

/// Invites a person, and signs them in by the link.
pub(super) async fn invited<'a, S: Pages>(
    people: &People,
    pages: &'a S,
    address: &str,
    role: StaffRole,
) -> Desk<'a, S> {
    let by = StaffActor::Operator(Actor::parse("omar (uid 1000)").expect("an actor"));
    let invitation = Invitation {
        email: EmailAddress::parse(address).expect("an address"),
        name: None,
        language: UiLanguage::English,
        role,
    };
    let token = people.manage_staff().invite(by, invitation).await;
    let token = token.expect("invited");
    let link = form(&format!("/sign-in/link/{}", &*token.expose()), &[]);
    Desk::with(session_of(&ask(pages, link).await), pages)
}

/// Turns the second factor of a person on.
pub(super) async fn with_factor<S: Pages>(people: &People, desk: &Desk<'_, S>) {
    let path = "/dashboard/settings/second-factor";
    let token = hidden(&desk.open(path).await, "form-token").to_owned();
    let fields = [("form-token", &*token)];
    desk.send_plain(path, &fields).await;
    let code = code_of(people, &secret_of(&desk.open(path).await));
    let fields = [("form-token", &*token), ("app-code", &*code)];
    let confirmed = desk.send_plain(&format!("{path}/confirm"), &fields).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
}

/// A person of the staff with a second factor.
pub(super) async fn colleague<'a, S: Pages>(
    people: &People,
    pages: &'a S,
    role: StaffRole,
) -> Desk<'a, S> {
    let address = format!("{}@gateway.example", role.as_str());
    let desk = invited(people, pages, &address, role).await;
    with_factor(people, &desk).await;
    desk
}

/// Sends a form of a page of staff.
pub(super) async fn send_from<S: Pages>(
    desk: &Desk<'_, S>,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let token = hidden(&desk.open("/dashboard/settings").await, "form-token").to_owned();
    let fields = [fields, &[("form-token", &*token)]].concat();
    desk.send_plain(path, &fields).await
}

#[actix_web::test]
async fn staff_turn_on_a_second_factor_before_they_see_a_page() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = invited(&people, &pages, ADMIN, StaffRole::Admin).await;
    let home = desk.open("/dashboard").await;
    assert_eq!(home.header("location"), Some("/admin"));
    for path in ["/admin", "/admin/audit", "/admin/people"] {
        let answer = desk.open(path).await;
        let factor = Some("/dashboard/settings/second-factor");
        assert_eq!(answer.header("location"), factor, "{path}");
    }
    with_factor(&people, &desk).await;
    let staff = desk.open("/admin/people").await;
    assert!(staff.body.contains(ADMIN), "{}", staff.body);
    let audit = desk.open("/admin/audit").await;
    // The trail has the id of a person; the page adds the name.
    for text in ["InviteStaff", "AddSecondFactor"] {
        assert!(audit.body.contains(text), "{text}: {}", audit.body);
    }
    let name = "<bdi>karim</bdi><span class=\"sub\"><bdi>person ";
    assert!(audit.body.contains(name), "{}", audit.body);
    let off = send_from(&desk, "/dashboard/settings/second-factor/remove", &[]).await;
    assert_eq!(off.header("location"), Some("/dashboard/settings"));
    let staff = desk.open("/admin/people").await;
    assert_eq!(staff.status, StatusCode::OK, "the factor is still on");
}

#[actix_web::test]
async fn a_person_who_is_not_staff_learns_nothing_of_these_pages() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let holder = Desk::of(&people, &pages).await;
    let with_id = |path: &str| {
        let request = get(path).insert_header(("x-request-id", "1"));
        request.insert_header(("cookie", holder.cookie()))
    };
    let unknown = ask(&pages, with_id("/admin/nothing")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let id = "00000000-0000-7000-8000-000000000000";
    let remove = format!("/admin/people/{id}/remove");
    for path in ["/admin", "/admin/audit", "/admin/people", &remove] {
        let answer = ask(&pages, with_id(path)).await;
        assert_eq!(answer.shown(), unknown.shown(), "{path}");
    }
    let role = format!("/admin/people/{id}/role");
    for path in ["/admin/people", &role, &remove] {
        let answer = send_from(&holder, path, &[("role", "admin")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn a_role_sees_its_pages_and_no_other() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let admin = invited(&people, &pages, ADMIN, StaffRole::Admin).await;
    with_factor(&people, &admin).await;
    for (role, sees) in [
        (StaffRole::Support, false),
        (StaffRole::Finance, false),
        (StaffRole::Auditor, true),
    ] {
        let address = format!("{}@gateway.example", role.as_str());
        let desk = invited(&people, &pages, &address, role).await;
        with_factor(&people, &desk).await;
        for path in ["/admin/audit", "/admin/people"] {
            let answer = desk.open(path).await;
            assert_eq!(answer.status == StatusCode::OK, sees, "{role:?} {path}");
            if !sees {
                assert_eq!(answer.status, StatusCode::FORBIDDEN);
                assert!(answer.body.contains("Your role does not allow this"));
            }
        }
        let fields = [("invited-email", "eve@gateway.example"), ("role", "admin")];
        let answer = send_from(&desk, "/admin/people", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let staff = admin.open("/admin/people").await;
    assert!(!staff.body.contains("eve@"), "{}", staff.body);
}

#[actix_web::test]
async fn an_admin_invites_changes_and_removes() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let admin = invited(&people, &pages, ADMIN, StaffRole::Admin).await;
    with_factor(&people, &admin).await;
    let fields = [("invited-email", "lina@"), ("invited-name", "Lina \"><b>")];
    let wrong = send_from(&admin, "/admin/people", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"lina@\""), "{}", wrong.body);
    assert!(!wrong.body.contains("<b>"), "{}", wrong.body);

    // Staff are listed by the time of their role.
    people.world.fixture.clock.advance(Duration::from_secs(1));
    let fields = [
        ("invited-email", "lina@gateway.example"),
        ("invited-name", "Lina"),
        ("role", "finance"),
    ];
    let made = send_from(&admin, "/admin/people", &fields).await;
    let link = made
        .body
        .split("https://otp.example.com/sign-in/link/")
        .nth(1);
    let token = link.and_then(|rest| rest.split('<').next());
    let link = format!("/sign-in/link/{}", token.expect("a link"));
    let lina = Desk::with(session_of(&ask(&pages, form(&link, &[])).await), &pages);
    let again = admin.open("/admin/people").await;
    assert!(!again.body.contains("/sign-in/link/"), "{}", again.body);

    let paths: Vec<_> = again
        .body
        .split('"')
        .filter(|path| path.ends_with("/remove"))
        .map(str::to_owned)
        .collect();
    assert_eq!(paths.len(), 2);
    let of_lina = paths.last().expect("the newest is the last");
    let role = of_lina.replace("/remove", "/role");
    let changed = send_from(&admin, &role, &[("role", "auditor")]).await;
    assert_eq!(changed.header("location"), Some("/admin/people"));
    let unknown = send_from(&admin, &role, &[("role", "king")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    with_factor(&people, &lina).await;
    assert_eq!(lina.open("/admin/audit").await.status, StatusCode::OK);

    let asked = admin.open(of_lina).await;
    assert!(asked.body.contains("Remove this person"), "{}", asked.body);
    let removed = send_from(&admin, of_lina, &[]).await;
    assert_eq!(removed.header("location"), Some("/admin/people"));
    assert_eq!(
        lina.open("/admin/audit").await.status,
        StatusCode::NOT_FOUND
    );
    let last = send_from(&admin, &paths[0], &[]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.body.contains("The last admin stays"), "{}", last.body);
}
