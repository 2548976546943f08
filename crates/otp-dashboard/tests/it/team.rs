//! The pages of a team, over HTTP.

use otp_core::person::session::FRESH;

use super::people::*;
use super::roles::between;
use super::settings::Desk;
use super::*;

const GUEST: &str = "omar@dawn.example";
const TEAM: &str = "/dashboard/team";

/// Signs another person up, with an account of their own.
async fn guest<'a, S: Pages>(people: &People, pages: &'a S) -> Desk<'a, S> {
    let (path, code) = code_for(people, pages, "/sign-up", GUEST).await;
    let company = ("company", "Dawn");
    let fields: Vec<_> = details(&code)
        .into_iter()
        .map(|field| if field.0 == company.0 { company } else { field })
        .collect();
    let answer = ask(pages, form(&path, &fields)).await;
    Desk::with(session_of(&answer), pages)
}

async fn invite<S: Pages>(owner: &Desk<'_, S>, email: &str, role: &str) -> Answer {
    let fields = [("invited-email", email), ("role", role)];
    owner.send(TEAM, &fields).await
}

#[actix_web::test]
async fn a_person_is_invited_accepts_and_chooses_between_accounts() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    let guest = guest(&people, &pages).await;
    let overview = guest.open("/dashboard").await;
    assert!(!overview.body.contains("/dashboard/accounts"));

    let sent = invite(&owner, GUEST, "developer").await;
    assert_eq!(sent.header("location"), Some("/dashboard/team?sent=1"));
    let page = owner.open("/dashboard/team?sent=1").await;
    assert!(page.body.contains("on its way"), "{}", page.body);
    assert!(page.body.contains(GUEST), "{}", page.body);
    let again = invite(&owner, GUEST, "viewer").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("invited already"), "{}", again.body);

    let overview = guest.open("/dashboard").await;
    assert!(overview.body.contains("href=\"/dashboard/accounts\""));
    let accounts = guest.open("/dashboard/accounts").await;
    assert!(accounts.body.contains("Noor"), "{}", accounts.body);
    let invitation = between(&accounts, "/dashboard/invitations/", "/accept");
    let accept = format!("/dashboard/invitations/{invitation}/accept");
    let foreign = owner.send(&accept, &[]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let accepted = guest.send(&accept, &[]).await;
    assert_eq!(accepted.header("location"), Some("/dashboard"));

    // They see the account of the other company, in the role that they were given.
    let page = guest.open(TEAM).await;
    assert!(page.body.contains(ADDRESS), "{}", page.body);
    assert!(page.body.contains("Noor") && !page.body.contains("/role"));
    let accounts = guest.open("/dashboard/accounts").await;
    let own = between(&accounts, "/dashboard/accounts/", "/choose");
    let choose = format!("/dashboard/accounts/{own}/choose");
    assert_eq!(owner.send(&choose, &[]).await.status, StatusCode::NOT_FOUND);
    let chosen = guest.send(&choose, &[]).await;
    assert_eq!(chosen.header("location"), Some("/dashboard"));
    let page = guest.open(TEAM).await;
    assert!(!page.body.contains(ADDRESS), "{}", page.body);

    // The owner removes them, and they keep their own account.
    let page = owner.open(TEAM).await;
    let rows: Vec<_> = page.body.split("<tr>").collect();
    let row = rows.iter().find(|row| row.contains(GUEST)).expect("a row");
    let member = row.split("/dashboard/team/").nth(1).expect("an id");
    let member = member.split('/').next().expect("an id");
    let remove = format!("{TEAM}/{member}/remove");
    assert!(owner.open(&remove).await.body.contains(GUEST));
    let removed = owner.send(&remove, &[]).await;
    assert_eq!(removed.header("location"), Some(TEAM));
    let accounts = guest.open("/dashboard/accounts").await;
    assert!(!accounts.body.contains("Noor"), "{}", accounts.body);
}

