//! The phones of recipients: the latest messages of each, and who wrote to whom last.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{life::Event, options::Capacity, reply::timestamp, template::Rendered};

/// A message on a phone.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Grows over all phones, so that a reader can ask for what is newer.
    pub(crate) id: u64,
    pub(crate) wamid: String,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) sender_name: String,
    pub(crate) sender_number: String,
    pub(crate) phone_number_id: String,
    pub(crate) template: String,
    pub(crate) category: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) content: Rendered,
    /// What has become of it so far.
    pub(crate) ticks: Vec<Tick>,
}

/// Something that became of a message.
#[derive(Clone, Debug)]
pub(crate) struct Tick {
    pub(crate) event: Event,
    pub(crate) at: OffsetDateTime,
}

/// More than this of ticks on a message, or of replies on a phone, are forgotten.
const MOST_TICKS: usize = 20;
const MOST_REPLIES: usize = 50;

#[derive(Debug)]
struct Phone {
    messages: VecDeque<Received>,
    /// What the person answered, as the control API shows it.
    replies: VecDeque<Value>,
    /// Up to here `take_next` has handed messages out.
    taken: u64,
}

/// All phones that received a message lately.
#[derive(Debug)]
pub(crate) struct Phones {
    capacity: Capacity,
    phones: HashMap<String, Phone>,
    /// From the id of a phone's latest message to the phone: the first is the next to forget.
    by_latest: BTreeMap<u64, String>,
    /// Messages on all phones.
    stored: usize,
    next_id: u64,
}

impl Phones {
    pub(crate) fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            phones: HashMap::new(),
            by_latest: BTreeMap::new(),
            stored: 0,
            next_id: 1,
        }
    }

    /// Puts a message on a phone and returns it with its id.
    pub(crate) fn deliver(&mut self, digits: &str, mut message: Received) -> Received {
        message.id = self.next_id;
        self.next_id += 1;
        let known = self.phones.get_mut(digits);
        if let Some(latest) = known.and_then(|phone| phone.messages.back()) {
            self.by_latest.remove(&latest.id);
        } else if self.phones.len() >= self.capacity.phones.max(1) {
            self.forget_oldest();
        }
        self.by_latest.insert(message.id, digits.to_owned());
        let phone = self
            .phones
            .entry(digits.to_owned())
            .or_insert_with(|| Phone {
                messages: VecDeque::new(),
                replies: VecDeque::new(),
                taken: 0,
            });
        if phone.messages.len() >= self.capacity.messages_per_phone.max(1) {
            phone.messages.pop_front();
            self.stored -= 1;
        }
        phone.messages.push_back(message.clone());
        self.stored += 1;
        while self.stored > self.capacity.messages && self.phones.len() > 1 {
            self.forget_oldest();
        }
        message
    }

    /// Forgets the phone that was silent longest.
    fn forget_oldest(&mut self) {
        if let Some((_, digits)) = self.by_latest.pop_first()
            && let Some(phone) = self.phones.remove(&digits)
        {
            self.stored -= phone.messages.len();
        }
    }

    /// How many messages were ever delivered.
    pub(crate) fn total(&self) -> u64 {
        self.next_id - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.phones.len()
    }

    pub(crate) fn messages(&self, digits: &str) -> impl Iterator<Item = &Received> {
        self.phones
            .get(digits)
            .into_iter()
            .flat_map(|phone| &phone.messages)
    }

    /// Writes down what became of a message, unless the phone has forgotten it.
    pub(crate) fn tick(&mut self, digits: &str, id: u64, tick: Tick) -> Option<&Received> {
        let messages = &mut self.phones.get_mut(digits)?.messages;
        let place = messages
            .binary_search_by_key(&id, |message| message.id)
            .ok()?;
        let message = &mut messages[place];
        if message.ticks.len() < MOST_TICKS {
            message.ticks.push(tick);
        }
        Some(message)
    }

    /// Shows what the person answered; a phone without messages has nothing to answer.
    pub(crate) fn reply(&mut self, digits: &str, text: &str, at: OffsetDateTime) -> Value {
        let shown = json!({"text": text, "at": timestamp(at)});
        if let Some(phone) = self.phones.get_mut(digits) {
            if phone.replies.len() >= MOST_REPLIES {
                phone.replies.pop_front();
            }
            phone.replies.push_back(shown.clone());
        }
        shown
    }

    /// What the person answered, oldest first.
    pub(crate) fn replies(&self, digits: &str) -> Vec<Value> {
        let phone = self.phones.get(digits).into_iter();
        phone.flat_map(|phone| &phone.replies).cloned().collect()
    }

    /// The oldest message that this method has not handed out before.
    pub(crate) fn take_next(&mut self, digits: &str) -> Option<Received> {
        let phone = self.phones.get_mut(digits)?;
        let next = phone
            .messages
            .iter()
            .find(|message| message.id > phone.taken)?
            .clone();
        phone.taken = next.id;
        Some(next)
    }

    /// The phones with their latest message, latest first.
    pub(crate) fn latest(&self, limit: usize) -> Vec<Value> {
        let latest = self.by_latest.values().rev().take(limit);
        latest
            .filter_map(|digits| {
                let message = self.phones.get(digits)?.messages.back()?;
                Some(json!({"number": format!("+{digits}"), "latest": message.to_json()}))
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
        value["from"] = json!({"name": self.sender_name, "number": self.sender_number});
        value["template"] = json!(self.template);
        value["biz_opaque_callback_data"] = json!(self.callback_data);
        value["statuses"] = self.ticks.iter().map(Tick::to_json).collect();
        value
    }

    /// Whether a report of its arrival went out already, and with it the price.
    pub(crate) fn has_arrived(&self) -> bool {
        let arrived = |tick: &Tick| matches!(tick.event, Event::Delivered | Event::Read);
        self.ticks.iter().any(arrived)
    }
}

impl Tick {
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
        Phones::new(Capacity {
            calls: 1,
            phones,
            messages_per_phone,
            messages: 100,
            deliveries: 1,
        })
    }

    fn message(text: &str) -> Received {
        Received {
            id: 0,
            wamid: text.to_owned(),
            received_at: OffsetDateTime::UNIX_EPOCH,
            sender_name: String::new(),
            sender_number: String::new(),
            phone_number_id: String::new(),
            template: String::new(),
            category: String::new(),
            callback_data: None,
            content: Rendered {
                language: "en".into(),
                parts: Vec::new(),
                footer: None,
                button: None,
                code_expiration_minutes: None,
            },
            ticks: Vec::new(),
        }
    }

    fn texts(phones: &Phones, digits: &str) -> Vec<String> {
        phones
            .messages(digits)
            .map(|message| message.wamid.clone())
            .collect()
    }

    #[test]
    fn a_phone_keeps_its_latest_messages_and_the_count_goes_on() {
        let mut phones = phones(10, 2);
        for text in ["a", "b", "c"] {
            phones.deliver("1", message(text));
        }
        assert_eq!(texts(&phones, "1"), ["b", "c"]);
        assert_eq!(phones.total(), 3);
    }

    #[test]
    fn the_phone_that_was_silent_longest_is_forgotten_first() {
        let mut phones = phones(2, 5);
        phones.deliver("1", message("a"));
        phones.deliver("2", message("b"));
        phones.deliver("1", message("c"));
        phones.deliver("3", message("d"));
        assert_eq!(phones.len(), 2);
        assert!(texts(&phones, "2").is_empty());
        assert_eq!(texts(&phones, "1"), ["a", "c"]);
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
            assert_eq!(phones.by_latest.len(), phones.len());
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
