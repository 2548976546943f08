//! The bodies of webhooks.

use crate::usecases::find_event_resource::EventResource;
use crate::webhook::WebhookEvent;

/// Writes the bodies of webhooks, in the form in which the API shows resources.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WebhookBodies: Send + Sync {
    /// Returns the body of an event: JSON of less than 20 kB, without a code.
    fn write(&self, event: &WebhookEvent, resource: EventResource) -> Vec<u8>;
}