#[actix_web::test]
async fn whoever_is_invited_signs_up_for_the_team() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    invite(&owner, GUEST, "billing").await;
    let (path, code) = code_for(&people, &pages, "/join", GUEST).await;
    let shown = ask(&pages, get(&path)).await;
    assert!(shown.body.contains("o•••"), "{}", shown.body);
    let fields = [("code", &*code), ("name", "Omar"), ("new-password", "12")];
    let fault = ask(&pages, form(&path, &fields)).await;
    assert_eq!(fault.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("code", &*code),
        ("name", "<b>Omar"),
        ("new-password", PASSWORD),
    ];
    let joined = ask(&pages, form(&path, &fields)).await;
    assert_eq!(joined.header("location"), Some("/dashboard"));
    let guest = Desk::with(session_of(&joined), &pages);
    let page = guest.open(TEAM).await;
    assert!(page.body.contains("&lt;b&gt;Omar"), "{}", page.body);
    assert!(page.body.contains(ADDRESS) && !page.body.contains("<b>"));

    let (path, code) = code_for(&people, &pages, "/join", "lina@dawn.example").await;
    let fields = [
        ("code", &*code),
        ("name", "Lina"),
        ("new-password", PASSWORD),
    ];
    let refused = ask(&pages, form(&path, &fields)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("No invitation"), "{}", refused.body);
}

#[actix_web::test]
async fn an_invitation_is_declined_or_withdrawn() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    let guest = guest(&people, &pages).await;
    invite(&owner, GUEST, "viewer").await;
    let accounts = guest.open("/dashboard/accounts").await;
    let invitation = between(&accounts, "/dashboard/invitations/", "/decline");
    let decline = format!("/dashboard/invitations/{invitation}/decline");
    let declined = guest.send(&decline, &[]).await;
    assert_eq!(declined.header("location"), Some("/dashboard/accounts"));
    assert_eq!(
        guest.send(&decline, &[]).await.status,
        StatusCode::NOT_FOUND
    );

    invite(&owner, GUEST, "viewer").await;
    let page = owner.open(TEAM).await;
    let invitation = between(&page, "/dashboard/team/invitations/", "/withdraw");
    let withdraw = format!("{TEAM}/invitations/{invitation}/withdraw");
    let withdrawn = owner.send(&withdraw, &[]).await;
    assert_eq!(withdrawn.header("location"), Some(TEAM));
    let accounts = guest.open("/dashboard/accounts").await;
    assert!(!accounts.body.contains("/accept"), "{}", accounts.body);
}

#[actix_web::test]
async fn the_last_owner_stays_and_whoever_left_has_no_account() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    let page = owner.open(TEAM).await;
    let id = between(&page, "/dashboard/team/", "/role");
    for (path, fields) in [
        (format!("{TEAM}/{id}/role"), vec![("role", "viewer")]),
        (format!("{TEAM}/{id}/remove"), vec![]),
    ] {
        let refused = owner.send(&path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(refused.body.contains("last owner"), "{}", refused.body);
    }

    invite(&owner, GUEST, "owner").await;
    let (path, code) = code_for(&people, &pages, "/join", GUEST).await;
    let fields = [
        ("code", &*code),
        ("name", "Omar"),
        ("new-password", PASSWORD),
    ];
    let joined = ask(&pages, form(&path, &fields)).await;
    let other = Desk::with(session_of(&joined), &pages);
    let left = owner.send(&format!("{TEAM}/{id}/remove"), &[]).await;
    assert_eq!(left.header("location"), Some("/dashboard/accounts"));
    let home = owner.open("/dashboard").await;
    assert_eq!(home.header("location"), Some("/dashboard/accounts"));
    let accounts = owner.open("/dashboard/accounts").await;
    assert!(accounts.body.contains("in no account"), "{}", accounts.body);
    assert!(!accounts.body.contains("/dashboard/messages"));
    assert_eq!(owner.open(TEAM).await.status, StatusCode::NOT_FOUND);
    assert!(other.open(TEAM).await.body.contains(GUEST));
}

#[actix_web::test]
async fn a_change_of_the_team_asks_for_a_new_proof() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let owner = Desk::of(&people, &pages).await;
    people.world.fixture.clock.advance(FRESH);
    let sent = invite(&owner, GUEST, "viewer").await;
    let location = sent.header("location").expect("a path");
    assert!(location.starts_with("/dashboard/prove"), "{location}");
    assert!(!owner.open(TEAM).await.body.contains(GUEST));
}
