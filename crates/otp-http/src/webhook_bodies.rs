//! The bodies of webhooks: the resource of an event, as the paths below `/v1` show it.

use otp_core::ports::WebhookBodies;
use otp_core::usecases::find_event_resource::EventResource;
use otp_core::webhook::WebhookEvent;
use serde::Serialize;

use crate::wire::{
    ApiKeyResource, MessageResource, RecipientResource, SenderResource, SubscriptionResource,
    TemplateResource, VerificationResource, WebhookBody, WebhookData, WebhookEndpointResource,
};

/// Writes the bodies of webhooks.
#[derive(Debug, Clone, Copy)]
pub struct JsonWebhookBodies;

impl WebhookBodies for JsonWebhookBodies {
    fn write(&self, event: &WebhookEvent, resource: EventResource) -> Vec<u8> {
        match resource {
            EventResource::Message(message) => body(event, MessageResource::from(*message)),
            EventResource::Verification(shown) => body(event, VerificationResource::from(*shown)),
            EventResource::Subscription(subscription) => {
                body(event, SubscriptionResource::from(subscription))
            }
            EventResource::Recipient(to) => body(event, RecipientResource::from(to)),
            EventResource::ApiKey(key) => body(event, ApiKeyResource::from(key)),
            EventResource::Sender(sender, stop) => {
                let stop = stop.map(|stop| *stop);
                body(event, SenderResource::from((*sender, stop)))
            }
            EventResource::Template(template) => body(event, TemplateResource::from(*template)),
            EventResource::Endpoint(shown) => body(event, WebhookEndpointResource::from(shown)),
        }
    }
}

fn body<T: Serialize>(event: &WebhookEvent, resource: T) -> Vec<u8> {
    let body = WebhookBody {
        kind: event.kind.as_str(),
        timestamp: event.at.into(),
        data: WebhookData {
            resource,
            sequence: event.sequence,
        },
    };
    serde_json::to_vec(&body).expect("a resource is JSON")
}
