//! `/dashboard/webhooks/new` and `/dashboard/webhooks/{id}/edit`: the form of an endpoint.

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_core::usecases::manage_own_webhooks::{ManageOwnWebhooksError, OwnNewEndpoint};
use otp_core::usecases::manage_webhook_endpoints::WebhookEndpointEdit;
use otp_core::webhook::{
    EventFilter, ForbiddenWebhookTarget, InvalidWebhookTarget, PrivateTargets, WebhookDescription,
    WebhookEventKind, WebhookTarget, WebhookTargetError,
};
use otp_edge::resource_at;

use super::endpoint;
use super::mapping::{ShownEndpoint, names};
use super::paths::{LIST, id_of, list_of, path_of};
use super::refusal::refuse;
use crate::answer;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::typed::Typed;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "webhook_edit.html")]
pub(crate) struct EditWebhookPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    /// Whether the endpoint receives the events of test keys.
    pub(super) is_test: bool,
    /// Whether it is a new one.
    pub(super) is_new: bool,
    /// The page that the person comes from.
    pub(super) back: String,
    pub(super) url: Field,
    pub(super) description: Field,
    /// The names of the chosen events.
    pub(super) chosen: Vec<&'static str>,
    pub(super) refused: Option<Refused>,
}

impl FormPage for EditWebhookPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.url, &self.description]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl EditWebhookPage {
    const fn events(&self) -> [&'static str; WebhookEventKind::NAMES.len()] {
        WebhookEventKind::NAMES
    }

    fn is_chosen(&self, name: &&str) -> bool {
        self.chosen.contains(name)
    }

    const fn title_key(&self) -> &'static str {
        match self.is_new {
            true => "webhook-new",
            false => "webhook-edit",
        }
    }
}

/// Mounts the form of a new endpoint, and that of an existing one.
pub(super) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(
            resource_at("/webhooks/new")
                .get(show_new)
                .post(create)
                .finish(),
        )
        .service(
            resource_at("/webhooks/{id}/edit")
                .get(show_edit)
                .post(change)
                .finish(),
        );
}

async fn show_new(visit: Visit) -> HttpResponse {
    empty(&visit).await.unwrap_or_else(|answer| answer)
}

async fn create(visit: Visit, payload: Payload) -> HttpResponse {
    created(&visit, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn show_edit(visit: Visit, path: Path<String>) -> HttpResponse {
    filled(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn change(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let changed = changed(&visit, &path, payload).await;
    changed.unwrap_or_else(|answer| answer)
}

async fn empty(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let mode = visit.mode();
    let manage = &visit.state.manage_own_webhooks;
    // Before the form is filled in, because a proof on the way would lose it.
    let fresh = manage.require_fresh_manager(&viewer);
    fresh.map_err(|error| refuse(visit, &new_of(mode), error))?;
    let frame = visit.frame(&viewer, Place::Webhooks);
    Ok(new_page(visit, frame, mode, Form::default()).answer())
}

async fn created(visit: &Visit, payload: Payload) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    let mode = visit.mode();
    let form = Form::read(&typed);
    let page = |form| new_page(visit, visit.frame(&viewer, Place::Webhooks), mode, form);
    let Some((url, description)) = form.values.clone() else {
        return Ok(page(form).answer());
    };
    let new = OwnNewEndpoint {
        mode,
        url,
        description,
        events: form.events,
    };
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let created = visit.run(async move { manage.create(&of, new).await });
    match created.await? {
        Ok((own, secret)) => endpoint::with_secret(visit, &viewer, own, &secret).await,
        Err(ManageOwnWebhooksError::TooMany) => {
            let mut page = page(form);
            page.refused = Some(Refused::ManyEndpoints);
            Ok(page.answer())
        }
        Err(ManageOwnWebhooksError::Url(error)) => Ok(page(form.with_url_fault(error)).answer()),
        Err(error) => Err(refuse(visit, &new_of(mode), error)),
    }
}

async fn filled(visit: &Visit, path: &str) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let found = visit.run(async move { manage.find_managed(&of, id).await });
    let own = found.await?;
    let own = own.map_err(|error| refuse(visit, &path_of(id), error))?;
    let form = Form {
        events: own.endpoint.events,
        ..Form::default()
    };
    let shown = ShownEndpoint::from(own);
    let frame = visit.frame(&viewer, Place::Webhooks);
    let mut page = edit_page(visit, frame, &shown, form);
    let field = |kind, text: Option<&String>| Field::new(kind, text.map_or("", |text| text), None);
    page.url = field(FieldKind::WebhookUrl, shown.url.as_ref());
    page.description = field(FieldKind::Description, shown.description.as_ref());
    Ok(page.answer())
}

async fn changed(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    let id = id_of(path).map_err(|problem| visit.problem(problem))?;
    let here = path_of(id);
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let found = visit.run(async move { manage.find_managed(&of, id).await });
    let own = found.await?.map_err(|error| refuse(visit, &here, error))?;
    let form = Form::read(&typed);
    let shown = ShownEndpoint::from(own);
    let page = |form| edit_page(visit, visit.frame(&viewer, Place::Webhooks), &shown, form);
    let Some((url, description)) = form.values.clone() else {
        return Ok(page(form).answer());
    };
    let edit = WebhookEndpointEdit {
        url: Some(url),
        description: Some(description),
        events: Some(form.events),
        enabled: None,
    };
    let (manage, of) = (visit.state.manage_own_webhooks.clone(), viewer.clone());
    let changed = visit.run(async move { manage.change(&of, id, edit).await });
    match changed.await? {
        Ok(()) => Ok(answer::go_to(&here)),
        Err(ManageOwnWebhooksError::Url(error)) => Ok(page(form.with_url_fault(error)).answer()),
        Err(error) => Err(refuse(visit, &format!("{here}/edit"), error)),
    }
}

fn new_of(mode: ApiKeyMode) -> String {
    match mode {
        ApiKeyMode::Live => format!("{LIST}/new"),
        ApiKeyMode::Test => format!("{LIST}/new?mode=test"),
    }
}

fn new_page(visit: &Visit, frame: Frame, mode: ApiKeyMode, form: Form) -> EditWebhookPage {
    EditWebhookPage {
        page: visit.page(),
        frame,
        is_test: mode == ApiKeyMode::Test,
        is_new: true,
        back: list_of(mode),
        url: form.url,
        description: form.description,
        chosen: names(form.events),
        refused: None,
    }
}

fn edit_page(visit: &Visit, frame: Frame, shown: &ShownEndpoint, form: Form) -> EditWebhookPage {
    EditWebhookPage {
        page: visit.page(),
        frame,
        is_test: shown.is_test,
        is_new: false,
        back: format!("{}/{}", LIST, shown.id),
        url: form.url,
        description: form.description,
        chosen: names(form.events),
        refused: None,
    }
}

/// A form as it was typed.
struct Form {
    url: Field,
    description: Field,
    events: EventFilter,
    /// The URL and the description, if neither has a fault.
    values: Option<(String, Option<WebhookDescription>)>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            url: Field::empty(FieldKind::WebhookUrl),
            description: Field::empty(FieldKind::Description),
            events: EventFilter::ALL,
            values: None,
        }
    }
}

