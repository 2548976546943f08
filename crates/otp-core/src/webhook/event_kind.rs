//! The kinds of events, and sets of them: what an endpoint wants, and what an account's endpoints want.

/// The kind of an event that an endpoint can receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebhookEventKind {
    /// A message was handed to its provider.
    MessageSent,
    /// A message reached its recipient's device or mail server.
    MessageDelivered,
    /// A message was read.
    MessageRead,
    /// A message failed.
    MessageFailed,
    /// A verification's code was typed.
    VerificationApproved,
    /// A verification's lifetime ended.
    VerificationExpired,
    /// A verification was canceled or replaced.
    VerificationCanceled,
    /// A verification's guesses were used up.
    VerificationExhausted,
    /// A subscription's balance became low.
    SubscriptionLowBalance,
    /// A subscription's last credit was spent.
    SubscriptionSpent,
    /// A subscription was granted.
    SubscriptionActivated,
    /// A recipient opted out.
    RecipientOptedOut,
    /// A recipient opted in again.
    RecipientOptedIn,
    /// An API key expires soon.
    ApiKeyExpiring,
    /// A sender was stopped.
    SenderStopped,
    /// A stopped sender sends again.
    SenderRecovered,
    /// The status of a template changed.
    TemplateStatusChanged,
    /// The owner of an endpoint tries it out. It goes to that endpoint only, whatever its filter is.
    EndpointTest,
}

/// The text is not the name of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event has that name")]
pub struct UnknownWebhookEvent;

impl WebhookEventKind {
    /// Every kind that a filter can name, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::MessageSent,
        Self::MessageDelivered,
        Self::MessageRead,
        Self::MessageFailed,
        Self::VerificationApproved,
        Self::VerificationExpired,
        Self::VerificationCanceled,
        Self::VerificationExhausted,
        Self::SubscriptionLowBalance,
        Self::SubscriptionSpent,
        Self::SubscriptionActivated,
        Self::RecipientOptedOut,
        Self::RecipientOptedIn,
        Self::ApiKeyExpiring,
        Self::SenderStopped,
        Self::SenderRecovered,
        Self::TemplateStatusChanged,
    ];

    /// The names, in the same order.
    pub const NAMES: [&'static str; 17] = {
        let mut names = [""; 17];
        let mut at = 0;
        while at < names.len() {
            names[at] = Self::ALL[at].as_str();
            at += 1;
        }
        names
    };

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MessageSent => "message.sent",
            Self::MessageDelivered => "message.delivered",
            Self::MessageRead => "message.read",
            Self::MessageFailed => "message.failed",
            Self::VerificationApproved => "verification.approved",
            Self::VerificationExpired => "verification.expired",
            Self::VerificationCanceled => "verification.canceled",
            Self::VerificationExhausted => "verification.exhausted",
            Self::SubscriptionLowBalance => "subscription.low_balance",
            Self::SubscriptionSpent => "subscription.spent",
            Self::SubscriptionActivated => "subscription.activated",
            Self::RecipientOptedOut => "recipient.opted_out",
            Self::RecipientOptedIn => "recipient.opted_in",
            Self::ApiKeyExpiring => "api_key.expiring",
            Self::SenderStopped => "sender.stopped",
            Self::SenderRecovered => "sender.recovered",
            Self::TemplateStatusChanged => "template.status_changed",
            Self::EndpointTest => "webhook_endpoint.test",
        }
    }

    /// Reads the name of a kind that a filter can name.
    pub fn parse(text: &str) -> Result<Self, UnknownWebhookEvent> {
        let named = |kind: &Self| kind.as_str() == text;
        Self::ALL.into_iter().find(named).ok_or(UnknownWebhookEvent)
    }

    /// Returns the number a store keeps: 0 to 30, because it is also a bit of a set. A number is never
    /// given to another kind.
    pub const fn code(self) -> i16 {
        match self {
            Self::MessageSent => 0,
            Self::MessageDelivered => 1,
            Self::MessageRead => 2,
            Self::MessageFailed => 3,
            Self::VerificationApproved => 4,
            Self::VerificationExpired => 5,
            Self::VerificationCanceled => 6,
            Self::VerificationExhausted => 7,
            Self::SubscriptionLowBalance => 8,
            Self::SubscriptionSpent => 9,
            Self::SubscriptionActivated => 10,
            Self::RecipientOptedOut => 11,
            Self::RecipientOptedIn => 12,
            Self::ApiKeyExpiring => 13,
            Self::SenderStopped => 14,
            Self::SenderRecovered => 15,
            Self::TemplateStatusChanged => 16,
            Self::EndpointTest => 30,
        }
    }

    /// Returns the kind of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::EndpointTest]);
        all.find(|kind| kind.code() == code)
    }

    const fn bit(self) -> i32 {
        1 << self.code()
    }
}

/// The kinds that one endpoint wants. None means all, also those that a later version adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventFilter(i32);

impl EventFilter {
    /// Every kind, also those that a later version adds.
    pub const ALL: Self = Self(0);

