//! The phones of recipients, with the latest messages of each.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    ConsentReply, DEFAULT_DISPLAY_PHONE_NUMBER, account::BUSINESS_NAME, clock::timestamp,
    life::Event, template::Rendered,
};

const MAX_STATUSES_PER_MESSAGE: usize = 20;
const MAX_REPLIES_PER_PHONE: usize = 50;

/// A message on a phone.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Counts up over all phones.
    pub(crate) id: u64,
    pub(crate) wamid: String,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) phone_number_id: String,
    pub(crate) template: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) content: Rendered,
    /// The statuses so far, in the order in which they happened.
    pub(crate) statuses: Vec<Status>,
}

/// A status of a message, with its time.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) event: Event,
    pub(crate) at: OffsetDateTime,
}

/// Upper bounds of what is kept; the oldest is dropped first.
#[derive(Clone, Copy, Debug)]
struct Limits {
    phones: usize,
    messages_per_phone: usize,
    /// Messages on all phones together. One takes about a kilobyte.
    messages: usize,
}

#[derive(Debug, Default)]
struct Phone {
    messages: VecDeque<Received>,
    /// The person's replies, as the control API shows them.
    replies: VecDeque<Value>,
    /// Whether the person's last request about consent was to stop.
    opted_out: bool,
    /// The id of the last message that `take_next` returned.
    taken: u64,
}

/// All phones that received a message recently.
#[derive(Debug)]
pub(crate) struct Phones {
    limits: Limits,
    phones: HashMap<String, Phone>,
    /// The phone of each latest message; the first entry is the phone to drop next.
    by_latest: BTreeMap<u64, String>,
    /// The number of messages on all phones.
    stored: usize,
    total: u64,
    read_consent: Option<fn(&str) -> Option<ConsentReply>>,
}

impl Phones {
    /// Creates an empty collection. `read_consent` reads the replies.
    pub(crate) fn new(read_consent: Option<fn(&str) -> Option<ConsentReply>>) -> Self {
        Self {
            read_consent,
            ..Self::with(Limits {
                phones: 10_000,
                messages_per_phone: 50,
                messages: 100_000,
            })
        }
    }

    /// Returns an empty collection that reads replies in the same way.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(self.read_consent)
    }

    fn with(limits: Limits) -> Self {
        Self {
            limits,
            phones: HashMap::new(),
            by_latest: BTreeMap::new(),
            stored: 0,
            total: 0,
            read_consent: None,
        }
    }

    /// Puts a message on a phone and returns it with its id.
    pub(crate) fn deliver(&mut self, digits: &str, mut message: Received) -> Received {
        self.total += 1;
        message.id = self.total;
        let known = self.phones.get_mut(digits);
        if let Some(latest) = known.and_then(|phone| phone.messages.back()) {
            self.by_latest.remove(&latest.id);
        } else if self.phones.len() >= self.limits.phones {
            self.drop_oldest_phone();
        }
        self.by_latest.insert(message.id, digits.to_owned());
        let phone = self.phones.entry(digits.to_owned()).or_default();
        if phone.messages.len() >= self.limits.messages_per_phone {
            phone.messages.pop_front();
            self.stored -= 1;
        }
        phone.messages.push_back(message.clone());
        self.stored += 1;
        while self.stored > self.limits.messages && self.phones.len() > 1 {
            self.drop_oldest_phone();
        }
        message
    }

    fn drop_oldest_phone(&mut self) {
        if let Some((_, digits)) = self.by_latest.pop_first()
            && let Some(phone) = self.phones.remove(&digits)
        {
            self.stored -= phone.messages.len();
        }
    }

    /// Returns the number of messages ever delivered.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Returns the messages of a phone, oldest first.
    pub(crate) fn messages(&self, digits: &str) -> impl DoubleEndedIterator<Item = &Received> {
        self.phones
            .get(digits)
            .into_iter()
            .flat_map(|phone| &phone.messages)
    }

    pub(crate) fn message(&self, digits: &str, id: u64) -> Option<&Received> {
        self.messages(digits).find(|message| message.id == id)
    }

    /// Records a status of a message, and returns the message unless it was dropped.
    pub(crate) fn add_status(
        &mut self,
        digits: &str,
        id: u64,
        status: Status,
    ) -> Option<&Received> {
        let mut messages = self.phones.get_mut(digits)?.messages.iter_mut();
        let message = messages.find(|message| message.id == id)?;
        if message.statuses.len() < MAX_STATUSES_PER_MESSAGE {
            message.statuses.push(status);
        }
        Some(message)
    }

    /// Records a reply and returns it in its JSON form. A phone without messages shows no replies.
    pub(crate) fn add_reply(&mut self, digits: &str, text: &str, at: OffsetDateTime) -> Value {
        let consent = self.read_consent.and_then(|read| read(text));
        let stops = consent.map(|consent| consent == ConsentReply::Stop);
        let opted_out = stops.unwrap_or_else(|| self.has_opted_out(digits));
        let shown = json!({"text": text, "at": timestamp(at), "opted_out": opted_out});
        if let Some(phone) = self.phones.get_mut(digits) {
            phone.opted_out = opted_out;
            if phone.replies.len() >= MAX_REPLIES_PER_PHONE {
                phone.replies.pop_front();
            }
            phone.replies.push_back(shown.clone());
        }
        shown
    }

    /// Returns the person's replies, oldest first.
    pub(crate) fn replies(&self, digits: &str) -> Vec<Value> {
        let phone = self.phones.get(digits).into_iter();
        phone.flat_map(|phone| &phone.replies).cloned().collect()
    }

    /// Returns whether the person's last request about consent was to stop.
    pub(crate) fn has_opted_out(&self, digits: &str) -> bool {
        self.phones.get(digits).is_some_and(|phone| phone.opted_out)
    }

    /// Returns the oldest message that this method has not returned before.
    pub(crate) fn take_next(&mut self, digits: &str) -> Option<Received> {
        let phone = self.phones.get_mut(digits)?;
        let mut messages = phone.messages.iter();
        let next = messages.find(|message| message.id > phone.taken)?.clone();
        phone.taken = next.id;
        Some(next)
    }

    /// Returns the phones with their latest message, latest first.
    pub(crate) fn latest(&self, limit: usize) -> Vec<Value> {
        let latest = self.by_latest.values().rev().take(limit);
        latest
            .filter_map(|digits| {
                let phone = self.phones.get(digits)?;
                Some(json!({
                    "number": format!("+{digits}"),
                    "latest": phone.messages.back()?.to_json(),
                    "opted_out": phone.opted_out,
                }))
            })
            .collect()
    }
}

