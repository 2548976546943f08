//! List filter: what a reader chose to see of a list. It is in the address of the list, so it can be kept and sent on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_core::ids::{MessageId, VerificationId, parse_uuid};
use otp_core::message::MessageStatus;
use otp_core::page::Cursor;
use otp_core::recipient::Recipient;
use otp_core::usecases::browse_messages::Sought;
use otp_core::usecases::browse_verifications::SoughtVerification;
use otp_core::verification::{VerificationStatus, ascii_digit};

use crate::answer;
use crate::message_badge::MessageBadge;
use crate::period::Period;
use crate::verification_badge::VerificationBadge;
use crate::visit::Visit;

/// The status by which a list is filtered.
pub(crate) trait ListedStatus: Copy + PartialEq + 'static {
    /// The meaning of the typed text.
    type Sought: Clone;

    /// Every status, in the order of the choice.
    const ALL: &[Self];

    /// Returns its name.
    fn name(self) -> &'static str;

    /// Returns the key of its words.
    fn key(self) -> &'static str;

    /// Returns the meaning of an id.
    fn by_id(text: &str) -> Option<Self::Sought>;

    /// Returns the meaning of a recipient.
    fn by_recipient(recipient: Recipient) -> Self::Sought;
}

impl ListedStatus for MessageStatus {
    type Sought = Sought;

    const ALL: &[Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn key(self) -> &'static str {
        MessageBadge::from(self).key
    }

    fn by_id(text: &str) -> Option<Sought> {
        let id = parse_uuid(text).ok()?;
        Some(Sought::Message(MessageId(id)))
    }

    fn by_recipient(recipient: Recipient) -> Sought {
        Sought::Recipient(recipient)
    }
}

impl ListedStatus for VerificationStatus {
    type Sought = SoughtVerification;

    const ALL: &[Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn key(self) -> &'static str {
        VerificationBadge::from(self).key
    }

    fn by_id(text: &str) -> Option<SoughtVerification> {
        let id = parse_uuid(text).ok()?;
        Some(SoughtVerification::Verification(VerificationId(id)))
    }

    fn by_recipient(recipient: Recipient) -> SoughtVerification {
        SoughtVerification::Recipient(recipient)
    }
}

/// The choice of a reader.
#[derive(Debug, Clone)]
pub(crate) struct ListFilter<S: ListedStatus> {
    pub(crate) is_test: bool,
    pub(crate) status: Option<S>,
    pub(crate) period: Period,
    /// The text in the field for an id, a number or an address.
    pub(crate) typed: String,
    /// The meaning of the text; `None` if there is none, or if it means nothing.
    pub(crate) sought: Option<S::Sought>,
    pub(crate) cursor: Option<Cursor>,
}

impl<S: ListedStatus> ListFilter<S> {
    /// The filter that leaves nothing out.
    pub(crate) const NONE: Self = Self {
        is_test: false,
        status: None,
        period: Period::Any,
        typed: String::new(),
        sought: None,
        cursor: None,
    };

    /// Reads the address of a request. A value that no page of ours writes counts as left out.
    pub(crate) fn of(visit: &Visit) -> Self {
        Self {
            is_test: visit.mode() == ApiKeyMode::Test,
            status: status_of(&visit.parameter("status")),
            period: Period::read(&visit.parameter("period")),
            cursor: Cursor::parse(&visit.parameter("cursor")).ok(),
            ..Self::typed(visit.parameter("q").trim())
        }
    }

    /// Returns the filter with this text alone.
    pub(crate) fn typed(text: &str) -> Self {
        Self {
            sought: sought::<S>(text),
            typed: text.to_owned(),
            ..Self::NONE
        }
    }

    pub(crate) fn mode(&self) -> ApiKeyMode {
        match self.is_test {
            true => ApiKeyMode::Test,
            false => ApiKeyMode::Live,
        }
    }

    /// Returns whether the text is neither an id nor a whole number or address.
    pub(crate) fn is_unreadable(&self) -> bool {
        !self.typed.is_empty() && self.sought.is_none()
    }

    /// Answers with the page of the list, which shows its news, or says that the text means nothing.
    pub(crate) fn answer(&self, visit: &Visit, page: &impl Template) -> HttpResponse {
        if self.is_unreadable() {
            answer::page(StatusCode::UNPROCESSABLE_ENTITY, page)
        } else {
            visit.live(page)
        }
    }