    /// Returns the filter of a stored bit mask.
    ///
    /// Bits of a later version's kinds are kept. `None` if the mask is negative.
    pub fn from_mask(mask: i32) -> Option<Self> {
        (mask >= 0).then_some(Self(mask))
    }

    /// Returns the bit mask a store keeps.
    pub const fn mask(self) -> i32 {
        self.0
    }

    /// Returns the kinds that it names, in the order of [`WebhookEventKind::ALL`]; none if it wants all.
    pub fn named(self) -> impl Iterator<Item = WebhookEventKind> {
        let named = move |kind: &WebhookEventKind| self.0 & kind.bit() != 0;
        WebhookEventKind::ALL.into_iter().filter(named)
    }

    /// Returns whether it wants a kind.
    pub fn wants(self, kind: WebhookEventKind) -> bool {
        WantedEvents::from(self).contains(kind)
    }
}

impl FromIterator<WebhookEventKind> for EventFilter {
    fn from_iter<I: IntoIterator<Item = WebhookEventKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |mask, kind| mask | kind.bit()))
    }
}

/// The kinds that at least one enabled endpoint of an account wants.
///
/// A store keeps it with the account, so an account without endpoints costs no look-up of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedEvents(i32);

impl WantedEvents {
    /// No kind: the account has no enabled endpoint.
    pub const NONE: Self = Self(0);

    /// Returns the set of a stored bit mask; `None` if the mask is negative.
    pub fn from_mask(mask: i32) -> Option<Self> {
        (mask >= 0).then_some(Self(mask))
    }

    /// Returns the bit mask a store keeps.
    pub const fn mask(self) -> i32 {
        self.0
    }

    /// Returns whether an event of this kind concerns an endpoint.
    pub const fn contains(self, kind: WebhookEventKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Returns the kinds that are in one of the two.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<EventFilter> for WantedEvents {
    /// A filter for all kinds has every bit, so that a later version's kinds are wanted although nothing
    /// changes the account then.
    fn from(filter: EventFilter) -> Self {
        Self(if filter == EventFilter::ALL {
            i32::MAX
        } else {
            filter.0
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_reads_back_by_name_and_by_number_and_has_its_own_bit() {
        let mut bits = 0;
        for kind in WebhookEventKind::ALL {
            assert_eq!(WebhookEventKind::parse(kind.as_str()), Ok(kind));
            assert_eq!(WebhookEventKind::from_code(kind.code()), Some(kind));
            assert!((0..31).contains(&kind.code()) && bits & kind.bit() == 0);
            bits |= kind.bit();
        }
        for text in [
            "",
            "message",
            "Message.Sent",
            "message.sent ",
            "order.activated",
        ] {
            assert_eq!(WebhookEventKind::parse(text), Err(UnknownWebhookEvent));
        }
        assert_eq!(WebhookEventKind::from_code(17), None);
        // The event of a test has a number, and no filter names it.
        let test = WebhookEventKind::EndpointTest;
        assert_eq!(WebhookEventKind::from_code(test.code()), Some(test));
        assert!(WebhookEventKind::parse(test.as_str()).is_err() && bits & test.bit() == 0);
    }

    #[test]
    fn names_are_of_the_characters_that_receivers_expect() {
        let allowed = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '_');
        for name in WebhookEventKind::NAMES {
            assert!(name.chars().all(allowed) && name.contains('.'), "{name}");
        }
    }

    #[test]
    fn no_named_kind_means_all_also_those_of_later_versions() {
        assert_eq!([].into_iter().collect::<EventFilter>(), EventFilter::ALL);
        assert_eq!(EventFilter::ALL.named().count(), 0);
        assert!(WebhookEventKind::ALL.map(|kind| EventFilter::ALL.wants(kind)) == [true; 17]);
        assert_eq!(WantedEvents::from(EventFilter::ALL).mask(), i32::MAX);
        // Whoever names every kind of today gets no other.
        let named: EventFilter = WebhookEventKind::ALL.into_iter().collect();
        assert_eq!(WantedEvents::from(named).mask(), (1 << 17) - 1);
    }

    #[test]
    fn a_mask_is_not_negative() {
        assert_eq!(EventFilter::from_mask(-1), None);
        assert_eq!(WantedEvents::from_mask(i32::MIN), None);
        assert_eq!(
            EventFilter::from_mask(1 << 30).map(EventFilter::mask),
            Some(1 << 30)
        );
    }

    proptest! {
        #[test]
        fn a_filter_wants_what_it_names_and_reads_back(
            kinds in prop::collection::btree_set(prop::sample::select(&WebhookEventKind::ALL[..]), 1..8),
        ) {
            let filter: EventFilter = kinds.iter().copied().collect();
            prop_assert!(filter.named().eq(kinds.iter().copied()));
            for kind in WebhookEventKind::ALL {
                prop_assert_eq!(filter.wants(kind), kinds.contains(&kind));
            }
            prop_assert_eq!(EventFilter::from_mask(filter.mask()), Some(filter));
        }
    }
}
