//! Tallies: the counts of the messages of one channel, country and template, which add up over periods.

use std::collections::BTreeMap;

use super::funnel::verified_messages;
use super::progress::{FunnelFacts, MessageProgress, Stage};
use super::slot::day_of;
use super::times::TimesToDelivery;
use crate::channel::Channel;
use crate::channel::whatsapp::template::TemplateName;
use crate::message::MessageStatus;
use crate::region::Region;
use crate::time::Timestamp;

/// The channel, the country and the template that the messages of a tally have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyGroup {
    /// Their channel.
    pub channel: Channel,
    /// The country of their recipients; `None` for mail addresses.
    pub region: Option<Region>,
    /// Their template; `None` if they have none, or if it no longer existed when they were counted.
    pub template: Option<TemplateName>,
}

/// How far messages got. Each stage includes the later ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that this service accepted.
    pub accepted: u64,
    /// Those that the provider accepted.
    pub sent: u64,
    /// Those that reached the recipient's device.
    pub delivered: u64,
    /// Those that were read.
    pub read: u64,
    /// Codes that the person typed.
    pub verified: u64,
    /// Failed messages by the code of the provider; those that failed without one have the code `None`.
    pub failures: BTreeMap<Option<i32>, u64>,
    /// The times to their delivery.
    pub times: TimesToDelivery,
}

/// The tallies of the messages of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies(pub BTreeMap<TallyGroup, Tally>);

impl Tally {
    /// Adds the counts of other messages.
    pub fn merge(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.read += other.read;
        self.verified += other.verified;
        for (code, count) in &other.failures {
            *self.failures.entry(*code).or_default() += count;
        }
        self.times.merge(&other.times);
    }

    fn add(&mut self, message: &MessageProgress, is_verified: bool) {
        let stage = message.stage();
        self.accepted += 1;
        self.sent += u64::from(stage >= Stage::Sent);
        self.delivered += u64::from(stage >= Stage::Delivered);
        self.read += u64::from(stage >= Stage::Read);
        self.verified += u64::from(is_verified);
        if message.status == MessageStatus::Failed {
            *self.failures.entry(message.failure_code).or_default() += 1;
        }
        if let Some(at) = message.delivered_at {
            self.times.add(at.since(message.created_at));
        }
    }
}

impl Tallies {
    /// Counts messages, with the same meaning as [`funnel`](super::funnel).
    pub fn of(facts: &FunnelFacts) -> Self {
        let mut tallies = Self::default();
        for (message, is_verified) in verified_messages(facts) {
            tallies.add(message, is_verified);
        }
        tallies
    }

    /// Counts messages by the day on which they were created, in UTC.
    pub fn by_day(facts: &FunnelFacts) -> Vec<(Timestamp, Self)> {
        let mut days: BTreeMap<Timestamp, Self> = BTreeMap::new();
        for (message, is_verified) in verified_messages(facts) {
            let day = days.entry(day_of(message.created_at)).or_default();
            day.add(message, is_verified);
        }
        days.into_iter().collect()
    }

    fn add(&mut self, message: &MessageProgress, is_verified: bool) {
        let group = TallyGroup {
            channel: message.channel,
            region: message.region,
            template: message.template.clone(),
        };
        self.0.entry(group).or_default().add(message, is_verified);
    }

    /// Adds the counts of another period.
    pub fn merge(&mut self, other: &Self) {
        self.merge_those(other, |_| true);
    }

    /// Adds those counts of another period whose group is wanted.
    pub(super) fn merge_those(&mut self, other: &Self, is_wanted: impl Fn(&TallyGroup) -> bool) {
        for (group, tally) in other.0.iter().filter(|(group, _)| is_wanted(group)) {
            self.0.entry(group.clone()).or_default().merge(tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::ids::MessageId;
    use crate::insights::{GroupBy, funnel};

    /// 2026-05-14T00:00:00Z.
    const MIDNIGHT: i64 = 1_778_716_800_000;

    fn message(number: u64, status: MessageStatus, failure_code: Option<i32>) -> MessageProgress {
        let hours = i64::try_from(number).expect("a small number");
        let created_at = Timestamp::from_unix_millis(MIDNIGHT + hours * 3_600_000);
        MessageProgress {
            id: MessageId(Uuid::from_u128(number.into())),
            created_at,
            status,
            channel: Channel::WhatsApp,
            region: Region::parse("SA").ok(),
            template: None,
            was_sent: status != MessageStatus::Pending,
            delivered_at: (status == MessageStatus::Read)
                .then_some(created_at + Duration::from_secs(number)),
            was_read: status == MessageStatus::Read,
            failure_code,
            outcome: None,
            verification: None,
        }
    }

    fn facts() -> FunnelFacts {
        FunnelFacts {
            messages: vec![
                message(1, MessageStatus::Read, None),
                message(2, MessageStatus::Failed, Some(131_026)),
                message(3, MessageStatus::Failed, None),
                message(25, MessageStatus::Failed, Some(131_026)),
                message(26, MessageStatus::Pending, None),
            ],
            siblings: Vec::new(),
        }
    }

    #[test]
    fn a_tally_counts_what_the_funnel_counts() {
        let tallies = Tallies::of(&facts());
        let [tally] = &tallies.0.values().collect::<Vec<_>>()[..] else {
            panic!("one group, not {tallies:?}");
        };
        let rows = funnel(&facts(), GroupBy::Channel);
        let row = rows.first().expect("one channel");
        let counts = [
            row.accepted,
            row.sent,
            row.delivered,
            row.read,
            row.verified,
        ];
        let counts: [u64; 5] = counts.map(|count| count.try_into().expect("small"));
        let counted = [
            tally.accepted,
            tally.sent,
            tally.delivered,
            tally.read,
            tally.verified,
        ];
        assert_eq!(counted, counts);
        assert_eq!(
            tally.times.percentile(50),
            Some(Duration::from_millis(1_023))
        );
        let failures = BTreeMap::from([(Some(131_026), 2), (None, 1)]);
        assert_eq!(tally.failures, failures);
    }

    #[test]
    fn the_days_of_messages_add_up_to_their_tallies() {
        let days = Tallies::by_day(&facts());
        assert_eq!(days.len(), 2);
        let mut sum = Tallies::default();
        for (_, tallies) in &days {
            sum.merge(tallies);
        }
        assert_eq!(sum, Tallies::of(&facts()));
    }
}
