//! `/sign-in`: the page on which a person signs in. It is shown in the gallery only, until there are persons.

use actix_web::http::StatusCode;
use askama::Template;

use crate::form::{Fault, Field, FieldKind};
use crate::page::Page;
use crate::samples::Samples;

/// The reason a person is not signed in, although every field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignInRefusal {
    /// Nobody has this address, or the password is another. The page does not say which.
    Wrong,
    /// There were too many wrong passwords.
    Wait,
}

impl SignInRefusal {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::Wrong, Self::Wait];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Wrong => "sign-in-refused",
            Self::Wait => "sign-in-wait",
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    page: Page,
    email: Field,
    password: Field,
    refusal: Option<SignInRefusal>,
}

impl SignInPage {
    fn fields(&self) -> [&Field; 2] {
        [&self.email, &self.password]
    }

    fn refusal_key(&self) -> Option<&'static str> {
        self.refusal.map(SignInRefusal::key)
    }

    fn has_problem(&self) -> bool {
        self.refusal.is_some() || self.fields().iter().any(|field| field.fault().is_some())
    }
}

impl Samples for SignInPage {
    const NAME: &'static str = "sign-in";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |typed, faults: [Option<Fault>; 2], refusal| Self {
            page: page.clone(),
            email: Field::new(FieldKind::Email, typed, faults[0]),
            password: Field::new(FieldKind::Password, "", faults[1]),
            refusal,
        };
        let faults = [Some(Fault::NoEmailAddress), Some(Fault::NoPassword)];
        let hostile = "\"><script>alert(1)</script>";
        let (ok, refused) = (StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = Some(SignInRefusal::Wrong);
        let wait = Some(SignInRefusal::Wait);
        vec![
            ("empty", ok, sample("", [None; 2], None)),
            ("faults", refused, sample(hostile, faults, None)),
            (
                "wrong",
                refused,
                sample("sara@example.com", [None; 2], wrong),
            ),
            (
                "wait",
                StatusCode::TOO_MANY_REQUESTS,
                sample("sara@example.com", [None; 2], wait),
            ),
        ]
    }
}
