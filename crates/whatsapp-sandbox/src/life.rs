//! The life of an accepted message, in one place: the phone gets it at the moment Meta accepts it,
//! and where somebody wants to be told, its script begins.

mod script;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    accounts::BusinessNumber,
    clock,
    phones::Received,
    request::TemplateSend,
    sandbox::LiveEvent,
    state::State,
    template::Rendered,
    webhook::{
        Due, Happening, Notice,
        shape::{self, Line},
    },
};

pub use script::{Contacts, Event, Life, Reply, ReplyForm, Signature, Step};

/// A message that was accepted, with where it went.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) wamid: String,
    /// The digits of the phone.
    pub(crate) to: String,
    pub(crate) message: Received,
}

/// What the reports of a message's life have to say about it.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) line: Line,
    pub(crate) message_id: u64,
    pub(crate) wamid: String,
    pub(crate) to: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) category: String,
    pub(crate) life: Arc<Life>,
}

/// Accepts a message: gives it its id, puts it on the recipient's phone and begins its life.
pub(crate) fn accept(
    state: &mut State,
    sender: &BusinessNumber,
    send: &TemplateSend,
    content: Rendered,
    category: &str,
    life: Arc<Life>,
    pace: f64,
) -> Accepted {
    let now = clock::now();
    let wamid = state.ids.wamid(&send.to);
    let facts = |message_id| Facts {
        line: Line::of(sender),
        message_id,
        wamid: wamid.clone(),
        to: send.to.clone(),
        callback_data: send.callback_data.clone(),
        category: category.to_ascii_lowercase(),
        life,
    };
    let message = Received {
        id: 0,
        wamid: wamid.clone(),
        received_at: now,
        sender_name: sender.verified_name.clone(),
        sender_number: sender.display_phone_number.clone(),
        phone_number_id: sender.id.clone(),
        template: send.name.clone(),
        category: category.to_owned(),
        callback_data: send.callback_data.clone(),
        content,
        ticks: Vec::new(),
    };
    let message = state.phones.deliver(&send.to, message);
    state.ledger.accepted += 1;
    if state.outbox.is_on() {
        begin(state, Arc::new(facts(message.id)), now, pace);
    }
    Accepted {
        wamid,
        to: send.to.clone(),
        message,
    }
}

/// Plans every step of a life.
fn begin(state: &mut State, facts: Arc<Facts>, accepted_at: OffsetDateTime, pace: f64) {
    let start = Instant::now();
    let life = Arc::clone(&facts.life);
    let last = life.steps.iter().map(|step| step.after + step.late).max();
    let mut plans = Vec::new();
    let mut priced = BTreeSet::new();
    for step in in_order(&life.steps) {
        // One price for sending, one for arriving, whichever report of that comes first.
        let pricing = match step.event {
            Event::Sent => priced.insert("sent"),
            Event::Delivered | Event::Read => priced.insert("arrived"),
            Event::Failed(_) | Event::Reply(_) => false,
        };
        let happening = Happening {
            facts: Arc::clone(&facts),
            event: step.event.clone(),
            at: accepted_at + paced(step.after, pace),
            pricing,
            on_phone: true,
            copies: step.copies,
        };
        let reported = match last {
            Some(last) if life.together => last,
            Some(_) | None => step.after + step.late,
        };
        if reported > step.after {
            plans.push((
                step.after,
                Happening {
                    copies: 0,
                    ..happening.clone()
                },
            ));
            plans.push((
                reported,
                Happening {
                    on_phone: false,
                    ..happening
                },
            ));
        } else {
            plans.push((step.after, happening));
        }
    }
    // With a pace of zero all of it is due at once; what is planned first then comes first.
    plans.sort_by_key(|(after, _)| *after);
    for (after, happening) in plans {
        let at = start + paced(after, pace);
        state.outbox.plan(at, Due::Happening(happening));
    }
}

fn in_order(steps: &[Step]) -> Vec<&Step> {
    let mut steps: Vec<&Step> = steps.iter().collect();
    steps.sort_by_key(|step| step.after);
    steps
}

/// Lets one thing happen, and says what open pages should know about it.
pub(crate) fn happen(state: &mut State, due: Due, now: Instant) -> Option<LiveEvent> {
    match due {
        Due::Happening(happening) => happen_to_message(state, happening, now),
        Due::Notice(notice) => {
            state.outbox.tell(now, &notice);
            None
        }
        Due::Approval(template_id) => {
            let template = state.templates.get(&template_id)?;
            if template.status(clock::now()) == "APPROVED" {
                let notice = template.notice("APPROVED");
                state.outbox.tell(now, &notice);
            }
            None
        }
    }
}

fn happen_to_message(state: &mut State, happening: Happening, now: Instant) -> Option<LiveEvent> {
    let Happening {
        facts,
        event,
        at,
        pricing,
        on_phone,
        copies,
    } = happening;
    let together = facts.life.together.then_some(facts.message_id);
    let notice = |wamid: &str, status, value| Notice {
        waba_id: facts.line.waba_id.clone(),
        field: "messages".to_owned(),
        value,
        wamid: Some(wamid.to_owned()),
        status,
        signature: facts.life.signature,
        together,
    };
    let (shown, notice) = if let Event::Reply(reply) = &event {
        let wamid = state.ids.inbound_wamid(&facts.to);
        // Typed words quote nothing; a button belongs to a message.
        let context = (reply.form != ReplyForm::Text).then_some(facts.wamid.as_str());
        let value = shape::reply(&facts.line, &facts.to, &wamid, context, reply, at);
        let shown = on_phone.then(|| LiveEvent::Reply {
            to: facts.to.clone(),
            reply: Arc::new(state.phones.reply(&facts.to, &reply.text, at)),
        });
        (shown, notice(&wamid, None, value))
    } else {
        let value = shape::status(&facts, &event, at, pricing);
        let shown = if on_phone {
            state.tick(&facts.to, facts.message_id, &event, at)
        } else {
            None
        };
        (shown, notice(&facts.wamid, Some(event.name()), value))
    };
    for _ in 0..copies {
        state.outbox.tell(now, &notice);
    }
    shown
}

pub(crate) fn paced(delay: Duration, pace: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * pace.max(0.0)).unwrap_or(delay)
}
