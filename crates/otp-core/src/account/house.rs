//! The house account: the gateway's own account, from which it verifies the addresses of people who sign up.

use uuid::Uuid;

use super::Contact;
use crate::account::ContactLine;
use crate::contact_number::ContactNumber;
use crate::credits::Credits;
use crate::ids::{AccountId, ApiKeyId};
use crate::recipient::EmailAddress;
use crate::usecases::authenticate::Caller;

/// The id of the house account, the same in every installation: a UUIDv8 (RFC 9562) that spells `house`.
pub const HOUSE_ACCOUNT: AccountId =
    AccountId(Uuid::from_u128(0x0068_6f75_7365_8000_8000_0000_0000_0001));

/// The credits that the house account begins with. Its messages cost what those of others cost, so the ledger shows
/// what people who sign up cost the operator, who grants more when they are spent.
pub const HOUSE_CREDITS: Credits = Credits::MAX;

/// Returns the caller of the gateway's own requests. It has no key that anybody could present.
pub fn house_caller() -> Caller {
    Caller {
        account_id: HOUSE_ACCOUNT,
        api_key_id: ApiKeyId(HOUSE_ACCOUNT.0),
    }
}

/// Returns the contact details of the house account. `company` is the sender's name in its mails.
pub fn house_contact(company: ContactLine, email: EmailAddress) -> Contact {
    let number = ContactNumber::parse(NO_NUMBER).expect("it has the form of a number");
    Contact {
        name: ContactLine::parse("This gateway").expect("one line"),
        email,
        phone: number,
        company,
        address: None,
    }
}

/// Nobody has this number. The house account is called by nobody, but every account has a number.
const NO_NUMBER: &str = "+00000000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_a_uuid_of_version_8() {
        let id = HOUSE_ACCOUNT.0;
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(id.to_string(), "00686f75-7365-8000-8000-000000000001");
    }

    #[test]
    fn the_contact_details_can_be_made() {
        let company = ContactLine::parse("Noor").expect("one line");
        let email = EmailAddress::parse("otp@noor.example").expect("an address");
        let contact = house_contact(company, email);
        assert_eq!(contact.phone.as_str(), NO_NUMBER);
    }
}
