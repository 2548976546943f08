//! The kinds of notices.

use uuid::Uuid;

use crate::channel::whatsapp::template::TemplateName;
use crate::credits::Credits;
use crate::ids::{
    ApiKeyId, InvitationId, OrderId, PersonId, SenderId, SubscriptionId, WebhookEndpointId,
};
use crate::language::LanguageTag;
use crate::person::device::Device;
use crate::time::Timestamp;

/// The subject of a notice. It has no personal data, so a store may keep it unsealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// A debit brought a subscription to its threshold or below.
    LowBalance {
        /// The subscription.
        subscription_id: SubscriptionId,
        /// The credits left.
        remaining: Credits,
        /// The credits granted.
        granted: Credits,
    },
    /// A debit took a subscription's last credit.
    SubscriptionSpent {
        /// The subscription.
        subscription_id: SubscriptionId,
        /// The credits granted.
        granted: Credits,
    },
    /// A sender can no longer send.
    SenderDisabled {
        /// The sender.
        sender_id: SenderId,
        /// The reason.
        reason: Reason,
    },
    /// A template can no longer be used.
    TemplateDisabled {
        /// The sender it belongs to.
        sender_id: SenderId,
        /// Its name.
        name: TemplateName,
        /// Its language.
        language: LanguageTag,
        /// The reason.
        reason: Reason,
    },
    /// An API key is about to expire.
    KeyExpiring {
        /// The key.
        api_key_id: ApiKeyId,
        /// Its first characters, to recognise it by.
        hint: String,
        /// The time it expires.
        expires_at: Timestamp,
    },
    /// A webhook endpoint is no longer called, because of its answers.
    WebhookDisabled {
        /// The endpoint.
        endpoint_id: WebhookEndpointId,
    },
    /// A person ordered a plan. The operators receive it, not the account holder.
    OrderPlaced {
        /// The order.
        order_id: OrderId,
        /// The credits of the plan.
        credits: Credits,
    },
    /// An order was activated.
    OrderActivated {
        /// The order.
        order_id: OrderId,
        /// The credits granted.
        credits: Credits,
    },
    /// An order was declined.
    OrderDeclined {
        /// The order.
        order_id: OrderId,
        /// The reason.
        reason: Reason,
    },
    /// A sign-in of a person began on a device with which they never signed in before. The person receives it.
    NewDevice {
        /// The person.
        person_id: PersonId,
        /// The device.
        device: Device,
    },
    /// A person's password was changed or reset. The person receives it.
    PasswordChanged {
        /// The person.
        person_id: PersonId,
    },
    /// A person's second factor was turned on. The person receives it.
    SecondFactorOn {
        /// The person.
        person_id: PersonId,
    },
    /// A person's second factor was turned off. The person receives it.
    SecondFactorOff {
        /// The person.
        person_id: PersonId,
    },
    /// Somebody is invited to the team of an account. The address of the invitation receives it.
    TeamInvitation {
        /// The invitation.
        invitation_id: InvitationId,
    },
}

