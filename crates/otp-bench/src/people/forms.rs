//! The forms that are compared.

use std::net::Ipv4Addr;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use hyper::{Method, Request, StatusCode};

use super::holders::address_of;

/// A form that names an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Sign-in, with a wrong password.
    SignIn,
    /// The first step of sign-up, which sends a code.
    SignUp,
    /// The first step of a new password, which sends a code.
    Reset,
}

/// A form, ready to be sent.
pub(super) struct Sent {
    /// Whether somebody has the address.
    pub(super) is_known: bool,
    pub(super) request: Request<Full<Bytes>>,
}

impl Form {
    pub(super) const ALL: [Self; 3] = [Self::SignIn, Self::SignUp, Self::Reset];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Reset => "reset",
        }
    }

    /// Returns the status of each answer.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignUp | Self::Reset => StatusCode::SEE_OTHER,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::SignUp => "/sign-up",
            Self::Reset => "/password",
        }
    }

    /// Returns the range of people whose addresses it names. An address gets one code in a while, so no two forms
    /// that send one name the same.
    fn holders(self, count: usize) -> std::ops::Range<usize> {
        match self {
            Self::SignIn => 0..count,
            Self::SignUp => 0..count / 2,
            Self::Reset => count / 2..count,
        }
    }

    /// Makes forms with the addresses of people, and as many with unknown ones.
    pub(super) fn all(self, host: &str, count: usize) -> Vec<Sent> {
        let holders = self.holders(count);
        let known = holders.map(|number| (true, address_of(number)));
        let unknown = 0..known.len();
        // As long as a known one.
        let unknown = unknown.map(|number| {
            let first = self.path().as_bytes().get(6).copied().unwrap_or(b'x');
            let address = address_of(number).replacen("person", &unknown_name(first), 1);
            (false, address)
        });
        let all = known.chain(unknown).enumerate();
        all.map(|(place, (is_known, address))| Sent {
            is_known,
            request: self.request(host, &address, place),
        })
        .collect()
    }

    /// Makes a form. Each comes from a network of its own, which has not reached its limit.
    fn request(self, host: &str, address: &str, place: usize) -> Request<Full<Bytes>> {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let offset = u32::from(Ipv4Addr::new(198, 18, 0, 0));
        let network = Ipv4Addr::from(offset.wrapping_add(place));
        let email = address.replace('@', "%40");
        let body = match self {
            Self::SignIn => format!("email={email}&password=a-wrong-password-of-nobody"),
            Self::SignUp | Self::Reset => format!("email={email}"),
        };
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.path().parse().expect("a path");
        let headers = request.headers_mut();
        for (name, value) in [
            (HOST, host.to_owned()),
            (ORIGIN, format!("http://{host}")),
            (CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()),
            (
                HeaderName::from_static("x-forwarded-for"),
                network.to_string(),
            ),
        ] {
            headers.insert(name, value.parse().expect("a header's value"));
        }
        request
    }
}

/// A name as long as `person`, which no holder has.
fn unknown_name(first: u8) -> String {
    format!("{}obody", char::from(first))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn forms_are_alike_but_for_their_addresses() {
        for form in Form::ALL {
            let all = form.all("127.0.0.1:8080", 10);
            let known = all.iter().filter(|sent| sent.is_known).count();
            assert_eq!(known * 2, all.len(), "{form:?}");
            let networks: BTreeSet<_> = all
                .iter()
                .map(|sent| sent.request.headers()["x-forwarded-for"].as_bytes())
                .collect();
            assert_eq!(networks.len(), all.len(), "{form:?}");
        }
    }

    #[test]
    fn no_two_forms_that_send_a_code_name_the_same_address() {
        let (one, other) = (Form::SignUp.holders(10), Form::Reset.holders(10));
        assert!(one.clone().all(|number| !other.contains(&number)));
        let first = |form: Form| form.path().as_bytes().get(6).copied();
        assert_ne!(first(Form::SignUp), first(Form::Reset));
    }
}
