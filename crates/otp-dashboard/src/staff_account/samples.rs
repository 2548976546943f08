//! The states of the page of an account for staff.

use actix_web::http::StatusCode;
use otp_core::account::AccountStanding;
use otp_core::person::staff::StaffRole;
use otp_core::time::Timestamp;

use super::{May, ShownEntry, ShownHolder, ShownSender, StaffAccountPage};
use crate::form::{Fault, Field, FieldKind};
use crate::frame::{Frame, Place};
use crate::keys::ShownKey;
use crate::page::Page;
use crate::samples::Samples;
use crate::staff_accounts::ShownStanding;
use crate::subscriptions::ShownSubscription;

const AT: Timestamp = Timestamp::from_unix_millis(1_795_874_531_000);

fn holder(company: &str, name: &str) -> ShownHolder {
    ShownHolder {
        company: company.to_owned(),
        name: name.to_owned(),
        phone: "+966•••••••67".to_owned(),
        email: "s•••@noor.example".to_owned(),
        is_revealed: false,
    }
}

fn entries(by: &str) -> Vec<ShownEntry> {
    let actions = ["RevealAccountContact", "GrantSubscription", "SignUp"];
    let entry = |action| ShownEntry {
        at: AT,
        by: by.to_owned(),
        action,
    };
    actions.map(entry).to_vec()
}

impl Samples for StaffAccountPage {
    const NAME: &'static str = "staff-account";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sender = |phone: Option<&str>, is_stopped| ShownSender {
            phone: phone.map(str::to_owned),
            is_stopped,
        };
        let empty = || Self {
            page: page.clone(),
            frame: Frame::sample(Place::CustomerAccounts),
            id: "00000000-0000-7000-8000-000000000001".to_owned(),
            standing: ShownStanding(AccountStanding::Open),
            since: AT,
            holder: Some(holder("Noor Retail", "Sara Al-Harbi")),
            credits_left: 0,
            subscriptions: Vec::new(),
            keys: Vec::new(),
            senders: Vec::new(),
            entries: Some(Vec::new()),
            may: May {
                reveal: true,
                grant: true,
                manage: true,
            },
            credits: Field::empty(FieldKind::GrantedCredits),
            refused: None,
        };
        let full = || Self {
            credits_left: 8_400,
            subscriptions: ShownSubscription::several(),
            keys: ShownKey::several(),
            senders: vec![sender(Some("+966551234567"), false), sender(None, true)],
            entries: Some(entries("Karim Haddad")),
            ..empty()
        };
        let revealed = Self {
            holder: Some(ShownHolder {
                phone: "+966551234567".to_owned(),
                email: "sara@noor.example".to_owned(),
                is_revealed: true,
                ..holder("Noor Retail", "Sara Al-Harbi")
            }),
            ..full()
        };
        let fault = Self {
            credits: Field::new(FieldKind::GrantedCredits, "-1", Some(Fault::NoCredits)),
            ..full()
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let restricted = Self {
            standing: ShownStanding(AccountStanding::Restricted),
            holder: Some(holder(&hostile, &hostile)),
            entries: Some(entries(&hostile)),
            ..full()
        };
        let nothing = May {
            reveal: false,
            grant: false,
            manage: false,
        };
        let erased = Self {
            standing: ShownStanding(AccountStanding::Closed),
            holder: None,
            may: nothing,
            ..full()
        };
        let mut frame = Frame::sample(Place::CustomerAccounts);
        frame.staff = Some(StaffRole::Support);
        let support = Self {
            frame,
            entries: None,
            may: May {
                reveal: true,
                ..nothing
            },
            ..full()
        };
        vec![
            ("empty", StatusCode::OK, empty()),
            ("full", StatusCode::OK, full()),
            ("revealed", StatusCode::OK, revealed),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("restricted", StatusCode::OK, restricted),
            ("erased", StatusCode::OK, erased),
            ("support", StatusCode::OK, support),
        ]
    }
}
