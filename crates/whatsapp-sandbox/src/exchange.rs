//! One send from its arrival to its answer: written down, judged in Meta's order, delivered,
//! answered as the number's behaviour says.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Sandbox,
    behaviour::{Answer, Behaviour},
    clock,
    graph_error::GraphError,
    ledger::{Call, Outcome},
    life::{self, Accepted, Life, paced},
    rates::RateExceeded,
    reply::Reply,
    request::{Glimpse, SendRequest, TemplateSend, read_json},
    sandbox::Hold,
    state::State,
    test_numbers,
};

/// A send as it came in.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) phone_number_id: String,
    /// The caller may be who they say, or the error that says they may not.
    pub(crate) token: Result<(), GraphError>,
    pub(crate) body: Vec<u8>,
}

/// What was decided about a send.
struct Verdict {
    behaviour: Behaviour,
    outcome: Outcome,
    accepted: Option<Accepted>,
    reply: Reply,
}

/// Runs a send to its end. It must not be dropped when the caller hangs up: Meta does not stop
/// then either, and that a message goes out after the caller left is what senders must survive.
pub(crate) async fn run(sandbox: Sandbox, incoming: Incoming) -> Reply {
    let body = read_json(&incoming.body);
    let glimpse = body.as_ref().map(Glimpse::of).unwrap_or_default();
    let held = sandbox.hold() == Hold::BeforeAccepting;
    let (id, latency) = {
        let mut state = sandbox.state();
        let id = state.ledger.open(call(&incoming, glimpse, held));
        (id, state.chaos.latency)
    };
    sandbox.changed();
    if latency > Duration::ZERO {
        tokio::time::sleep(latency).await;
    }
    sandbox.held_at(Hold::BeforeAccepting).await;

    let verdict = judge(&sandbox, &incoming, body);
    {
        let mut state = sandbox.state();
        state.ledger.update(id, |call| {
            call.outcome = verdict.outcome;
            call.wamid = verdict
                .accepted
                .as_ref()
                .map(|accepted| accepted.wamid.clone());
        });
        if verdict.outcome == Outcome::Refused {
            state.ledger.refused += 1;
        }
    }
    match &verdict.accepted {
        Some(accepted) => sandbox.show(accepted),
        None => sandbox.changed(),
    }
    if verdict.behaviour.delay > Duration::ZERO {
        tokio::time::sleep(paced(verdict.behaviour.delay, sandbox.options().pace)).await;
    }
    if verdict.accepted.is_some() {
        sandbox.held_at(Hold::BeforeAnswering).await;
    }
    sandbox.state().ledger.update(id, |call| {
        call.answered_at = Some(clock::now());
        call.answer = Some(verdict.behaviour.answer.name());
        call.status = Some(verdict.reply.status);
        call.code = verdict.reply.code;
    });
    sandbox.changed();
    verdict.reply
}

fn call(incoming: &Incoming, glimpse: Glimpse, held: bool) -> Call {
    Call {
        id: 0,
        received_at: clock::now(),
        answered_at: None,
        phone_number_id: incoming.phone_number_id.chars().take(64).collect(),
        to: glimpse.to,
        callback_data: glimpse.callback_data,
        template: glimpse.template,
        language: glimpse.language,
        outcome: if held {
            Outcome::Held
        } else {
            Outcome::Pending
        },
        wamid: None,
        code: None,
        answer: None,
        status: None,
    }
}

fn judge(sandbox: &Sandbox, incoming: &Incoming, body: Result<Value, GraphError>) -> Verdict {
    let state = &mut *sandbox.state();
    match decide(state, incoming, body, sandbox.options().pace) {
        Ok(verdict) => verdict,
        Err(error) => Verdict {
            behaviour: Behaviour::refuse(error.code),
            outcome: Outcome::Refused,
            accepted: None,
            reply: Reply::error(&error, &state.ids.trace()),
        },
    }
}

