//! The life of an accepted message: the phone gets it when the sandbox accepts it, and if there is
//! a receiver of webhooks, its life is reported step by step.

mod script;

use std::{collections::BTreeSet, sync::Arc};

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    clock, ids,
    options::paced,
    phones::Received,
    request::TemplateSend,
    sandbox::LiveEvent,
    state::State,
    template::Rendered,
    webhook::{Change, Due, shape},
};

pub(crate) use script::{Contacts, Event, Life, Reply, ReplyForm, Signature, Step};

/// A message that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) wamid: String,
    /// The digits of the phone.
    pub(crate) to: String,
    pub(crate) message: Received,
}

/// The facts about a message that its reports contain.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) phone_number_id: String,
    pub(crate) message_id: u64,
    pub(crate) wamid: String,
    pub(crate) to: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) life: Arc<Life>,
}

/// A step of a message's life that is due at a known time.
#[derive(Clone, Debug)]
pub(crate) struct PlannedStep {
    facts: Arc<Facts>,
    event: Event,
    at: OffsetDateTime,
    /// Whether the report has a price.
    pricing: bool,
    /// Whether the phone shows the event now. A late report comes after that.
    on_phone: bool,
    /// The number of reports to send now.
    copies: u8,
}

/// Accepts a message: puts it on the recipient's phone and begins its life.
pub(crate) fn accept(
    state: &mut State,
    phone_number_id: &str,
    send: &TemplateSend,
    content: Rendered,
    life: Arc<Life>,
    pace: f64,
) -> Accepted {
    let now = clock::now();
    let wamid = ids::wamid(&send.to);
    let message = Received {
        id: 0,
        wamid: wamid.clone(),
        received_at: now,
        phone_number_id: phone_number_id.to_owned(),
        template: send.name.clone(),
        callback_data: send.callback_data.clone(),
        content,
        statuses: Vec::new(),
    };
    let message = state.phones.deliver(&send.to, message);
    if state.outbox.is_on() {
        let facts = Facts::of(&message, &send.to, life);
        plan(state, &Arc::new(facts), now, pace);
    }
    Accepted {
        wamid,
        to: send.to.clone(),
        message,
    }
}

impl Facts {
    pub(crate) fn of(message: &Received, to: &str, life: Arc<Life>) -> Self {
        Self {
            phone_number_id: message.phone_number_id.clone(),
            message_id: message.id,
            wamid: message.wamid.clone(),
            to: to.to_owned(),
            callback_data: message.callback_data.clone(),
            life,
        }
    }
}

/// Plans every step of a life.
fn plan(state: &mut State, facts: &Arc<Facts>, accepted_at: OffsetDateTime, pace: f64) {
    let start = Instant::now();
    let mut steps: Vec<&Step> = facts.life.steps.iter().collect();
    steps.sort_by_key(|step| step.after);
    let last = steps.iter().map(|step| step.after + step.late).max();
    let mut planned = Vec::new();
    let mut priced = BTreeSet::new();
    for step in steps {
        // `sent` has a price, and so has the first report of the arrival.
        let pricing = match step.event {
            Event::Sent => priced.insert("sent"),
            Event::Delivered | Event::Read => priced.insert("arrived"),
            Event::Failed(_) | Event::Reply(_) => false,
        };
        let now = PlannedStep {
            facts: Arc::clone(facts),
            event: step.event.clone(),
            at: accepted_at + paced(step.after, pace),
            pricing,
            on_phone: true,
            copies: step.copies,
        };
        let reported = match last {
            Some(last) if facts.life.together => last,
            Some(_) | None => step.after + step.late,
        };
        if reported > step.after {
            let later = PlannedStep {
                on_phone: false,
                ..now.clone()
            };
            planned.push((step.after, PlannedStep { copies: 0, ..now }));
            planned.push((reported, later));
        } else {
            planned.push((step.after, now));
        }
    }
    // With a pace of zero every step is due at once, and the order of planning decides.
    planned.sort_by_key(|(after, _)| *after);
    for (after, step) in planned {
        let at = start + paced(after, pace);
        state.outbox.plan(at, Due::Step(step));
    }
}

/// Makes something happen that is due, and returns the event for open pages.
pub(crate) fn happen(state: &mut State, due: Due) -> Option<LiveEvent> {
    match due {
        Due::Step(step) => take_step(state, step),
        Due::Change(change) => {
            state.outbox.send(change);
            None
        }
        Due::Approval(template_id) => {
            let template = state.templates.get(&template_id)?;
            if template.status(clock::now()) == "APPROVED" {
                let change = template.status_update("APPROVED");
                state.outbox.send(change);
            }
            None
        }
    }
}

fn take_step(state: &mut State, step: PlannedStep) -> Option<LiveEvent> {
    let PlannedStep {
        facts,
        event,
        at,
        pricing,
        on_phone,
        copies,
    } = step;
    let (shown, change) = if let Event::Reply(reply) = &event {
        // A typed reply quotes nothing; a button belongs to a message.
        let context = (reply.form != ReplyForm::Text).then_some(facts.wamid.as_str());
        let change = shape::reply(&facts.phone_number_id, &facts.to, context, reply, at);
        let shown = on_phone.then(|| LiveEvent::Reply {
            to: facts.to.clone(),
            reply: Arc::new(state.phones.add_reply(&facts.to, &reply.text, at)),
        });
        (shown, change)
    } else {
        let shown = if on_phone {
            state.add_status(&facts.to, facts.message_id, &event, at)
        } else {
            None
        };
        (shown, shape::status(&facts, &event, at, pricing))
    };
    let change = Change {
        signature: facts.life.signature,
        together: facts.life.together.then_some(facts.message_id),
        ..change
    };
    for _ in 0..copies {
        state.outbox.send(change.clone());
    }
    shown
}
