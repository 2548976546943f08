//! The drafts that staff begin a conversation with, in the language of the person who ordered.

use otp_core::account::Contact;
use otp_core::order::Order;
use url::Url;

use crate::words::WORDS;

/// Links that open a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drafts {
    /// Opens a chat in WhatsApp.
    pub(super) whatsapp: String,
    /// Opens a mail.
    pub(super) mail: String,
}

impl Drafts {
    pub(super) fn new(contact: &Contact, order: &Order) -> Self {
        let reference = order.id.reference();
        let credits = order.plan.credits.to_string();
        // A draft is plain text, so nothing in it is isolated.
        let words = |key| {
            let values = [
                ("name", contact.name.as_str()),
                ("reference", reference.as_str()),
                ("plan", order.plan.name.as_str()),
                ("credits", credits.as_str()),
            ];
            WORDS.text(order.language, key, &values)
        };
        let number = contact.phone.as_str().trim_start_matches('+');
        let whatsapp = Url::parse_with_params(
            &format!("https://wa.me/{number}"),
            [("text", words("draft-text"))],
        );
        let query = [
            ("subject", words("draft-subject")),
            ("body", words("draft-text")),
        ];
        let query = query.map(|(name, text)| format!("{name}={}", percent_encoded(&text)));
        let address = percent_encoded(contact.email.as_str());
        Self {
            whatsapp: whatsapp.map_or_else(|_| String::new(), String::from),
            mail: format!("mailto:{address}?{}", query.join("&")),
        }
    }
}

/// Writes a text as a part of a `mailto` address: a space is `%20` there, and a plus sign is a plus sign.
///
/// Source: RFC 6068, section 2.
fn percent_encoded(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20").replace("%40", "@")
}

#[cfg(test)]
mod tests {
    use super::*;
    use otp_core::account::ContactLine;
    use otp_core::contact_number::ContactNumber;
    use otp_core::credits::Credits;
    use otp_core::ids::{AccountId, OrderId, PersonId, PlanId, parse_uuid};
    use otp_core::order::{ContactWay, OrderedPlan};
    use otp_core::recipient::EmailAddress;
    use otp_core::time::Timestamp;
    use otp_core::ui_language::UiLanguage;

    #[test]
    fn a_draft_is_in_the_language_of_the_order_and_adds_no_recipient() {
        let line = |text| ContactLine::parse(text).expect("one line");
        let contact = Contact {
            name: line("سارة & Co"),
            email: EmailAddress::parse("sara+otp@noor.example").expect("an address"),
            phone: ContactNumber::parse("+966551234567").expect("a number"),
            company: line("Noor"),
            address: None,
        };
        let id = parse_uuid("00000000-0000-7000-8000-00007f3a9001").expect("an id");
        let order = |language| Order {
            id: OrderId(id),
            account_id: AccountId(id),
            person_id: PersonId(id),
            plan: OrderedPlan {
                id: PlanId(id),
                name: "A&bcc=x@y.zz".to_owned(),
                credits: Credits::ONE,
                price: None,
            },
            contact_by: ContactWay::WhatsApp,
            notes: None,
            language,
            placed_at: Timestamp::from_unix_millis(0),
            contacted: None,
            end: None,
        };
        let drafts = UiLanguage::ALL.map(|language| Drafts::new(&contact, &order(language)));
        for draft in &drafts {
            assert!(
                draft
                    .whatsapp
                    .starts_with("https://wa.me/966551234567?text=")
            );
            assert_eq!(draft.whatsapp.matches('&').count(), 0, "{}", draft.whatsapp);
            let mail = draft
                .mail
                .strip_prefix("mailto:sara%2Botp@noor.example?subject=");
            let mail = mail.expect("the address");
            assert_eq!(mail.matches('&').count(), 1, "{mail}");
            assert!(!mail.contains([' ', '+', '"', '<']), "{mail}");
            assert!(draft.whatsapp.contains("7F3A9001"), "{}", draft.whatsapp);
        }
        assert_ne!(drafts[0], drafts[1]);
    }
}
