//! `/dashboard/settings/notices`: what is mailed to the account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Payload, ServiceConfig};
use askama::Template;
use otp_core::notice::{LowBalance, MutedTopics, NoticeTopic};
use otp_core::person::permission::AccountAction;
use otp_core::usecases::choose_notices::{ChooseNoticesError, ChosenNotices};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, read};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "notices.html")]
pub(crate) struct NoticesPage {
    page: Page,
    frame: Frame,
    /// The address that the notices go to.
    to: String,
    muted: MutedTopics,
    low_balance: Field,
    /// Whether the person may change the choice. Others only see it.
    may_choose: bool,
    is_saved: bool,
}

impl FormPage for NoticesPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.low_balance]
    }
}

impl NoticesPage {
    const fn topics(&self) -> [NoticeTopic; 4] {
        NoticeTopic::ALL
    }

    fn is_mailed(&self, topic: &NoticeTopic) -> bool {
        !self.muted.contains(*topic)
    }

    /// Returns the threshold of a low balance, for those who only look.
    fn percent(&self) -> String {
        format!("{} %", self.low_balance.value())
    }

    const fn words(&self, topic: &NoticeTopic) -> &'static str {
        key(*topic)
    }
}

/// Returns the key of the words for the notices of a topic.
pub(crate) const fn key(topic: NoticeTopic) -> &'static str {
    match topic {
        NoticeTopic::Credits => "notices-credits",
        NoticeTopic::Keys => "notices-keys",
        NoticeTopic::Senders => "notices-senders",
        NoticeTopic::Webhooks => "notices-webhooks",
    }
}

/// Mounts the page and its form.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    let resource = resource_at("/settings/notices").get(show).post(choose);
    pages.service(resource.finish());
}

async fn show(visit: Visit) -> HttpResponse {
    shown(&visit).await.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let page = NoticesPage {
        is_saved: visit.parameter("saved") == "1",
        ..page_of(visit, &viewer).await?
    };
    Ok(page.answer())
}

async fn choose(visit: Visit, payload: Payload) -> HttpResponse {
    chosen(&visit, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn chosen(visit: &Visit, payload: Payload) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    if viewer.account_for(AccountAction::ManageNotices).is_none() {
        return Err(visit.problem(Problem::NotFound));
    }
    let topics = NoticeTopic::ALL.into_iter();
    let muted: MutedTopics = topics
        .filter(|topic| typed.get(topic.as_str()) != "on")
        .collect();
    let kind = FieldKind::LowBalance;
    let (field, low_balance) = read(kind, typed.get(kind.name()), fields::low_balance);
    let Some(low_balance) = low_balance else {
        let page = NoticesPage {
            muted,
            low_balance: field,
            ..page_of(visit, &viewer).await?
        };
        return Ok(page.answer());
    };
    let chosen = ChosenNotices {
        muted_topics: muted,
        low_balance,
    };
    let choose = visit.state.choose_notices.clone();
    let done = visit.run(async move { choose.choose(&viewer, chosen).await });
    match done.await? {
        Ok(()) => Ok(answer::go_to(&format!("{}?saved=1", paths::NOTICES))),
        Err(error) => Err(failed(visit, error)),
    }
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<NoticesPage, HttpResponse> {
    let (choose, of) = (visit.state.choose_notices.clone(), viewer.clone());
    let found = visit.run(async move { choose.show(&of).await }).await?;
    let own = found.map_err(|error| failed(visit, error))?;
    Ok(NoticesPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Settings),
        to: own.to.as_str().to_owned(),
        muted: own.chosen.muted_topics,
        low_balance: field(own.chosen.low_balance),
        may_choose: own.may_choose,
        is_saved: false,
    })
}

fn field(low_balance: LowBalance) -> Field {
    let percent = low_balance.percent().to_string();
    Field::new(FieldKind::LowBalance, &percent, None)
}

fn failed(visit: &Visit, error: ChooseNoticesError) -> HttpResponse {
    match error {
        ChooseNoticesError::NotFound => visit.problem(Problem::NotFound),
        ChooseNoticesError::Unreadable(error) => visit.failed(&error),
        ChooseNoticesError::Port(error) => visit.failed(&error),
    }
}

impl Samples for NoticesPage {
    const NAME: &'static str = "notices";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |may_choose, muted: &[NoticeTopic]| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            to: "billing@noor-retail.example".to_owned(),
            muted: muted.iter().copied().collect(),
            low_balance: field(LowBalance::default()),
            may_choose,
            is_saved: false,
        };
        let saved = Self {
            is_saved: true,
            ..sample(true, &[NoticeTopic::Keys])
        };
        let fault = Self {
            low_balance: Field::new(FieldKind::LowBalance, "250", Some(Fault::NoPercentage)),
            ..sample(true, &NoticeTopic::ALL)
        };
        let looked_at = sample(false, &[NoticeTopic::Webhooks]);
        vec![
            ("chosen", StatusCode::OK, sample(true, &[])),
            ("saved", StatusCode::OK, saved),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("of-viewer", StatusCode::OK, looked_at),
        ]
    }
}