/// The reason something was disabled, in our words or the provider's: one line of at most 200
/// characters, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Puts the text on one line and cuts it at 200 characters.
    pub fn new(text: &str) -> Self {
        let visible = text.chars().map(|c| if breaks_lines(c) { ' ' } else { c });
        Self(visible.take(200).collect::<String>().trim().to_owned())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether `c` is a control character or a Unicode line or paragraph separator.
fn breaks_lines(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

impl NoticeKind {
    /// Returns the number a store keeps.
    pub const fn code(&self) -> i16 {
        match self {
            Self::LowBalance { .. } => 0,
            Self::SubscriptionSpent { .. } => 1,
            Self::SenderDisabled { .. } => 2,
            Self::TemplateDisabled { .. } => 3,
            Self::KeyExpiring { .. } => 4,
            Self::WebhookDisabled { .. } => 5,
            Self::OrderPlaced { .. } => 6,
            Self::OrderActivated { .. } => 7,
            Self::OrderDeclined { .. } => 8,
            Self::NewDevice { .. } => 9,
            Self::PasswordChanged { .. } => 10,
            Self::SecondFactorOn { .. } => 11,
            Self::SecondFactorOff { .. } => 12,
            Self::TeamInvitation { .. } => 13,
        }
    }

    /// Returns the name in listings and logs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::LowBalance { .. } => "LowBalance",
            Self::SubscriptionSpent { .. } => "SubscriptionSpent",
            Self::SenderDisabled { .. } => "SenderDisabled",
            Self::TemplateDisabled { .. } => "TemplateDisabled",
            Self::KeyExpiring { .. } => "KeyExpiring",
            Self::WebhookDisabled { .. } => "WebhookDisabled",
            Self::OrderPlaced { .. } => "OrderPlaced",
            Self::OrderActivated { .. } => "OrderActivated",
            Self::OrderDeclined { .. } => "OrderDeclined",
            Self::NewDevice { .. } => "NewDevice",
            Self::PasswordChanged { .. } => "PasswordChanged",
            Self::SecondFactorOn { .. } => "SecondFactorOn",
            Self::SecondFactorOff { .. } => "SecondFactorOff",
            Self::TeamInvitation { .. } => "TeamInvitation",
        }
    }

    /// Returns the text a store keeps beside the code: the fields, one per line.
    pub fn details(&self) -> String {
        match self {
            Self::LowBalance {
                subscription_id,
                remaining,
                granted,
            } => format!("{subscription_id}\n{remaining}\n{granted}"),
            Self::SubscriptionSpent {
                subscription_id,
                granted,
            } => format!("{subscription_id}\n{granted}"),
            Self::SenderDisabled { sender_id, reason } => format!("{sender_id}\n{}", reason.0),
            Self::TemplateDisabled {
                sender_id,
                name,
                language,
                reason,
            } => format!("{sender_id}\n{}\n{language}\n{}", name.as_str(), reason.0),
            Self::KeyExpiring {
                api_key_id,
                hint,
                expires_at,
            } => format!("{api_key_id}\n{hint}\n{}", expires_at.unix_millis()),
            Self::WebhookDisabled { endpoint_id } => endpoint_id.to_string(),
            Self::OrderPlaced { order_id, credits }
            | Self::OrderActivated { order_id, credits } => {
                format!("{order_id}\n{credits}")
            }
            Self::OrderDeclined { order_id, reason } => format!("{order_id}\n{}", reason.0),
            Self::NewDevice { person_id, device } => format!("{person_id}\n{}", device.code()),
            Self::PasswordChanged { person_id }
            | Self::SecondFactorOn { person_id }
            | Self::SecondFactorOff { person_id } => person_id.to_string(),
            Self::TeamInvitation { invitation_id } => invitation_id.to_string(),
        }
    }

    /// Reads the results of [`NoticeKind::code`] and [`NoticeKind::details`].
    pub fn read(code: i16, details: &str) -> Option<Self> {
        let mut lines = details.split('\n');
        let mut next = || lines.next();
        let kind = match code {
            0 => Self::LowBalance {
                subscription_id: SubscriptionId(uuid(next()?)?),
                remaining: credits(next()?)?,
                granted: credits(next()?)?,
            },
            1 => Self::SubscriptionSpent {
                subscription_id: SubscriptionId(uuid(next()?)?),
                granted: credits(next()?)?,
            },
            2 => Self::SenderDisabled {
                sender_id: SenderId(uuid(next()?)?),
                reason: Reason::new(next()?),
            },
            3 => Self::TemplateDisabled {
                sender_id: SenderId(uuid(next()?)?),
                name: TemplateName::parse(next()?).ok()?,
                language: LanguageTag::parse(next()?).ok()?,
                reason: Reason::new(next()?),
            },
            4 => Self::KeyExpiring {
                api_key_id: ApiKeyId(uuid(next()?)?),
                hint: next()?.to_owned(),
                expires_at: Timestamp::from_unix_millis(next()?.parse().ok()?),
            },
            5 => Self::WebhookDisabled {
                endpoint_id: WebhookEndpointId(uuid(next()?)?),
            },
            6 => Self::OrderPlaced {
                order_id: OrderId(uuid(next()?)?),
                credits: credits(next()?)?,
            },
            7 => Self::OrderActivated {
                order_id: OrderId(uuid(next()?)?),
                credits: credits(next()?)?,
            },
            8 => Self::OrderDeclined {
                order_id: OrderId(uuid(next()?)?),
                reason: Reason::new(next()?),
            },
            9 => Self::NewDevice {
                person_id: PersonId(uuid(next()?)?),
                device: Device::from_code(next()?.parse().ok()?)?,
            },
            10 => Self::PasswordChanged {
                person_id: PersonId(uuid(next()?)?),
            },
            11 => Self::SecondFactorOn {
                person_id: PersonId(uuid(next()?)?),
            },
            12 => Self::SecondFactorOff {
                person_id: PersonId(uuid(next()?)?),
            },
            13 => Self::TeamInvitation {
                invitation_id: InvitationId(uuid(next()?)?),
            },
            _ => return None,
        };
        next().is_none().then_some(kind)
    }
}

