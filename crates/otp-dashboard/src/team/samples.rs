//! The states of the page of a team.

use actix_web::http::StatusCode;
use otp_core::person::AccountRole;
use otp_core::time::Timestamp;

use super::{ShownInvitation, ShownMember, TeamPage};
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

fn member(number: u8, name: &str, email: &str, role: AccountRole) -> ShownMember {
    ShownMember {
        id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
        name: name.to_owned(),
        email: email.to_owned(),
        role,
        has_second_factor: number != 3,
        since: Timestamp::from_unix_millis(1_790_000_000_000),
        is_viewer: number == 1,
    }
}

fn several() -> Vec<ShownMember> {
    let hostile = "<b>\"'&</b><script>alert(1)</script>";
    let long = format!("{}@{}.example", "l".repeat(64), "d".repeat(60));
    vec![
        member(1, "Sara Al-Harbi", "sara@noor.example", AccountRole::Owner),
        member(2, "عمر السعدي", "omar@noor.example", AccountRole::Developer),
        member(3, "lina", "lina@noor.example", AccountRole::Billing),
        member(4, hostile, &long, AccountRole::Viewer),
    ]
}

fn invitations() -> Vec<ShownInvitation> {
    let long = format!("{}@{}.example", "l".repeat(64), "d".repeat(60));
    [("huda@noor.example", 7), (&*long, 8)]
        .into_iter()
        .map(|(email, number)| ShownInvitation {
            id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
            email: email.to_owned(),
            role: AccountRole::Developer,
            ends_at: Timestamp::from_unix_millis(1_790_600_000_000),
        })
        .collect()
}

impl Samples for TeamPage {
    const NAME: &'static str = "team";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |members| Self::new(page.clone(), Frame::sample(Place::Team), members, true);
        let alone = several().into_iter().take(1).collect();
        let full = || Self {
            invitations: invitations(),
            ..sample(several())
        };
        let sent = Self {
            is_sent: true,
            ..full()
        };
        let fault = Self {
            email: Field::new(
                FieldKind::InvitedEmail,
                "huda@",
                Some(Fault::NoEmailAddress),
            ),
            role: AccountRole::Billing,
            ..full()
        };
        let refused = |refused| Self {
            email: Field::new(FieldKind::InvitedEmail, "huda@noor.example", None),
            refused: Some(refused),
            ..full()
        };
        let member = Self {
            invitations: invitations(),
            ..Self::new(page.clone(), Frame::sample(Place::Team), several(), false)
        };
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("alone", StatusCode::OK, sample(alone)),
            ("several", StatusCode::OK, full()),
            ("sent", StatusCode::OK, sent),
            ("fault", unprocessable, fault),
            ("invited", unprocessable, refused(Refused::AlreadyInvited)),
            ("full", unprocessable, refused(Refused::TeamFull)),
            ("member", StatusCode::OK, member),
        ]
    }
}
