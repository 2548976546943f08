//! Find the resource of an event: what a webhook shows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::api_key::ApiKey;
use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::health::SenderStop;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::ids::{
    AccountId, ApiKeyId, MessageId, SenderId, SubscriptionId, TemplateId, VerificationId,
    WebhookEndpointId,
};
use crate::message::{MessageRecord, MessageStatus};
use crate::ports::{
    ApiKeys, Messages, OptOuts, PortError, SenderHealths, Senders, Subscriptions, Templates,
    VerificationKey,
};
use crate::recipient::Recipient;
use crate::sealing::RecipientIndex;
use crate::subscription::Subscription;
use crate::usecases::account_sealers::{AccountSealers, open_recipient};
use crate::usecases::manage_webhook_endpoints::{
    ManageWebhookEndpoints, ManageWebhookEndpointsError, ShownWebhookEndpoint,
};
use crate::usecases::show_message::OpenedMessage;
use crate::usecases::show_verification::{
    ShowVerification, ShowVerificationError, ShownVerification,
};
use crate::webhook::{WebhookEvent, WebhookEventKind};

/// Finds the resources of events.
#[derive(Clone)]
pub struct FindEventResource {
    /// Finds messages.
    pub messages: Arc<dyn Messages>,
    /// Shows verifications.
    pub show_verification: ShowVerification,
    /// Shows endpoints.
    pub endpoints: ManageWebhookEndpoints,
    /// Lists subscriptions.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// Finds API keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Finds senders.
    pub senders: Arc<dyn Senders>,
    /// Lists the stops of senders.
    pub healths: Arc<dyn SenderHealths>,
    /// Lists templates.
    pub templates: Arc<dyn Templates>,
    /// Finds recipients.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Opens recipients.
    pub sealers: AccountSealers,
}

/// The resource of an event, as its account may see it.
#[derive(Clone)]
pub enum EventResource {
    /// A message.
    Message(Box<OpenedMessage>),
    /// A verification.
    Verification(Box<ShownVerification>),
    /// A subscription.
    Subscription(Subscription),
    /// A recipient; `None` if no message to it is stored, or its data is erased.
    Recipient(Option<Recipient>),
    /// An API key.
    ApiKey(ApiKey),
    /// A sender, and its stop if it is stopped.
    Sender(Box<Sender>, Option<Box<SenderStop>>),
    /// A template.
    Template(Box<AuthenticationTemplate>),
    /// An endpoint.
    Endpoint(ShownWebhookEndpoint),
}

/// Messages that were read together, for the events that report them.
#[derive(Default)]
pub struct ReadAhead {
    messages: HashMap<(AccountId, MessageId), MessageRecord>,
}

