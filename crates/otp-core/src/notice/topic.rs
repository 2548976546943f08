//! The topics of notices, each of which an account holder may turn off.

use super::NoticeKind;

/// A topic of notices that an account holder may turn off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeTopic {
    /// Credits run low, or are spent.
    Credits,
    /// An API key is about to expire.
    Keys,
    /// A sender or a template can no longer be used.
    Senders,
    /// A webhook endpoint is no longer called.
    Webhooks,
}

impl NoticeTopic {
    /// All topics.
    pub const ALL: [Self; 4] = [Self::Credits, Self::Keys, Self::Senders, Self::Webhooks];

    /// Returns the name in forms, commands and listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credits => "credits",
            Self::Keys => "keys",
            Self::Senders => "senders",
            Self::Webhooks => "webhooks",
        }
    }

    const fn bit(self) -> i16 {
        match self {
            Self::Credits => 1,
            Self::Keys => 2,
            Self::Senders => 4,
            Self::Webhooks => 8,
        }
    }
}

impl NoticeKind {
    /// Returns the topic; `None` if the notice is mailed whatever the account holder chose: what concerns people's
    /// sign-in, orders and invitations.
    pub const fn topic(&self) -> Option<NoticeTopic> {
        match self {
            Self::LowBalance { .. } | Self::SubscriptionSpent { .. } => Some(NoticeTopic::Credits),
            Self::KeyExpiring { .. } => Some(NoticeTopic::Keys),
            Self::SenderDisabled { .. } | Self::TemplateDisabled { .. } => {
                Some(NoticeTopic::Senders)
            }
            Self::WebhookDisabled { .. } => Some(NoticeTopic::Webhooks),
            Self::OrderPlaced { .. }
            | Self::OrderActivated { .. }
            | Self::OrderDeclined { .. }
            | Self::NewDevice { .. }
            | Self::PasswordChanged { .. }
            | Self::SecondFactorOn { .. }
            | Self::SecondFactorOff { .. }
            | Self::TeamInvitation { .. } => None,
        }
    }
}

/// The topics that an account holder turned off; none at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MutedTopics(i16);

impl MutedTopics {
    /// No topic.
    pub const NONE: Self = Self(0);

    /// Returns whether the set has this topic.
    pub const fn contains(self, topic: NoticeTopic) -> bool {
        self.0 & topic.bit() != 0
    }

    /// Returns the topics of the set.
    pub fn topics(self) -> impl Iterator<Item = NoticeTopic> {
        let all = NoticeTopic::ALL.into_iter();
        all.filter(move |topic| self.contains(*topic))
    }

    /// Returns whether this notice is not mailed.
    pub fn mute(self, kind: &NoticeKind) -> bool {
        kind.topic().is_some_and(|topic| self.contains(topic))
    }

    /// Returns the bit mask that a store keeps.
    pub const fn mask(self) -> i16 {
        self.0
    }

    /// Returns the set of a stored bit mask; `None` if the mask has a bit of no topic.
    pub fn from_mask(mask: i16) -> Option<Self> {
        let known: Self = NoticeTopic::ALL.into_iter().collect();
        (mask & !known.0 == 0).then_some(Self(mask))
    }
}

impl FromIterator<NoticeTopic> for MutedTopics {
    fn from_iter<T: IntoIterator<Item = NoticeTopic>>(topics: T) -> Self {
        let bits = topics.into_iter().map(NoticeTopic::bit);
        Self(bits.fold(0, |mask, bit| mask | bit))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{PersonId, WebhookEndpointId};

    #[test]
    fn a_set_reads_back_from_its_mask() {
        for mask in 0..16 {
            let set = MutedTopics::from_mask(mask).expect("known bits");
            assert_eq!(set.mask(), mask);
            assert_eq!(set.topics().collect::<MutedTopics>(), set);
        }
        for mask in [16, 32, -1] {
            assert_eq!(MutedTopics::from_mask(mask), None);
        }
    }

    #[test]
    fn what_concerns_the_sign_in_cannot_be_muted() {
        let all: MutedTopics = NoticeTopic::ALL.into_iter().collect();
        let person_id = PersonId(Uuid::nil());
        assert!(!all.mute(&NoticeKind::PasswordChanged { person_id }));
        let endpoint_id = WebhookEndpointId(Uuid::nil());
        let disabled = NoticeKind::WebhookDisabled { endpoint_id };
        assert!(all.mute(&disabled));
        assert!(!MutedTopics::NONE.mute(&disabled));
        assert!(!MutedTopics::from_iter([NoticeTopic::Credits]).mute(&disabled));
    }
}