impl Form {
    fn read(typed: &Typed) -> Self {
        let (url, target) = read(FieldKind::WebhookUrl, typed.get("url").trim(), target);
        let text = typed.get("description");
        let (description, described) = read(FieldKind::Description, text, described);
        let chosen = |kind: &WebhookEventKind| !typed.get(kind.as_str()).is_empty();
        Self {
            url,
            description,
            events: WebhookEventKind::ALL.into_iter().filter(chosen).collect(),
            values: target.zip(described),
        }
    }

    fn with_url_fault(mut self, error: WebhookTargetError) -> Self {
        self.url.refuse(fault_of(error));
        self
    }
}

/// Reads a URL. Whether its host may be called is for the use case to say.
fn target(text: &str) -> Result<String, Fault> {
    match WebhookTarget::parse(text, PrivateTargets::Allowed) {
        Ok(target) => Ok(target.as_str().to_owned()),
        Err(error) => Err(fault_of(error)),
    }
}

fn fault_of(error: WebhookTargetError) -> Fault {
    match error {
        WebhookTargetError::Invalid(invalid) => match invalid {
            InvalidWebhookTarget::TooLong => Fault::LongUrl,
            InvalidWebhookTarget::NotAUrl => Fault::NoUrl,
            InvalidWebhookTarget::Scheme => Fault::UrlWithoutTls,
            InvalidWebhookTarget::UserInfo => Fault::UrlWithPassword,
            InvalidWebhookTarget::Fragment => Fault::UrlWithFragment,
        },
        WebhookTargetError::Forbidden(forbidden) => match forbidden {
            ForbiddenWebhookTarget::PlainHttp => Fault::UrlWithoutTls,
            ForbiddenWebhookTarget::LocalName | ForbiddenWebhookTarget::Address(_) => {
                Fault::PrivateUrl
            }
        },
    }
}

/// Reads a description, which may be left out.
fn described(text: &str) -> Result<Option<WebhookDescription>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let description = WebhookDescription::parse(text);
    description.map(Some).map_err(|_| Fault::LongDescription)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_url_has_the_fault_that_helps_to_mend_it() {
        for (text, expected) in [
            ("", Fault::NoUrl),
            ("shop.example", Fault::NoUrl),
            ("ftp://shop.example", Fault::UrlWithoutTls),
            ("https://a:b@shop.example", Fault::UrlWithPassword),
            ("https://shop.example/#a", Fault::UrlWithFragment),
            (
                &format!("https://shop.example/{}", "a".repeat(2_048)),
                Fault::LongUrl,
            ),
        ] {
            assert_eq!(target(text), Err(expected), "{text}");
        }
        let read = target("https://Shop.example");
        assert_eq!(read, Ok("https://shop.example/".to_owned()));
    }

    #[test]
    fn a_description_may_be_left_out() {
        assert_eq!(described(" "), Ok(None));
        assert!(described("Shop").is_ok_and(|read| read.is_some()));
        assert_eq!(described(&"x".repeat(201)), Err(Fault::LongDescription));
    }
}