impl FindEventResource {
    /// Reads the messages that these events of an account report, in one look-up.
    ///
    /// Without it, [`execute`](Self::execute) reads each by itself. So it does with those that this does not find, and
    /// with all of them if this fails: one message that cannot be read must not stop the others.
    pub async fn read_ahead<'a>(
        &self,
        account: AccountId,
        events: impl IntoIterator<Item = &'a WebhookEvent>,
    ) -> ReadAhead {
        let events = events.into_iter();
        let wanted = events.filter(|event| reported_status(event.kind).is_some());
        let wanted: Vec<_> = wanted.map(|event| MessageId(event.subject)).collect();
        if wanted.len() < 2 {
            return ReadAhead::default();
        }
        let found = self.messages.find_records(account, &wanted).await;
        let found = found.unwrap_or_default().into_iter();
        ReadAhead {
            messages: found.map(|record| ((account, record.id), record)).collect(),
        }
    }

    /// Finds the resource of an event as it is now, or as it was read ahead; `None` if it no longer exists.
    ///
    /// A message or verification has the status that the event reports: it may have moved on since, and the events
    /// of a resource may be delivered in any order.
    pub async fn execute(
        &self,
        event: &WebhookEvent,
        read_ahead: &ReadAhead,
    ) -> Result<Option<EventResource>, PortError> {
        let (account, id) = (event.account_id, event.subject);
        match event.kind {
            WebhookEventKind::MessageSent
            | WebhookEventKind::MessageDelivered
            | WebhookEventKind::MessageRead
            | WebhookEventKind::MessageFailed => self.message(event, read_ahead).await,
            WebhookEventKind::VerificationApproved
            | WebhookEventKind::VerificationExpired
            | WebhookEventKind::VerificationCanceled
            | WebhookEventKind::VerificationExhausted => {
                self.verification(account, VerificationId(id)).await
            }
            WebhookEventKind::SubscriptionLowBalance
            | WebhookEventKind::SubscriptionSpent
            | WebhookEventKind::SubscriptionActivated => {
                let mut all = self.subscriptions.list(account).await?.into_iter();
                let found = all.find(|subscription| subscription.id == SubscriptionId(id));
                Ok(found.map(EventResource::Subscription))
            }
            WebhookEventKind::RecipientOptedOut | WebhookEventKind::RecipientOptedIn => {
                let Some(recipient) = event.recipient_index else {
                    return Ok(None);
                };
                let found = self.recipient(account, recipient).await?;
                Ok(Some(EventResource::Recipient(found)))
            }
            WebhookEventKind::ApiKeyExpiring => {
                let key = self.keys.find(ApiKeyId(id)).await?;
                let key = key.filter(|key| key.account_id == account);
                Ok(key.map(EventResource::ApiKey))
            }
            WebhookEventKind::SenderStopped | WebhookEventKind::SenderRecovered => {
                self.sender(account, SenderId(id)).await
            }
            WebhookEventKind::TemplateStatusChanged => self.template(account, TemplateId(id)).await,
            WebhookEventKind::EndpointTest => self.endpoint(account, WebhookEndpointId(id)).await,
        }
    }

    async fn message(
        &self,
        event: &WebhookEvent,
        read_ahead: &ReadAhead,
    ) -> Result<Option<EventResource>, PortError> {
        let (account, id) = (event.account_id, MessageId(event.subject));
        let record = match read_ahead.messages.get(&(account, id)) {
            Some(record) => Some(record.clone()),
            None => self.messages.find_records(account, &[id]).await?.pop(),
        };
        let Some(mut record) = record else {
            return Ok(None);
        };
        if let Some(status) = reported_status(event.kind) {
            record.status = status;
        }
        let sealer = self.sealers.find(account).await?;
        let opened = OpenedMessage::open(record, sealer.as_deref());
        let opened = opened.map_err(|error| PortError::Backend(error.into()))?;
        Ok(Some(EventResource::Message(Box::new(opened))))
    }

    async fn verification(
        &self,
        account: AccountId,
        id: VerificationId,
    ) -> Result<Option<EventResource>, PortError> {
        let key = VerificationKey::Id(id);
        match self.show_verification.execute(account, key).await {
            Ok(shown) => Ok(Some(EventResource::Verification(Box::new(shown)))),
            Err(ShowVerificationError::NotFound) => Ok(None),
            Err(ShowVerificationError::Unreadable(error)) => Err(PortError::Backend(error.into())),
            Err(ShowVerificationError::Port(error)) => Err(error),
        }
    }

    async fn recipient(
        &self,
        account: AccountId,
        index: RecipientIndex,
    ) -> Result<Option<Recipient>, PortError> {
        let of = (account, index);
        let found = self.opt_outs.find_contacted(&BTreeSet::from([of])).await?;
        let Some(stored) = found.get(&of) else {
            return Ok(None);
        };
        let sealer = self.sealers.find(account).await?;
        let (message, sealed) = (stored.message_id, Some(&stored.sealed));
        let opened = open_recipient(sealer.as_deref(), message, sealed);
        opened.map_err(|error| PortError::Backend(error.into()))
    }

    async fn sender(
        &self,
        account: AccountId,
        id: SenderId,
    ) -> Result<Option<EventResource>, PortError> {
        let sender = self.senders.find(id).await?;
        let Some(sender) = sender.filter(|sender| sender.account_id == account) else {
            return Ok(None);
        };
        let mut healths = self.healths.list_health().await?.into_iter();
        let health = healths.find(|health| health.sender_id == id);
        let stop = health.and_then(|health| health.stop);
        Ok(Some(EventResource::Sender(
            Box::new(sender),
            stop.map(Box::new),
        )))
    }

    async fn template(
        &self,
        account: AccountId,
        id: TemplateId,
    ) -> Result<Option<EventResource>, PortError> {
        let senders = self.senders.list().await?;
        for sender in senders.iter().filter(|sender| sender.account_id == account) {
            let templates = self.templates.list_templates(Some(sender.id)).await?;
            let found = templates.into_iter().find(|template| template.id == id);
            if let Some(template) = found {
                return Ok(Some(EventResource::Template(Box::new(template))));
            }
        }
        Ok(None)
    }

    async fn endpoint(
        &self,
        account: AccountId,
        id: WebhookEndpointId,
    ) -> Result<Option<EventResource>, PortError> {
        match self.endpoints.show(account, id).await {
            Ok(shown) => Ok(Some(EventResource::Endpoint(shown))),
            Err(ManageWebhookEndpointsError::EndpointNotFound) => Ok(None),
            Err(ManageWebhookEndpointsError::Port(error)) => Err(error),
            Err(error) => Err(PortError::Backend(error.into())),
        }
    }
}

/// The status of a message that an event reports; `None` if it reports none.
fn reported_status(kind: WebhookEventKind) -> Option<MessageStatus> {
    let reported = [
        (WebhookEventKind::MessageSent, MessageStatus::Sent),
        (WebhookEventKind::MessageDelivered, MessageStatus::Delivered),
        (WebhookEventKind::MessageRead, MessageStatus::Read),
        (WebhookEventKind::MessageFailed, MessageStatus::Failed),
    ];
    let mut reported = reported.into_iter();
    let found = reported.find(|(of_kind, _)| *of_kind == kind);
    found.map(|(_, status)| status)
}
