//! `/dashboard/keys`: the API keys of an account.

mod mapping;
mod refusal;
mod revoke;
mod samples;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use otp_core::ids::{ApiKeyId, parse_uuid};
use otp_core::usecases::manage_own_keys::{ManageOwnKeysError, OwnKey};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, Refused, read};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::typed::Typed;
use crate::value::Value;
use crate::visit::Visit;
use mapping::ShownKey;
use refusal::refuse;

pub(crate) use revoke::RevokePage;

/// The days after which a new key may expire, each with the key of its words.
const LIFETIMES: [(u64, &str); 3] = [
    (30, "key-days-30"),
    (90, "key-days-90"),
    (365, "key-days-365"),
];

#[derive(Template)]
#[template(path = "keys.html")]
pub(crate) struct KeysPage {
    page: Page,
    frame: Frame,
    keys: Vec<ShownKey>,
    /// The key that was just made, which is shown once.
    new: Option<NewKey>,
    /// Whether the person may change keys.
    may_manage: bool,
    name: Field,
    mode: ApiKeyMode,
    /// The days after which the new key expires; 0 for never.
    days: u64,
    refused: Option<Refused>,
}

/// A key that was just made.
#[derive(Debug, Clone)]
struct NewKey {
    name: String,
    secret: String,
    mode: ApiKeyMode,
}

impl NewKey {
    fn is_test(&self) -> bool {
        self.mode == ApiKeyMode::Test
    }

    fn words(&self, page: &Page) -> Markup {
        page.say_all("key-new-about", &[("name", Value::Name(&self.name))])
    }
}

impl KeysPage {
    fn new(page: Page, frame: Frame, keys: Vec<ShownKey>, may_manage: bool) -> Self {
        Self {
            page,
            frame,
            keys,
            new: None,
            may_manage,
            name: Field::empty(FieldKind::KeyName),
            mode: ApiKeyMode::Live,
            days: 0,
            refused: None,
        }
    }

    fn fields(&self) -> [&Field; 1] {
        [&self.name]
    }

    fn has_problem(&self) -> bool {
        self.refused.is_some() || self.name.fault().is_some()
    }

    const fn lifetimes(&self) -> [(u64, &'static str); 3] {
        LIFETIMES
    }

    fn is_test(&self) -> bool {
        self.mode == ApiKeyMode::Test
    }

    fn is_chosen(&self, days: &u64) -> bool {
        self.days == *days
    }

    fn answer(&self) -> HttpResponse {
        let status = match self.refused {
            Some(refused) => refused.status(),
            None if self.has_problem() => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        answer::page(status, self)
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/keys").get(show).post(create).finish())
        .service(resource_at("/keys/{id}/rotate").post(rotate).finish())
        .service(revoke::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

/// Creates a key, and shows it once.
async fn create(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match of_form(&visit, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (name, named) = read(FieldKind::KeyName, typed.get("key-name"), fields::key_name);
    let mode = match typed.get("mode") {
        "test" => ApiKeyMode::Test,
        _ => ApiKeyMode::Live,
    };
    let days = typed.get("days").parse().unwrap_or_default();
    let is_offered = LIFETIMES.iter().any(|(offered, _)| *offered == days);
    let days = if is_offered { days } else { 0 };
    let filled_in = async |refused| {
        let mut page = page_of(&visit, &viewer).await?;
        (page.name, page.mode, page.days) = (name.clone(), mode, days);
        page.refused = refused;
        Ok::<_, HttpResponse>(page.answer())
    };
    let Some(named) = named else {
        return filled_in(None).await.unwrap_or_else(|answer| answer);
    };
    let new = OwnKey {
        name: named,
        mode,
        lifetime: (days > 0).then(|| Duration::from_secs(days * 24 * 60 * 60)),
    };
    let (manage, of) = (visit.state.manage_own_keys.clone(), viewer.clone());
    match visit
        .run(async move { manage.create(&of, new).await })
        .await
    {
        Ok(Ok(made)) => with_new(&visit, &viewer, made).await,
        Ok(Err(ManageOwnKeysError::TooMany)) => {
            let answered = filled_in(Some(Refused::ManyKeys)).await;
            answered.unwrap_or_else(|answer| answer)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Replaces a key, and shows the new one once.
async fn rotate(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let viewer = match of_form(&visit, payload).await {
        Ok((viewer, _)) => viewer,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let (manage, of) = (visit.state.manage_own_keys.clone(), viewer.clone());
    let rotated = visit.run(async move { manage.rotate(&of, ApiKeyId(id)).await });
    match rotated.await {
        Ok(Ok(made)) => with_new(&visit, &viewer, made).await,
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

async fn with_new(
    visit: &Visit,
    viewer: &Viewer,
    (key, secret): (ApiKey, ApiKeySecret),
) -> HttpResponse {
    match page_of(visit, viewer).await {
        Ok(mut page) => {
            page.new = Some(NewKey {
                mode: key.mode(),
                name: key.name,
                secret: secret.expose().to_owned(),
            });
            page.answer()
        }
        Err(answer) => answer,
    }
}

/// Returns the page with the keys of the person's account.
async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<KeysPage, HttpResponse> {
    let (manage, of) = (visit.state.manage_own_keys.clone(), viewer.clone());
    let listed = visit.run(async move {
        let keys = manage.list(&of).await?;
        let now = manage.create.clock.now();
        Ok((ShownKey::sorted(keys, now), manage.may_manage(&of)))
    });
    match listed.await? {
        Ok((keys, may_manage)) => {
            let frame = visit.frame(viewer, Place::Keys);
            Ok(KeysPage::new(visit.page(), frame, keys, may_manage))
        }
        Err(error) => Err(refuse(visit, error)),
    }
}

async fn of_form(visit: &Visit, payload: Payload) -> Result<(Viewer, Typed), HttpResponse> {
    let (_, typed) = visit.signed_form(payload).await?;
    Ok((visit.viewer().await?, typed))
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let states = [
        "key-expired",
        "key-revoked",
        "key-expires-in",
        "key-new-about",
    ];
    let lifetimes = LIFETIMES.map(|(_, key)| key);
    states.into_iter().chain(lifetimes).collect()
}
