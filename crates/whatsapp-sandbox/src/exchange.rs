//! One send from its arrival to its answer: it is recorded, checked in Meta's order, delivered, and
//! answered as the number's behaviour asks.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use crate::{
    Sandbox, account,
    behaviour::{Answer, Behaviour},
    clock,
    graph_error::GraphError,
    ids,
    ledger::{Call, Outcome},
    life::{self, Accepted, Life},
    options::paced,
    request::{Glimpse, TemplateSend, read_json},
    response::Response,
    state::State,
    test_numbers,
};

/// A send as it arrived.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) phone_number_id: String,
    /// The result of the check of the access token.
    pub(crate) token: Result<(), GraphError>,
    pub(crate) body: Vec<u8>,
}

/// The decision about a send.
struct Verdict {
    behaviour: Behaviour,
    /// The message, if the phone got it.
    accepted: Option<Accepted>,
    response: Response,
}

/// Runs a send to its end.
///
/// It must not be dropped when the caller hangs up: Meta does not stop then either, and a sender
/// has to survive a message that goes out after it left.
pub(crate) async fn run(sandbox: Sandbox, incoming: Incoming) -> Response {
    let body = read_json(&incoming.body);
    let glimpse = body.as_ref().map(Glimpse::of).unwrap_or_default();
    let (id, latency) = {
        let mut state = sandbox.state();
        let id = state.ledger.push(|id| new_call(id, &incoming, glimpse));
        (id, state.chaos.latency)
    };
    sandbox.changed();
    if latency > Duration::ZERO {
        tokio::time::sleep(latency).await;
    }

    let verdict = judge(&sandbox, &incoming, body);
    if let Some(call) = sandbox.state().ledger.get_mut(id) {
        let accepted = verdict.accepted.as_ref();
        call.wamid = accepted.map(|accepted| accepted.wamid.clone());
        call.outcome = accepted.map_or(Outcome::Refused, |_| Outcome::Accepted);
    }
    match &verdict.accepted {
        Some(accepted) => sandbox.show(accepted),
        None => sandbox.changed(),
    }
    if verdict.behaviour.delay > Duration::ZERO {
        tokio::time::sleep(paced(verdict.behaviour.delay, sandbox.options().pace)).await;
    }
    if verdict.accepted.is_some() {
        sandbox.wait_until_released().await;
    }
    if let Some(call) = sandbox.state().ledger.get_mut(id) {
        call.answered_at = Some(clock::now());
        call.answer = Some(verdict.behaviour.answer.name());
        call.status = Some(verdict.response.status);
        call.code = verdict.response.code;
    }
    sandbox.changed();
    verdict.response
}

fn new_call(id: u64, incoming: &Incoming, glimpse: Glimpse) -> Call {
    Call {
        id,
        received_at: clock::now(),
        answered_at: None,
        phone_number_id: incoming.phone_number_id.chars().take(64).collect(),
        to: glimpse.to,
        callback_data: glimpse.callback_data,
        template: glimpse.template,
        language: glimpse.language,
        outcome: Outcome::Pending,
        wamid: None,
        code: None,
        answer: None,
        status: None,
    }
}

fn judge(sandbox: &Sandbox, incoming: &Incoming, body: Result<Value, GraphError>) -> Verdict {
    let state = &mut *sandbox.state();
    decide(state, incoming, body, sandbox.options().pace).unwrap_or_else(|error| Verdict {
        behaviour: Behaviour::refuse(error.code),
        accepted: None,
        response: Response::error(&error),
    })
}

/// Makes the checks in the order that Meta's answers suggest. The behaviour a test asked for comes
/// after them, so a malformed message is always refused for its own fault.
fn decide(
    state: &mut State,
    incoming: &Incoming,
    body: Result<Value, GraphError>,
    pace: f64,
) -> Result<Verdict, GraphError> {
    incoming.token.clone()?;
    let phone_number_id = &incoming.phone_number_id;
    if !state.account.has_number(phone_number_id) {
        return Err(GraphError::unknown_object("POST", phone_number_id));
    }
    if let Some(refusal) = state.blocks.refusal(phone_number_id) {
        return Err(refusal);
    }
    let send = TemplateSend::parse(&body?)?;
    if send.to == account::sender_digits() {
        return Err(GraphError::of(131_021).because("Recipient is the sender's own number"));
    }
    let template = state
        .templates
        .sendable(&send.name, &send.language, clock::now())?;
    let content = template.draft.render(&send.parameters)?;
    let (behaviour, life) = behaviour_for(state, &send.to);
    let accepted = behaviour
        .delivered
        .then(|| life::accept(state, phone_number_id, &send, content, life, pace));
    let wamid = match &accepted {
        Some(accepted) => accepted.wamid.clone(),
        None => ids::wamid(&send.to),
    };
    let success = success(&send, &wamid, behaviour.answer);
    Ok(Verdict {
        behaviour,
        accepted,
        response: Response::shaped(behaviour.answer, &success),
    })
}

/// Returns the behaviour and the life of a send to this number. A script overrides the table of
/// test numbers, and the table overrides chaos.
fn behaviour_for(state: &mut State, to: &str) -> (Behaviour, Arc<Life>) {
    let script = state.scripts.take(to);
    let behaviour = script
        .as_ref()
        .map(|script| script.behaviour)
        .or_else(|| test_numbers::behaviour_of(to))
        .unwrap_or_else(|| state.chaos.draw());
    let life = script
        .and_then(|script| script.life)
        .unwrap_or_else(|| Arc::new(test_numbers::life_of(to).unwrap_or_default()));
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
