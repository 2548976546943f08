//! The states of the list of staff.

use actix_web::http::StatusCode;
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;

use super::{Invited, ShownStaff, StaffListPage};
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

fn person(number: u8, name: &str, email: &str, role: StaffRole) -> ShownStaff {
    ShownStaff {
        id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
        name: name.to_owned(),
        email: email.to_owned(),
        role,
        has_second_factor: number != 3,
        since: Timestamp::from_unix_millis(1_790_000_000_000),
        is_viewer: number == 1,
    }
}

fn several() -> Vec<ShownStaff> {
    let hostile = "<b>\"'&</b><script>alert(1)</script>";
    let long = format!("{}@{}.example", "l".repeat(64), "d".repeat(60));
    vec![
        person(1, "Karim Haddad", "karim@gateway.example", StaffRole::Admin),
        person(2, "عمر السعدي", "omar@gateway.example", StaffRole::Finance),
        person(3, "lina", "lina@gateway.example", StaffRole::Support),
        person(4, hostile, &long, StaffRole::Auditor),
    ]
}

impl Samples for StaffListPage {
    const NAME: &'static str = "staff";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |staff| Self::new(page.clone(), Frame::sample(Place::Staff), staff, true);
        let alone = several().into_iter().take(1).collect();
        let invited = Self {
            invited: Some(Invited {
                email: "lina@gateway.example".to_owned(),
                link: "https://otp.example.com/sign-in/link/Zm9ydHktdGhyZWUtY2hhcmFjdGVycy1vZi1iYXNlNjQ"
                    .to_owned(),
            }),
            ..sample(several())
        };
        let fault = Self {
            email: Field::new(
                FieldKind::InvitedEmail,
                "lina@",
                Some(Fault::NoEmailAddress),
            ),
            name: Field::new(FieldKind::InvitedName, "Lina", None),
            role: StaffRole::Auditor,
            ..sample(several())
        };
        let last_admin = Self {
            refused: Some(Refused::LastAdmin),
            ..sample(several())
        };
        let mut frame = Frame::sample(Place::Staff);
        frame.staff = Some(StaffRole::Auditor);
        let auditor = Self::new(page.clone(), frame, several(), false);
        vec![
            ("alone", StatusCode::OK, sample(alone)),
            ("several", StatusCode::OK, sample(several())),
            ("invited", StatusCode::OK, invited),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("last-admin", StatusCode::UNPROCESSABLE_ENTITY, last_admin),
            ("auditor", StatusCode::OK, auditor),
        ]
    }
}