    /// Returns whether nothing was chosen: if such a list is empty, there is nothing yet.
    pub(crate) fn is_untouched(&self) -> bool {
        !self.is_set() && self.is_newest()
    }

    /// Returns whether some items are left out.
    fn is_set(&self) -> bool {
        self.status.is_some() || self.period != Period::Any || !self.typed.is_empty()
    }

    /// Returns whether the list begins with the newest items.
    pub(crate) fn is_newest(&self) -> bool {
        self.cursor.is_none()
    }

    /// Returns the statuses to choose from, each with its name, the key of its words, and whether it is chosen.
    pub(crate) fn statuses(&self) -> Vec<(&'static str, &'static str, bool)> {
        let choice = |status: &S| (status.name(), status.key(), self.has_status(status));
        S::ALL.iter().map(choice).collect()
    }

    /// Returns whether this status is chosen.
    fn has_status(&self, status: &S) -> bool {
        self.status == Some(*status)
    }

    /// Returns whether this period is chosen.
    pub(crate) fn has_period(&self, period: &Period) -> bool {
        self.period == *period
    }

    /// Returns the periods to choose from.
    pub(crate) const fn periods(&self) -> [Period; 4] {
        Period::ALL
    }

    /// Returns the query of the address of this list, with its question mark.
    pub(crate) fn query(&self, cursor: Option<Cursor>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if self.is_test {
            query.append_pair("mode", "test");
        }
        if let Some(status) = self.status {
            query.append_pair("status", status.name());
        }
        if self.period != Period::Any {
            query.append_pair("period", self.period.value());
        }
        if !self.typed.is_empty() {
            query.append_pair("q", &self.typed);
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", &cursor.to_string());
        }
        format!("?{}", query.finish())
    }
}

/// Returns the status of this name.
fn status_of<S: ListedStatus>(name: &str) -> Option<S> {
    let mut all = S::ALL.iter().copied();
    all.find(|status| status.name() == name)
}

/// Reads what a person types or pastes: ٠–٩ and ۰–۹ are digits, and a number may have spaces, and no plus sign.
fn sought<S: ListedStatus>(typed: &str) -> Option<S::Sought> {
    if let Some(by_id) = S::by_id(typed) {
        return Some(by_id);
    }
    if typed.contains('@') {
        return Recipient::parse(typed).ok().map(S::by_recipient);
    }
    let number = typed.chars().map(ascii_digit);
    let number: String = number.filter(|c| !" -()".contains(*c)).collect();
    let number = number.strip_prefix('+').unwrap_or(&number);
    let recipient = Recipient::parse(&format!("+{number}"));
    recipient.ok().map(S::by_recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_a_number_and_an_address_are_told_apart() {
        let recipient = |text| Recipient::parse(text).ok().map(Sought::Recipient);
        let id = "0196cd2a-7d3e-7b54-9c1a-4f0be2d6a9cf";
        let message = parse_uuid(id).ok().map(|id| Sought::Message(MessageId(id)));
        for (typed, expected) in [
            (id, message),
            ("+966551234567", recipient("+966551234567")),
            ("966 55-123 (45) 67", recipient("+966551234567")),
            ("+٩٦٦٥٥١٢٣٤٥٦٧", recipient("+966551234567")),
            ("amal@example.com", recipient("amal@example.com")),
        ] {
            assert!(expected.is_some(), "{typed}");
            assert_eq!(sought::<MessageStatus>(typed), expected, "{typed}");
        }
        for typed in ["", "+9665", "amal@", "prod", "<b>"] {
            assert_eq!(sought::<MessageStatus>(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_address_of_a_list_has_what_was_chosen_and_nothing_else() {
        let none = ListFilter::<VerificationStatus>::NONE;
        assert_eq!(none.query(None), "?");
        let chosen = ListFilter {
            is_test: true,
            status: Some(MessageStatus::Failed),
            period: Period::Week,
            ..ListFilter::typed("+966 55&x=\"")
        };
        let expected = "?mode=test&status=Failed&period=7d&q=%2B966+55%26x%3D%22";
        assert_eq!(chosen.query(None), expected);
    }
}
