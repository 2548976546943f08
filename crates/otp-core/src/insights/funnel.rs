//! The funnel: counts of messages by how far they got, and the times until they were delivered.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use super::progress::{FunnelFacts, MessageProgress, Stage};
use super::slot::day_of;
use crate::channel::Channel;
use crate::channel::whatsapp::template::TemplateName;
use crate::ids::{MessageId, VerificationId};
use crate::message::CodeOutcome;
use crate::region::Region;
use crate::time::Timestamp;
use crate::verification::VerificationMessage;

/// The meaning of a funnel's rows: what the messages of each have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// The destination's country.
    Country,
    /// The template's name, whatever its sender and language.
    Template,
    /// The channel.
    Channel,
    /// The day of the admission, in UTC.
    #[default]
    Day,
}

impl GroupBy {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Country, Self::Template, Self::Channel, Self::Day];

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Template => "template",
            Self::Channel => "channel",
            Self::Day => "day",
        }
    }

    /// Returns the one with a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// One row of a funnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelRow {
    /// The group: a region code, a template's name, a channel, or a day such as
    /// 2026-05-14. `None` are those without: a mail has no country and no template, and a template may
    /// no longer exist.
    pub key: Option<String>,
    /// Messages that this service accepted.
    pub accepted: usize,
    /// Those that the provider accepted.
    pub sent: usize,
    /// Those that reached the recipient's device.
    pub delivered: usize,
    /// Those that were read.
    pub read: usize,
    /// Codes that the person typed.
    pub verified: usize,
    /// The median of the time from acceptance to the first report of the delivery; `None` if no delivery
    /// was reported.
    pub p50: Option<Duration>,
    /// The time within which 95 of 100 deliveries were reported.
    pub p95: Option<Duration>,
}

/// Counts messages in groups. Days are in their order; other groups begin with the largest.
///
/// A code counts as verified if the caller reported so, or if its verification was approved. An approved
/// verification counts once, however many messages carried its code: at the newest that arrived, or else at
/// the newest. So it counts in one period only, and for the channel that brought the code.
pub fn funnel(facts: &FunnelFacts, group_by: GroupBy) -> Vec<FunnelRow> {
    let mut groups: HashMap<Key<'_>, Counts> = HashMap::new();
    for (message, is_verified) in verified_messages(facts) {
        let counts = groups.entry(Key::of(message, group_by)).or_default();
        counts.add(message, is_verified);
    }
    let mut rows: Vec<_> = groups
        .into_iter()
        .map(|(key, counts)| counts.row(key.text()))
        .collect();
    rows.sort_unstable_by(|one, other| {
        let by_key = (one.key.is_none(), &one.key).cmp(&(other.key.is_none(), &other.key));
        match group_by {
            GroupBy::Day => by_key,
            GroupBy::Country | GroupBy::Template | GroupBy::Channel => {
                other.accepted.cmp(&one.accepted).then(by_key)
            }
        }
    });
    rows
}

/// Returns each message of the period, with whether its code counts as verified there.
pub(super) fn verified_messages(
    facts: &FunnelFacts,
) -> impl Iterator<Item = (&MessageProgress, bool)> {
    let credited = credited(facts);
    facts.messages.iter().map(move |message| {
        let is_verified = match message.approved() {
            Some(id) => credited.get(&id).is_some_and(|one| one.id == message.id),
            None => message.outcome == Some(CodeOutcome::Verified),
        };
        (message, is_verified)
    })
}

/// A message that an approved verification may count at. The greatest is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    arrived: bool,
    created_at: Timestamp,
    id: MessageId,
}

impl Candidate {
    fn of(message: VerificationMessage) -> Self {
        Self {
            arrived: message.status.has_arrived(message.channel),
            created_at: message.created_at,
            id: message.id,
        }
    }
}

/// Chooses the message at which each approved verification counts. Only the parts of a message that every
/// message of a verification has decide, so the choice is the same in every period.
fn credited(facts: &FunnelFacts) -> HashMap<VerificationId, Candidate> {
    let mut chosen: HashMap<_, Candidate> = HashMap::new();
    for message in &facts.messages {
        if let Some(id) = message.approved() {
            let candidate = Candidate::of(message.as_verification_message());
            let best = chosen.entry(id).or_insert(candidate);
            *best = candidate.max(*best);
        }
    }
    for other in &facts.siblings {
        if let Some(best) = chosen.get_mut(&other.verification) {
            *best = Candidate::of(other.message).max(*best);
        }
    }
    chosen
}

/// The group of a message.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Country(Option<Region>),
    Template(Option<&'a TemplateName>),
    Channel(Channel),
    /// Its beginning.
    Day(Timestamp),
}

impl<'a> Key<'a> {
    fn of(message: &'a MessageProgress, group_by: GroupBy) -> Self {
        match group_by {
            GroupBy::Country => Self::Country(message.region),
            GroupBy::Template => Self::Template(message.template.as_ref()),
            GroupBy::Channel => Self::Channel(message.channel),
            GroupBy::Day => Self::Day(day_of(message.created_at)),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Country(region) => region.map(|region| region.as_str().to_owned()),
            Self::Template(template) => template.map(|template| template.as_str().to_owned()),
            Self::Channel(channel) => Some(channel.as_str().to_owned()),
            Self::Day(day) => Some(day.to_date()),
        }
    }
}

/// The counts of a group.
#[derive(Default)]
struct Counts {
    accepted: usize,
    sent: usize,
    delivered: usize,
    read: usize,
    verified: usize,
    times: Vec<Duration>,
}

impl Counts {
    fn add(&mut self, message: &MessageProgress, is_verified: bool) {
        let stage = message.stage();
        self.accepted += 1;
        self.sent += usize::from(stage >= Stage::Sent);
        self.delivered += usize::from(stage >= Stage::Delivered);
        self.read += usize::from(stage >= Stage::Read);
        self.verified += usize::from(is_verified);
        let time = message.delivered_at.map(|at| at.since(message.created_at));
        self.times.extend(time);
    }

    fn row(mut self, key: Option<String>) -> FunnelRow {
        self.times.sort_unstable();
        FunnelRow {
            key,
            accepted: self.accepted,
            sent: self.sent,
            delivered: self.delivered,
            read: self.read,
            verified: self.verified,
            p50: percentile(&self.times, 50),
            p95: percentile(&self.times, 95),
        }
    }
}

/// Returns the percentile by the nearest rank: the least of the sorted values that is not less than this
/// percentage of all. It is one of the values, never one between two.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}