/// The checks, in the order in which Meta's answers suggest it makes them. What a test asked for
/// comes after them, so that a malformed message is always told what is wrong with it.
fn decide(
    state: &mut State,
    incoming: &Incoming,
    body: Result<Value, GraphError>,
    pace: f64,
) -> Result<Verdict, GraphError> {
    incoming.token.clone()?;
    let id = &incoming.phone_number_id;
    let unknown = || GraphError::unknown_object("POST", id);
    let sender = state.accounts.number(id).ok_or_else(unknown)?.clone();
    if !sender.registered {
        return Err(GraphError::of(133_010).because("The account is not registered"));
    }
    if let Some(refusal) = state
        .blocks
        .refusal(&sender.id, &sender.waba_id, Instant::now())
    {
        return Err(refusal);
    }
    let send = match SendRequest::parse(&body?)? {
        SendRequest::Template(send) => send,
        SendRequest::MarkRead => {
            return Ok(Verdict {
                behaviour: Behaviour {
                    delivered: false,
                    ..Behaviour::ACCEPT
                },
                outcome: Outcome::NothingToSend,
                accepted: None,
                reply: Reply::ok(&json!({"success": true})),
            });
        }
    };
    if send.to == sender.digits() {
        return Err(GraphError::of(131_021).because("Recipient is the sender's own number"));
    }
    let now = clock::now();
    let template = state
        .templates
        .sendable(&sender.waba_id, &send.name, &send.language, now)?;
    let content = template.draft.render(&send.parameters)?;
    let category = template.draft.category.clone();
    let (behaviour, life) = behaviour_for(state, &send.to);
    state
        .rates
        .take(&sender.id, &send.to, Instant::now())
        .map_err(|limit| match limit {
            RateExceeded::Pair => GraphError::of(131_056).because(
                "Message failed to send because there were too many messages sent from this phone \
             number to the same phone number in a short period of time.",
            ),
            RateExceeded::Throughput => GraphError::of(130_429).because(
                "Message failed to send because there were too many messages sent from this phone \
             number in a short period of time.",
            ),
        })?;
    let accepted = behaviour
        .delivered
        .then(|| life::accept(state, &sender, &send, content, &category, life, pace));
    let wamid = match &accepted {
        Some(accepted) => accepted.wamid.clone(),
        None => state.ids.wamid(&send.to),
    };
    let success = success(&send, &wamid, behaviour.answer);
    let reply = Reply::shaped(behaviour.answer, &success, &state.ids.trace());
    let outcome = if accepted.is_some() {
        Outcome::Accepted
    } else {
        Outcome::Refused
    };
    Ok(Verdict {
        behaviour,
        outcome,
        accepted,
        reply,
    })
}

/// A script goes before the table, the table before chaos.
fn behaviour_for(state: &mut State, to: &str) -> (Behaviour, Arc<Life>) {
    let script = state.scripts.take(to);
    let behaviour = script
        .as_ref()
        .map(|script| script.behaviour)
        .or_else(|| test_numbers::behaviour_of(to))
        .unwrap_or_else(|| state.chaos.draw());
    let life = script
        .and_then(|script| script.life)
        .or_else(|| test_numbers::life_of(to).map(Arc::new))
        .unwrap_or_else(|| Arc::clone(&state.life));
    (behaviour, life)
}

fn success(send: &TemplateSend, wamid: &str, answer: Answer) -> Value {
    let status = match answer {
        Answer::HeldForQualityAssessment => "held_for_quality_assessment",
        Answer::Paused => "paused",
        Answer::Accepted
        | Answer::Refused(_)
        | Answer::Closed
        | Answer::CutShort
        | Answer::TruncatedJson
        | Answer::EmptyBody
        | Answer::HtmlBadGateway
        | Answer::JsonWithoutCode => "accepted",
    };
    json!({
        "messaging_product": "whatsapp",
        "contacts": [{"input": send.input, "wa_id": send.to}],
        "messages": [{"id": wamid, "message_status": status}],
    })
}
