//! Create templates: one template at the provider, in several languages.
//!
//! Each language is created by a call of its own. One call for all of them would be shorter, but it
//! also overwrites what is there, and a template that is approved goes into review again; and of one
//! refused language nothing would be heard but that all failed.

use crate::channel::whatsapp::Sender;
use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::channel::whatsapp::template::draft::TemplateDraft;
use crate::channel::whatsapp::template::listed::ListedTemplate;
use crate::channel::whatsapp::template::sync::as_listed;
use crate::language::LanguageTag;
use crate::ports::{PortError, ProviderError};
use crate::usecases::sync_templates::{AdministerTemplatesError, TemplatePorts};

/// What came of one language.
#[derive(Debug)]
pub struct Created {
    /// The language.
    pub language: LanguageTag,
    /// The template, stored; or why the provider does not have it.
    pub outcome: Result<AuthenticationTemplate, ProviderError>,
}

/// Creates templates.
#[derive(Clone)]
pub struct CreateTemplates {
    /// What it takes.
    pub ports: TemplatePorts,
}

/// A template to create for a sender.
#[derive(Debug, Clone, Copy)]
pub struct NewTemplate<'a> {
    /// The sender.
    pub sender: &'a Sender,
    /// What all its languages share.
    pub draft: &'a TemplateDraft,
    /// Its languages.
    pub languages: &'a [LanguageTag],
}

impl CreateTemplates {
    /// Creates one template. A language that fails does not keep the others from being tried.
    pub async fn execute(
        &self,
        new: NewTemplate<'_>,
    ) -> Result<Vec<Created>, AdministerTemplatesError> {
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
                    Ok(store(ports, sender, &listed).await?)
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

/// Asks how the reviews stand. One may have ended before its template was stored, and what the provider
/// told of it then found nothing to change. Where it does not answer, the templates stay as created:
/// created they are.
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
        // Who was faster knows it from the provider, too.
        ports.templates.replace_template(template, &after).await?;
        *template = after;
    }
    Ok(())
}

/// Stores what was created. The provider may have told of it meanwhile, or an operator added it before:
/// then it is there.
async fn store(
    ports: &TemplatePorts,
    sender: &Sender,
    created: &ListedTemplate,
) -> Result<AuthenticationTemplate, PortError> {
    let new = ports.new_template(sender, created);
    match ports.templates.add_template(&new).await {
        Ok(()) => return Ok(new),
        Err(PortError::Conflict(_)) => {}
        Err(error) => return Err(error),
    }
    let stored = ports.templates.list_templates(Some(sender.id)).await?;
    let same = |stored: &AuthenticationTemplate| {
        stored.name == created.name && stored.language == created.language
    };
    let Some(before) = stored.into_iter().find(same) else {
        return Err(PortError::Backend("a template is there and is not".into()));
    };
    let after = as_listed(&before, created, ports.clock.now());
    // Who was faster knows it from the provider, too.
    ports.templates.replace_template(&before, &after).await?;
    Ok(after)
}
