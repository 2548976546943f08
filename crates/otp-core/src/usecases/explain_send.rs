//! Explain a send: reports what `SendMessage` would answer, and why, without sending anything.
//!
//! It prepares the attempt as `SendMessage` does, and judges it by the same rules over facts that are
//! only read. The provider is not asked.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::template::TemplateName;
use crate::credits::Credits;
use crate::idempotency::IdempotencyKey;
use crate::language::LanguageTag;
use crate::ports::AdmissionFacts;
use crate::recipient::PhoneNumber;
use crate::region::Region;
use crate::send::explanation::explain;
use crate::send::{Admission, Explanation, FirstAnswer};
use crate::usecases::authenticate::Caller;
use crate::usecases::send_message::{
    Prepared, PreparedRoute, SendMessage, SendMessageError, SendRequest, refused,
};

/// The message to explain: a send without its passcode.
#[derive(Debug, Clone)]
pub struct ExplainSendRequest {
    /// The caller.
    pub caller: Caller,
    /// The recipient.
    pub to: PhoneNumber,
    /// Preferred language of the message.
    pub language: Option<LanguageTag>,
    /// The key under which the request may be repeated.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The explanation of a send.
#[derive(Debug)]
pub struct ExplainedSend {
    /// The answer that `SendMessage` would give.
    pub foreseen: Foreseen,
    /// The recipient, in canonical form.
    pub to: PhoneNumber,
    /// The recipient's region.
    pub region: Region,
    /// The price of the message.
    pub price: Credits,
    /// The sender and template that would carry it; `None` if there is no route.
    pub route: Option<ExplainedRoute>,
    /// Whether the recipient opted out.
    pub opted_out: bool,
    /// The rest of the recipient's cooldown; zero if there is none.
    pub wait: Duration,
    /// The account's remaining credits.
    pub balance: Credits,
}

/// The answer that `SendMessage` would give.
#[derive(Debug)]
pub enum Foreseen {
    /// It would call the provider.
    WouldSend,
    /// It would repeat an earlier answer.
    WouldReplay(FirstAnswer),
    /// It would refuse.
    WouldRefuse(SendMessageError),
}

/// The sender and template that would carry a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedRoute {
    /// The template's language.
    pub language: LanguageTag,
    /// The template's name.
    pub template: TemplateName,
    /// The provider's id of the sender's number.
    pub phone_number_id: ProviderId,
    /// Whether the sender is stopped. Then the message would fail without a call to the provider.
    pub is_stopped: bool,
}

/// Explains sends.
#[derive(Clone)]
pub struct ExplainSend {
    /// The use case to explain.
    pub send: SendMessage,
    /// Loads the facts that an attempt is judged by.
    pub facts: Arc<dyn AdmissionFacts>,
}

impl ExplainSend {
    /// Explains one send.
    pub async fn execute(
        &self,
        request: ExplainSendRequest,
    ) -> Result<ExplainedSend, SendMessageError> {
        let now = self.send.clock.now();
        let account = request.caller.account_id;
        let profile = self.send.directory.find_sending_profile(account).await?;
        let to = request.to.clone().into();
        let send_request = SendRequest {
            caller: request.caller,
            to: &to,
            language: request.language.as_ref(),
            notice_language: None,
            idempotency_key: request.idempotency_key,
        };
        let prepared = self
            .send
            .prepare(profile.as_deref(), send_request, now)
            .await?;
        let Prepared { attempt, route, .. } = prepared;
        let facts = self.facts.facts_of(&attempt).await?;
        let Explanation {
            admission,
            opted_out,
            wait,
            balance,
        } = explain(&attempt, &facts);
        let route = match route {
            Ok(PreparedRoute::WhatsApp(route, ..)) => Some(route),
            Ok(
                PreparedRoute::Test(..) | PreparedRoute::Withheld(..) | PreparedRoute::Queued(_),
            )
            | Err(_) => None,
        };
        let stop = route.and_then(|route| route.stop);
        Ok(ExplainedSend {
            foreseen: match admission {
                Admission::Admitted | Admission::AdmittedCode { .. } => {
                    stop.map_or(Foreseen::WouldSend, |stop| {
                        Foreseen::WouldRefuse(SendMessageError::RefusedByProvider {
                            id: attempt.message_id,
                            refusal: stop.refusal.clone(),
                        })
                    })
                }
                Admission::Replayed(first) => Foreseen::WouldReplay(first),
                Admission::Refused(refusal) => {
                    Foreseen::WouldRefuse(refused(refusal, now).of_plain_message())
                }
            },
            region: request.to.region(),
            price: attempt.price,
            to: request.to,
            route: route.map(|route| ExplainedRoute {
                language: route.template.language.clone(),
                template: route.template.name.clone(),
                phone_number_id: route.sender.phone_number_id.clone(),
                is_stopped: route.stop.is_some(),
            }),
            opted_out,
            wait,
            balance,
        })
    }
}