impl Received {
    pub(crate) fn to_json(&self) -> Value {
        let mut value = self.content.to_json();
        value["id"] = json!(self.id);
        value["wamid"] = json!(self.wamid);
        value["received_at"] = json!(timestamp(self.received_at));
        value["from"] = json!({"name": BUSINESS_NAME, "number": DEFAULT_DISPLAY_PHONE_NUMBER});
        value["template"] = json!(self.template);
        value["biz_opaque_callback_data"] = json!(self.callback_data);
        value["statuses"] = self.statuses.iter().map(Status::to_json).collect();
        value
    }

    /// Returns whether `delivered` or `read` was reported, and with it the price.
    pub(crate) fn has_arrived(&self) -> bool {
        let arrived = |status: &Status| matches!(status.event, Event::Delivered | Event::Read);
        self.statuses.iter().any(arrived)
    }
}

impl Status {
    fn to_json(&self) -> Value {
        let code = match self.event {
            Event::Failed(code) => Some(code),
            Event::Sent | Event::Delivered | Event::Read | Event::Reply(_) => None,
        };
        json!({"status": self.event.name(), "at": timestamp(self.at), "code": code})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(phones: usize, messages_per_phone: usize) -> Phones {
        Phones::with(Limits {
            phones,
            messages_per_phone,
            messages: 100,
        })
    }

    fn message(wamid: &str) -> Received {
        Received {
            id: 0,
            wamid: wamid.to_owned(),
            received_at: OffsetDateTime::UNIX_EPOCH,
            phone_number_id: String::new(),
            template: String::new(),
            callback_data: None,
            content: Rendered::default(),
            statuses: Vec::new(),
        }
    }

    fn wamids(phones: &Phones, digits: &str) -> Vec<String> {
        let messages = phones.messages(digits);
        messages.map(|message| message.wamid.clone()).collect()
    }

    #[test]
    fn a_phone_keeps_its_latest_messages_and_the_total_counts_on() {
        let mut phones = phones(10, 2);
        for wamid in ["a", "b", "c"] {
            phones.deliver("1", message(wamid));
        }
        assert_eq!(wamids(&phones, "1"), ["b", "c"]);
        assert_eq!(phones.total(), 3);
    }

    #[test]
    fn the_phone_without_a_message_for_longest_is_dropped_first() {
        let mut phones = phones(2, 5);
        for (digits, wamid) in [("1", "a"), ("2", "b"), ("1", "c"), ("3", "d")] {
            phones.deliver(digits, message(wamid));
        }
        assert!(wamids(&phones, "2").is_empty());
        assert_eq!(wamids(&phones, "1"), ["a", "c"]);
        assert_eq!(phones.by_latest.len(), 2);
    }

    #[test]
    fn all_phones_together_are_bounded() {
        let mut phones = phones(1_000, 50);
        for n in 0..500 {
            phones.deliver(&(n % 7).to_string(), message("a"));
            assert!(phones.stored <= 100);
            let stored: usize = phones.phones.values().map(|p| p.messages.len()).sum();
            assert_eq!(phones.stored, stored);
            assert_eq!(phones.by_latest.len(), phones.phones.len());
        }
        assert_eq!(phones.total(), 500);
    }

    #[test]
    fn each_message_is_taken_once_in_order() {
        let mut phones = phones(2, 5);
        phones.deliver("1", message("a"));
        phones.deliver("1", message("b"));
        let mut take = || phones.take_next("1").map(|message| message.wamid);
        assert_eq!(
            (take(), take(), take()),
            (Some("a".into()), Some("b".into()), None)
        );
    }
}
