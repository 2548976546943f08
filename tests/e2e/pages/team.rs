//! A team, from the invitation in the mail to the account that both see.

use otp_e2e::{Database, Running, on_every_store};
use reqwest::StatusCode;

use super::desk::Desk;
use super::{assert_absent, code_in, contents, location, session_of, world};

/// The address that the invitation names.
const PUBLIC: &str = "https://otp.example.com";

const OWNER: &str = "sara@noor.example";
const GUEST: &str = "omar.canary@dawn.example";
const PASSWORD: &str = "maroon-tulip-canary";

on_every_store! {
    whoever_is_invited_by_mail_joins_the_team;
}

/// A browser without a session.
fn stranger(server: &Running) -> Desk<'_> {
    Desk::at(PUBLIC, server, String::new())
}

async fn whoever_is_invited_by_mail_joins_the_team(database: Database) {
    let mut world = world(database).await;
    world.set("HTTP__PUBLIC_URL", PUBLIC);
    let server = world.serve();
    let asked = stranger(&server)
        .send_plain("/sign-up", &[("email", OWNER)])
        .await;
    let mails = world.sandbox.wait_for_mails_to(OWNER, 1).await;
    let details = [
        ("code", &*code_in(&mails[0])),
        ("name", "Sara"),
        ("company", "Noor Canary"),
        ("phone", "+9647701234567"),
        ("new-password", PASSWORD),
    ];
    let signed_up = stranger(&server)
        .send_plain(location(&asked), &details)
        .await;
    let owner = Desk::at(PUBLIC, &server, session_of(&signed_up));
    let invited = [("invited-email", GUEST), ("role", "developer")];
    let sent = owner.send("/dashboard/team", &invited).await;
    assert_eq!(location(&sent), "/dashboard/team?sent=1");

    let mails = world.sandbox.wait_for_mails_to(GUEST, 1).await;
    let text = mails[0]["text"].as_str().expect("a text");
    for part in ["Noor Canary", "otp.example.com/join"] {
        assert!(text.contains(part), "{text}");
    }
    let asked = stranger(&server)
        .send_plain("/join", &[("email", GUEST)])
        .await;
    let mails = world.sandbox.wait_for_mails_to(GUEST, 2).await;
    let details = [
        ("code", &*code_in(&mails[1])),
        ("name", "Omar Canary"),
        ("new-password", PASSWORD),
    ];
    let joined = stranger(&server)
        .send_plain(location(&asked), &details)
        .await;
    assert_eq!(location(&joined), "/dashboard");
    let guest = Desk::at(PUBLIC, &server, session_of(&joined));
    for desk in [&owner, &guest] {
        let team = desk.open("/dashboard/team").await;
        assert!(team.contains(OWNER) && team.contains(GUEST), "{team}");
    }
    let refused = guest.send("/dashboard/team", &invited).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);

    let entries = world.command(&["audit", "list"]).to_string();
    for action in ["InviteMember", "JoinTeam"] {
        assert!(entries.contains(action), "{entries}");
    }
    let secrets = [GUEST, PASSWORD, "Omar Canary", "Noor Canary"];
    let log = server.kill();
    assert_absent(log.as_bytes(), "the log", &secrets);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &secrets);
    }
}