fn uuid(text: &str) -> Option<Uuid> {
    crate::ids::parse_uuid(text).ok()
}

fn credits(text: &str) -> Option<Credits> {
    Credits::new(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_as_written() {
        let kinds = [
            NoticeKind::LowBalance {
                subscription_id: SubscriptionId(Uuid::from_u128(1)),
                remaining: Credits::ONE,
                granted: Credits::MAX,
            },
            NoticeKind::SubscriptionSpent {
                subscription_id: SubscriptionId(Uuid::from_u128(2)),
                granted: Credits::MAX,
            },
            NoticeKind::SenderDisabled {
                sender_id: SenderId(Uuid::from_u128(3)),
                reason: Reason::new(""),
            },
            NoticeKind::TemplateDisabled {
                sender_id: SenderId(Uuid::from_u128(4)),
                name: TemplateName::parse("otp_code").expect("a name"),
                language: LanguageTag::parse("ar_EG").expect("a tag"),
                reason: Reason::new("two\r\nlines\u{2028}and more"),
            },
            NoticeKind::KeyExpiring {
                api_key_id: ApiKeyId(Uuid::from_u128(5)),
                hint: "otp_live_abcd".to_owned(),
                expires_at: Timestamp::from_unix_millis(1_800_000_000_123),
            },
            NoticeKind::WebhookDisabled {
                endpoint_id: WebhookEndpointId(Uuid::from_u128(6)),
            },
            NoticeKind::OrderPlaced {
                order_id: OrderId(Uuid::from_u128(7)),
                credits: Credits::MAX,
            },
            NoticeKind::OrderActivated {
                order_id: OrderId(Uuid::from_u128(8)),
                credits: Credits::ONE,
            },
            NoticeKind::OrderDeclined {
                order_id: OrderId(Uuid::from_u128(9)),
                reason: Reason::new("No reply for a month"),
            },
            NoticeKind::NewDevice {
                person_id: PersonId(Uuid::from_u128(10)),
                device: Device::of_user_agent(Some("Linux Firefox/145.0")),
            },
            NoticeKind::PasswordChanged {
                person_id: PersonId(Uuid::from_u128(11)),
            },
            NoticeKind::SecondFactorOn {
                person_id: PersonId(Uuid::from_u128(12)),
            },
            NoticeKind::SecondFactorOff {
                person_id: PersonId(Uuid::from_u128(13)),
            },
            NoticeKind::TeamInvitation {
                invitation_id: InvitationId(Uuid::from_u128(14)),
            },
        ];
        for (kind, code) in kinds.into_iter().zip(0..) {
            assert_eq!(kind.code(), code);
            assert_eq!(NoticeKind::read(code, &kind.details()), Some(kind.clone()));
            assert_eq!(
                NoticeKind::read(code, &format!("{}\n", kind.details())),
                None
            );
            assert_eq!(NoticeKind::read(99, &kind.details()), None);
        }
    }

    #[test]
    fn a_reason_is_one_line_of_bounded_length() {
        for (text, expected) in [
            ("LOW_QUALITY", "LOW_QUALITY"),
            (" a\r\nb ", "a  b"),
            ("a\u{2029}b\u{0}c", "a b c"),
        ] {
            assert_eq!(Reason::new(text).as_str(), expected);
        }
        assert_eq!(Reason::new(&"ش".repeat(201)).as_str().chars().count(), 200);
    }
}
