//! Add a template that the provider has approved, as an operator says, without asking the provider.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use crate::ids::{SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, Senders, Templates};
use crate::usecases::staff_actor::StaffActor;

/// Adds templates.
#[derive(Clone)]
pub struct AddTemplate {
    /// Finds the sender.
    pub senders: Arc<dyn Senders>,
    /// Stores templates.
    pub templates: Arc<dyn Templates>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id.
    pub randomness: Arc<dyn Randomness>,
}

/// A template that exists at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedTemplate {
    /// The sender.
    pub sender_id: SenderId,
    /// Its name.
    pub name: TemplateName,
    /// Its language, as the provider spells it.
    pub language: LanguageTag,
}

/// The reason a template was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddTemplateError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// There is no such sender.
    #[error("no sender has the id {}", .0.0)]
    UnknownSender(SenderId),
    /// The sender has a template of that name in that language.
    #[error("the sender has that template in that language already")]
    AlreadyAdded,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

impl AddTemplate {
    /// Adds one template, or returns the one of the sender that has its name and language, in any status.
    pub async fn execute_if_absent(
        &self,
        approved: ApprovedTemplate,
        by: StaffActor<'_>,
    ) -> Result<AuthenticationTemplate, AddTemplateError> {
        match self.execute(approved.clone(), by).await {
            Err(AddTemplateError::AlreadyAdded) => {
                let stored = self
                    .templates
                    .list_templates(Some(approved.sender_id))
                    .await;
                let mut stored = stored.map_err(AddTemplateError::Port)?.into_iter();
                let is_it = |template: &AuthenticationTemplate| {
                    template.name == approved.name && template.language == approved.language
                };
                stored.find(is_it).ok_or(AddTemplateError::AlreadyAdded)
            }
            added => added,
        }
    }

    /// Adds one template. It is assumed to be approved until the provider reports otherwise.
    pub async fn execute(
        &self,
        approved: ApprovedTemplate,
        by: StaffActor<'_>,
    ) -> Result<AuthenticationTemplate, AddTemplateError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(AddTemplateError::Forbidden)?;
        let sender = self.senders.find(approved.sender_id).await;
        if sender.map_err(AddTemplateError::Port)?.is_none() {
            return Err(AddTemplateError::UnknownSender(approved.sender_id));
        }
        let now = self.clock.now();
        let template = AuthenticationTemplate::assumed_approved(
            TemplateId::generate(now, &*self.randomness),
            approved.sender_id,
            approved.name,
            approved.language,
            now,
        );
        let (action, randomness) = (AuditAction::AddTemplate, &*self.randomness);
        let entry = AuditEntry::new(by, action, template.id.0, now, randomness);
        match self.templates.add_template(&template, &entry).await {
            Ok(()) => Ok(template),
            Err(PortError::Conflict(_)) => Err(AddTemplateError::AlreadyAdded),
            Err(error) => Err(AddTemplateError::Port(error)),
        }
    }
}
