//! Explain a send: what `SendMessage` would answer, and why, without sending anything.
//!
//! It prepares the attempt as `SendMessage` does and has it judged by the same rules, over facts that
//! are loaded and left as they are. What the provider would say is not asked.

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
    Prepared, SendMessage, SendMessageError, SendRequest, refused,
};

/// What would be sent, but for the passcode.
#[derive(Debug, Clone)]
pub struct ExplainSendRequest {
    /// Who would send.
    pub caller: Caller,
    /// To whom.
    pub to: PhoneNumber,
    /// In which language, if the caller minds.
    pub language: Option<LanguageTag>,
    /// Under which key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// What would become of a send.
#[derive(Debug)]
pub struct ExplainedSend {
    /// What would be answered.
    pub foreseen: Foreseen,
    /// To whom, normalised.
    pub to: PhoneNumber,
    /// The destination's region.
    pub region: Region,
    /// What it would cost.
    pub price: Credits,
    /// How it would go out; none where it could not.
    pub route: Option<ExplainedRoute>,
    /// Whether the recipient opted out.
    pub opted_out: bool,
    /// How long the recipient is still cooling down.
    pub wait: Duration,
    /// What is left to the account.
    pub balance: Credits,
}

/// What `SendMessage` would answer.
#[derive(Debug)]
pub enum Foreseen {
    /// It would call the provider.
    WouldSend,
    /// It would repeat an earlier answer.
    WouldReplay(FirstAnswer),
    /// It would refuse.
    WouldRefuse(SendMessageError),
}

/// The number and template that would carry a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedRoute {
    /// The template's language.
    pub language: LanguageTag,
    /// The template's name.
    pub template: TemplateName,
    /// The provider's id of the number.
    pub phone_number_id: ProviderId,
    /// Whether the number is stopped: then the provider is not called, and the message fails.
    pub is_stopped: bool,
}

/// Explains sends.
#[derive(Clone)]
pub struct ExplainSend {
    /// Explains what this would do.
    pub send: SendMessage,
    /// Loads what an attempt would be judged by.
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
        let send_request = SendRequest {
            caller: request.caller,
            to: &request.to,
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
        let route = route.ok().map(|(route, _)| route);
        let stop = route.and_then(|route| route.stop);
        Ok(ExplainedSend {
            foreseen: match admission {
                Admission::Admitted => stop.map_or(Foreseen::WouldSend, |stop| {
                    Foreseen::WouldRefuse(SendMessageError::RefusedByProvider {
                        id: attempt.message_id,
                        refusal: stop.refusal.clone(),
                    })
                }),
                Admission::Replayed(first) => Foreseen::WouldReplay(first),
                Admission::Refused(refusal) => Foreseen::WouldRefuse(refused(refusal, now)),
            },
            region: attempt.region,
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
