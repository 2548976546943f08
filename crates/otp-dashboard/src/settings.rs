//! `/dashboard/settings`: a person's own settings, and where they are signed in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::{SessionId, parse_uuid};
use otp_core::person::device::{Browser, Device, System};
use otp_core::person::session::Session;
use otp_core::person::staff::StaffRole;
use otp_core::ports::PortError;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::manage_second_factor::SecondFactorState;
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, read};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::paths;
use crate::prove_page;
use crate::samples::Samples;
use crate::value::Value;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "settings.html")]
pub(crate) struct SettingsPage {
    page: Page,
    frame: Frame,
    /// The person's mail address.
    email: String,
    name: Field,
    /// The language of the person's mails.
    language: UiLanguage,
    second_factor: SecondFactorState,
    /// Whether the person is staff. Staff cannot turn the second factor off.
    is_staff: bool,
    sessions: Vec<ShownSession>,
}

impl FormPage for SettingsPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.name]
    }
}

/// A session of the person.
#[derive(Debug, Clone)]
struct ShownSession {
    id: String,
    browser: Option<&'static str>,
    system: Option<&'static str>,
    since: Timestamp,
    seen: Timestamp,
    is_this: bool,
}

impl ShownSession {
    fn of(session: &Session, this: SessionId) -> Self {
        let Device { browser, system } = session.device;
        Self {
            id: session.id.to_string(),
            browser: browser.map(Browser::as_str),
            system: system.map(System::as_str),
            since: session.created_at,
            seen: session.last_seen_at,
            is_this: session.id == this,
        }
    }
}

