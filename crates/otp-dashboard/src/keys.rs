//! `/dashboard/keys`: the API keys of an account.

mod mapping;
mod refusal;
mod revoke;
mod samples;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use otp_core::ids::{ApiKeyId, parse_uuid};
use otp_core::usecases::manage_own_keys::{ManageOwnKeysError, OwnKey};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;
use crate::visit::Visit;
use refusal::refuse;

pub(crate) use mapping::ShownKey;
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

impl FormPage for KeysPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.name]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
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

    const fn lifetimes(&self) -> [(u64, &'static str); 3] {
        LIFETIMES
    }

    fn is_test(&self) -> bool {
        self.mode == ApiKeyMode::Test
    }

    fn is_chosen(&self, days: &u64) -> bool {
        self.days == *days
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
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
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
    let viewer = match visit.form_of_viewer(payload).await {
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
