//! How the overview of the core is shown.

use otp_core::time::Timestamp;
use otp_core::usecases::show_message::OpenedMessage;
use otp_core::usecases::show_overview as core;

use crate::value::{self, ERASED};

use super::view::{Attention, CreditsView, FirstSteps, OverviewView, RecentMessage, TrafficView};

impl From<core::Overview> for OverviewView {
    fn from(overview: core::Overview) -> Self {
        let core::Overview {
            at,
            credits,
            messages,
            newest,
            attention,
            first_steps,
        } = overview;
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            credits: CreditsView {
                left: credits.left.unsigned_abs(),
                granted: credits.granted.unsigned_abs(),
            },
            traffic: TrafficView {
                sent_24h: number(messages.sent),
                delivered_24h: number(messages.delivered),
                failed_24h: number(messages.failed),
                is_capped: messages.is_capped,
            },
            attention: attention
                .into_iter()
                .map(|one| Attention::of(one, at))
                .collect(),
            first_steps: FirstSteps {
                has_key: first_steps.has_key,
                has_sent: first_steps.has_sent,
                has_webhook: first_steps.has_webhook,
            },
            recent: newest.into_iter().map(RecentMessage::from).collect(),
        }
    }
}

impl Attention {
    fn of(attention: core::Attention, now: Timestamp) -> Self {
        match attention {
            core::Attention::NoCredits => Self::NoCredits,
            core::Attention::LowCredits => Self::LowCredits,
            core::Attention::NoSender => Self::NoSender,
            core::Attention::SenderStopped { phone } => Self::SenderStopped {
                phone: phone.unwrap_or_else(|| ERASED.to_owned()),
            },
            core::Attention::EndpointDisabled { url } => {
                let parsed = url.and_then(|url| url::Url::parse(&url).ok());
                let host = parsed.and_then(|url| url.host_str().map(str::to_owned));
                Self::EndpointDisabled {
                    host: host.unwrap_or_else(|| ERASED.to_owned()),
                }
            }
            core::Attention::KeyExpires { name, at } => Self::KeyExpires {
                days: at.since(now).as_secs() / (24 * 60 * 60),
                name,
            },
        }
    }
}

impl From<OpenedMessage> for RecentMessage {
    fn from(message: OpenedMessage) -> Self {
        let OpenedMessage { record, to } = message;
        Self {
            to: value::masked(to.as_ref()),
            status: record.status,
            failure_code: record.failure.and_then(|failure| failure.code),
            region: record.region.map(|region| region.as_str().to_owned()),
            at: record.created_at,
        }
    }
}