impl SettingsPage {
    const fn languages(&self) -> [(UiLanguage, &'static str); 2] {
        // Each in its own language, whatever that of the page is.
        [
            (UiLanguage::Arabic, "العربية"),
            (UiLanguage::English, "English"),
        ]
    }

    fn is_chosen(&self, language: &UiLanguage) -> bool {
        self.language == *language
    }

    /// Returns what the list says of a browser.
    fn device(&self, session: &ShownSession) -> Markup {
        match (session.browser, session.system) {
            (Some(browser), Some(system)) => {
                let values = [
                    ("browser", Value::Name(browser)),
                    ("system", Value::Name(system)),
                ];
                self.page.say_all("device-both", &values)
            }
            (Some(one), None) | (None, Some(one)) => self.page.name(one),
            (None, None) => self.page.t("device-unknown"),
        }
    }

    fn recovery_codes(&self) -> Option<Markup> {
        match self.second_factor {
            SecondFactorState::Off => None,
            SecondFactorState::On { recovery_codes } => {
                let values = [("count", Value::count(recovery_codes))];
                Some(self.page.say_all("recovery-codes-left", &values))
            }
        }
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/settings").get(show).post(change).finish())
        .service(
            resource_at("/settings/sessions/end")
                .post(end_others)
                .finish(),
        )
        .service(
            resource_at("/settings/sessions/{id}/end")
                .post(end)
                .finish(),
        );
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

/// Changes the person's name and language. The pages are in that language from then on, too.
async fn change(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (field, name) = read(FieldKind::Name, typed.get("name"), fields::name);
    let mut languages = UiLanguage::ALL.into_iter();
    let language = languages.find(|language| language.as_str() == typed.get("language"));
    let language = language.unwrap_or(viewer.person.language);
    let Some(name) = name else {
        return match page_of(&visit, &viewer).await {
            Ok(mut page) => {
                (page.name, page.language) = (field, language);
                page.answer()
            }
            Err(answer) => answer,
        };
    };
    let change = visit.state.change_own_details.clone();
    let changed = visit.run(async move { change.execute(&viewer, &name, language).await });
    match changed.await {
        Ok(Ok(true)) => answer::in_language(language, paths::SETTINGS),
        Ok(Ok(false)) => visit.problem(Problem::NotFound),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<SettingsPage, HttpResponse> {
    let (person, this) = (viewer.person.id, viewer.session.id);
    let (end_sessions, manage) = (
        visit.state.end_sessions.clone(),
        visit.state.manage_second_factor.clone(),
    );
    let loaded = visit.run(async move {
        let sessions = end_sessions.list(person).await?;
        Ok((sessions, manage.state(person).await?))
    });
    let loaded: Result<_, PortError> = loaded.await?;
    let (sessions, second_factor) = loaded.map_err(|error| visit.failed(&error))?;
    let sessions = sessions.iter();
    Ok(SettingsPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Settings),
        email: viewer.details.email.as_str().to_owned(),
        name: Field::new(FieldKind::Name, viewer.details.name.as_str(), None),
        language: viewer.person.language,
        second_factor,
        is_staff: viewer.staff.is_some(),
        sessions: sessions
            .map(|session| ShownSession::of(session, this))
            .collect(),
    })
}

/// Ends one session of the person.
async fn end(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Ok(id) = parse_uuid(&path) else {
        return visit.problem(Problem::NotFound);
    };
    let (person, id) = (viewer.person.id, SessionId(id));
    let sessions = visit.state.end_sessions.clone();
    if !sessions.may_end(&viewer.session) {
        return prove_page::first(paths::SETTINGS);
    }
    match visit
        .run(async move { sessions.end(person, id).await })
        .await
    {
        Ok(Ok(true)) => answer::go_to(paths::SETTINGS),
        Ok(Ok(false)) => visit.problem(Problem::NotFound),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

/// Ends all sessions of the person but this one.
async fn end_others(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let sessions = visit.state.end_sessions.clone();
    if !sessions.may_end(&viewer.session) {
        return prove_page::first(paths::SETTINGS);
    }
    let ended = visit.run(async move { sessions.end_others(&viewer.session).await });
    match ended.await {
        Ok(Ok(())) => answer::go_to(paths::SETTINGS),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

impl Samples for SettingsPage {
    const NAME: &'static str = "settings";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let at = |minutes: i64| Timestamp::from_unix_millis(1_795_874_531_000 - minutes * 60_000);
        let session = |number: u8, browser, system, minutes| ShownSession {
            id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
            browser,
            system,
            since: at(minutes + 90),
            seen: at(minutes),
            is_this: number == 1,
        };
        let one = session(1, Some("Firefox"), Some("Linux"), 0);
        let alone = Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            email: "sara.al-harbi@noor-retail.example".to_owned(),
            name: Field::new(FieldKind::Name, "Sara Al-Harbi", None),
            language: UiLanguage::Arabic,
            second_factor: SecondFactorState::Off,
            is_staff: false,
            sessions: vec![one.clone()],
        };
        let several = Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            email: "sara@example.com".to_owned(),
            name: Field::new(FieldKind::Name, "Sara Al-Harbi", None),
            language: UiLanguage::English,
            second_factor: SecondFactorState::On { recovery_codes: 9 },
            is_staff: false,
            sessions: vec![
                one,
                session(2, Some("Samsung Internet"), Some("Android"), 12),
                session(3, None, Some("iPhone"), 20),
                session(4, None, None, 25),
            ],
        };
        let fault = Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            email: "sara@example.com".to_owned(),
            name: Field::new(FieldKind::Name, "", Some(Fault::NoName)),
            language: UiLanguage::English,
            second_factor: SecondFactorState::Off,
            is_staff: false,
            sessions: alone.sessions.clone(),
        };
        let of_staff = Self {
            page: page.clone(),
            frame: Frame {
                staff: Some(StaffRole::Admin),
                ..Frame::sample(Place::Settings)
            },
            email: "karim@gateway.example".to_owned(),
            name: Field::new(FieldKind::Name, "Karim", None),
            language: UiLanguage::English,
            second_factor: SecondFactorState::On { recovery_codes: 1 },
            is_staff: true,
            sessions: alone.sessions.clone(),
        };
        vec![
            ("of-staff", StatusCode::OK, of_staff),
            ("alone", StatusCode::OK, alone),
            ("several", StatusCode::OK, several),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
        ]
    }
}
