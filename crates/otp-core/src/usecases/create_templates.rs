//! Create templates: creates one template at the provider, in several languages.
//!
//! Each language is created by a call of its own. A single call for all languages would also overwrite
//! existing templates, so that approved ones go into review again. And if it failed for one language,
//! the provider would report only that all had failed.

use crate::audit::Actor;
use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::channel::whatsapp::template::draft::TemplateDraft;
use crate::channel::whatsapp::template::listed::ListedTemplate;
use crate::channel::whatsapp::template::sync::as_listed;
use crate::language::LanguageTag;
use crate::person::permission::StaffAction;
use crate::ports::{PortError, ProviderError};
use crate::usecases::staff_actor::StaffActor;
use crate::usecases::sync_templates::{AdministerTemplatesError, TemplatePorts};

/// The result for one language.
#[derive(Debug)]
pub struct Created {
    /// The language.
    pub language: LanguageTag,
    /// The stored template, or the reason the provider did not create it.
    pub outcome: Result<AuthenticationTemplate, ProviderError>,
}

/// Creates templates.
#[derive(Clone)]
pub struct CreateTemplates {
    /// The ports it needs.
    pub ports: TemplatePorts,
}

/// A template to create for a sender.
#[derive(Debug, Clone, Copy)]
pub struct NewTemplate<'a> {
    /// The sender.
    pub sender: &'a Sender,
    /// The part that all its languages share.
    pub draft: &'a TemplateDraft,
    /// Its languages.
    pub languages: &'a [LanguageTag],
}

impl CreateTemplates {
    /// Creates one template in each of its languages, even if some of them fail.
    pub async fn execute(
        &self,
        new: NewTemplate<'_>,
        by: StaffActor<'_>,
    ) -> Result<Vec<Created>, AdministerTemplatesError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(AdministerTemplatesError::Forbidden)?;
        let ports = &self.ports;
        let NewTemplate {
            sender,
            draft,
            languages,
        } = new;
        let account = ports.business_account(sender).await?;
        let mut all = Vec::new();
        for language in languages {
            let outcome = match ports.registry.create(&account, draft, language).await {
                Ok(created) => {
                    let listed = ListedTemplate {
                        provider_id: created.provider_id,
                        name: draft.name().clone(),
                        language: language.clone(),
                        status: created.status,
                        reason: None,
                        category: "AUTHENTICATION".to_owned(),
                        has_code_button: true,
                        time_to_live: Some(draft.time_to_live()),
                        code_expiry: Some(draft.code_expiry()),
                    };
                    Ok(store(ports, sender, &listed, &by).await?)
                }
                Err(error) => Err(error),
            };
            let language = language.clone();
            all.push(Created { language, outcome });
        }
        check_reviews(ports, sender, &mut all).await?;
        Ok(all)
    }
}

/// Asks the provider for the state of the reviews.
///
/// A review may have ended before its template was stored, and the provider's event about it then found
/// nothing to change. If the provider does not answer, the templates stay as they are: they are created.
async fn check_reviews(
    ports: &TemplatePorts,
    sender: &Sender,
    all: &mut [Created],
) -> Result<(), AdministerTemplatesError> {
    let waiting: Vec<_> = all
        .iter_mut()
        .filter_map(|created| created.outcome.as_mut().ok())
        .filter(|template| !template.status.may_send())
        .collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let account = ports.business_account(sender).await?;
    let asked_at = ports.clock.now();
    let Ok(listed) = ports.registry.list(&account).await else {
        return Ok(());
    };
    for template in waiting {
        let is_decided = |listed: &&ListedTemplate| {
            listed.name == template.name
                && listed.language == template.language
                && listed.status != template.status
        };
        let Some(listed) = listed.iter().find(is_decided) else {
            continue;
        };
        let after = as_listed(template, listed, asked_at);
        // A process that replaced it first also has its status from the provider.
        let replaced = ports.templates.replace_template(template, &after, asked_at);
        replaced.await?;
        *template = after;
    }
    Ok(())
}

/// Stores a created template.
///
/// If it is stored already, because an operator or a sync added it first, it is updated instead.
async fn store(
    ports: &TemplatePorts,
    sender: &Sender,
    created: &ListedTemplate,
    by: &Actor,
) -> Result<AuthenticationTemplate, PortError> {
    let new = ports.new_template(sender, created);
    match ports.add(&new, by.clone()).await {
        Ok(()) => return Ok(new),
        Err(PortError::Conflict(_)) => {}
        Err(error) => return Err(error),
    }
    let stored = ports.templates.list_templates(Some(sender.id)).await?;
    let same = |stored: &AuthenticationTemplate| {
        stored.name == created.name && stored.language == created.language
    };
    let Some(before) = stored.into_iter().find(same) else {
        return Err(PortError::Backend("a template exists and does not".into()));
    };
    let now = ports.clock.now();
    let after = as_listed(&before, created, now);
    // A process that replaced it first also has its status from the provider.
    let replaced = ports.templates.replace_template(&before, &after, now);
    replaced.await?;
    Ok(after)
}
