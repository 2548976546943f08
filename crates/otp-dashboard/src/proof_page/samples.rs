//! The states of the forms with the code.

use actix_web::http::StatusCode;

use super::ProofPage;
use crate::address_page::ProofFor;
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::page::Page;
use crate::samples::Samples;

impl ProofPage {
    fn sample(
        page: &Page,
        proof_for: ProofFor,
        fields: impl IntoIterator<Item = Field>,
        refused: Option<Refused>,
    ) -> Self {
        let action = proof_for.path_of_id("00000000-0000-7000-8000-000000000000");
        let masked = "s•••@example.com".to_owned();
        let mut sample = Self::empty(page.clone(), proof_for, action, masked);
        fields.into_iter().for_each(|field| sample.set(field));
        sample.refused = refused;
        sample
    }
}

impl Samples for ProofPage {
    const NAME: &'static str = "proof";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = |proof_for| Self::sample(page, proof_for, [], None);
        let refused = |proof_for, refused| Self::sample(page, proof_for, [], Some(refused));
        let faults = |proof_for, faults: &[(FieldKind, &str, Fault)]| {
            let faults = faults.iter();
            let fields = faults.map(|(kind, typed, fault)| Field::new(*kind, typed, Some(*fault)));
            Self::sample(page, proof_for, fields, None)
        };
        let sent_again = Self {
            sent_again: true,
            ..empty(ProofFor::SignUp)
        };
        let hostile = "\"><script>alert(1)</script>";
        let too_short = Fault::PasswordTooShort { least: 12 };
        let of_sign_up = faults(
            ProofFor::SignUp,
            &[
                (FieldKind::Code, "12", Fault::WrongCode { left: 4 }),
                (FieldKind::Name, hostile, Fault::NoName),
                (FieldKind::Company, "", Fault::NoCompany),
                (FieldKind::Phone, "0770", Fault::NoPhoneNumber),
                (FieldKind::Address, hostile, Fault::LongAddress),
                (FieldKind::NewPassword, "", too_short),
            ],
        );
        let of_team = faults(
            ProofFor::Team,
            &[
                (FieldKind::Code, "12", Fault::WrongCode { left: 4 }),
                (FieldKind::Name, hostile, Fault::NoName),
                (FieldKind::NewPassword, "", too_short),
            ],
        );
        let of_password = faults(
            ProofFor::NewPassword,
            &[
                (FieldKind::Code, "", Fault::NoCode),
                (FieldKind::NewPassword, "", Fault::PasswordGuessable),
            ],
        );
        let over = refused(ProofFor::SignUp, Refused::CodeOver);
        let taken = |proof_for| refused(proof_for, Refused::AddressTaken);
        let not_invited = refused(ProofFor::Team, Refused::NotInvited);
        let nobody = refused(ProofFor::NewPassword, Refused::NobodyHasAddress);
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("sign-up", StatusCode::OK, empty(ProofFor::SignUp)),
            ("sign-up-faults", unprocessable, of_sign_up),
            ("sign-up-sent-again", StatusCode::OK, sent_again),
            ("sign-up-over", unprocessable, over),
            ("sign-up-taken", unprocessable, taken(ProofFor::SignUp)),
            ("join", StatusCode::OK, empty(ProofFor::Team)),
            ("join-faults", unprocessable, of_team),
            ("join-not-invited", unprocessable, not_invited),
            ("join-taken", unprocessable, taken(ProofFor::Team)),
            ("password", StatusCode::OK, empty(ProofFor::NewPassword)),
            ("password-faults", unprocessable, of_password),
            ("password-nobody", unprocessable, nobody),
        ]
    }
}
