//! Visit: one request of a browser, with all that a page needs to answer it.

use std::future::{Ready, ready};

use actix_web::dev::Payload as RawPayload;
use actix_web::http::header::{HeaderName, IF_NONE_MATCH, USER_AGENT};
use actix_web::web::{Data, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use otp_core::api_key::ApiKeyMode;
use otp_core::ids::parse_uuid;
use otp_core::person::device::Device;
use otp_core::person::permission::{StaffAction, staff_allowed};
use otp_core::person::session::{SessionHash, SessionToken};
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::resume_session::{Activity, Viewer};
use otp_edge::{RequestContext, client_address, counted_address};
use uuid::Uuid;

use crate::answer;
use crate::assets::Assets;
use crate::error_page::{self, Problem};
use crate::form_token;
use crate::frame::{Frame, Place};
use crate::guard::Site;
use crate::page::Page;
use crate::paths;
use crate::session_cookie;
use crate::state::DashboardState;
use crate::typed::Typed;

/// The header with the use of the answer (Fetch Metadata): `empty` for a script's own request.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// A request, and what it takes to answer it.
pub(crate) struct Visit {
    request: HttpRequest,
    assets: Data<Assets>,
    site: Data<Site>,
    pub(crate) state: Data<DashboardState>,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut RawPayload) -> Self::Future {
        let assets = request.app_data::<Data<Assets>>().cloned();
        let site = request.app_data::<Data<Site>>().cloned();
        let state = request.app_data::<Data<DashboardState>>().cloned();
        let found = assets.zip(site).zip(state);
        let visit = found.map(|((assets, site), state)| Self {
            request: request.clone(),
            assets,
            site,
            state,
        });
        // All are registered where the pages are mounted.
        let missing = || actix_web::error::ErrorInternalServerError("the pages are not mounted");
        ready(visit.ok_or_else(missing))
    }
}

impl Visit {
    /// Returns the page of the answer.
    pub(crate) fn page(&self) -> Page {
        Page::of(&self.request, self.assets.clone())
    }

    /// Returns the language of the answer.
    pub(crate) fn language(&self) -> UiLanguage {
        RequestContext::of(&self.request).language()
    }

    /// Returns the token that the browser presents.
    pub(crate) fn token(&self) -> Option<SessionToken> {
        session_cookie::token_of(&self.request)
    }

    /// Returns the hash of that token, as the session that another one takes the place of.
    pub(crate) fn session_hash(&self) -> Option<SessionHash> {
        self.token().map(|token| token.hash())
    }

    /// Returns the kind of the browser.
    pub(crate) fn device(&self) -> Device {
        let header = self.request.headers().get(USER_AGENT);
        Device::of_user_agent(header.and_then(|value| value.to_str().ok()))
    }

    /// Returns the network that the request comes from.
    pub(crate) fn network(&self) -> String {
        let trusted = &self.site.trusted_proxies;
        let network = counted_address(client_address(&self.request, trusted));
        network.to_string()
    }

    /// Returns the value of a parameter of the address; the empty text if there is none.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let query = self.request.query_string().as_bytes();
        let mut pairs = url::form_urlencoded::parse(query);
        let found = pairs.find(|(found, _)| found == name);
        found.map_or_else(String::new, |(_, value)| value.into_owned())
    }

    /// Reads the id in a path; the page that says that there is no such thing if it is none.
    #[expect(clippy::result_large_err, reason = "handlers return the page as it is")]
    pub(crate) fn id(&self, text: &str) -> Result<Uuid, HttpResponse> {
        parse_uuid(text).map_err(|_| self.problem(Problem::NotFound))
    }

    /// Reads whether live or test messages are asked for.
    pub(crate) fn mode(&self) -> ApiKeyMode {
        match self.parameter("mode").as_str() {
            "test" => ApiKeyMode::Test,
            _ => ApiKeyMode::Live,
        }
    }

    /// Receives the form of the request; an error page if it cannot be read.
    pub(crate) async fn typed(&self, payload: Payload) -> Result<Typed, HttpResponse> {
        let typed = Typed::receive(&self.request, payload).await;
        typed.map_err(|_| self.problem(Problem::UnreadableForm))
    }

    /// Returns the person who is signed in; otherwise the way to the page of sign-in, which leads back here.
    pub(crate) async fn viewer(&self) -> Result<Viewer, HttpResponse> {
        let Some(token) = self.token() else {
            return Err(self.to_sign_in());
        };
        let resume = self.state.resume_session.clone();
        let activity = self.activity();
        let resumed = self.run(async move { resume.execute(&token, activity).await });
        match resumed.await? {
            Ok(Some(viewer)) => Ok(viewer),
            Ok(None) => Err(self.to_sign_in()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Returns a person of the staff whose role allows this, and leads one without a second factor to its page. Nobody
    /// else learns that there are pages of staff.
    pub(crate) async fn staff(&self, action: StaffAction) -> Result<Viewer, HttpResponse> {
        let viewer = self.viewer().await?;
        match viewer.staff {
            None => Err(self.problem(Problem::NotFound)),
            Some(staff) if !staff.has_second_factor => Err(answer::go_to(paths::SECOND_FACTOR)),
            Some(staff) if staff_allowed(staff.role, action) => Ok(viewer),
            Some(_) => Err(self.problem(Problem::RoleForbids)),
        }
    }

    /// Receives the form of a person of the staff whose role allows this.
    pub(crate) async fn form_of_staff(
        &self,
        action: StaffAction,
        payload: Payload,
    ) -> Result<(Viewer, Typed), HttpResponse> {
        let (_, typed) = self.signed_form(payload).await?;
        Ok((self.staff(action).await?, typed))
    }

    /// Returns the frame of a page for a person who is signed in.
    pub(crate) fn frame(&self, viewer: &Viewer, place: Place) -> Frame {
        let token = self.token();
        let account = viewer.account.as_ref();
        let company = account.and_then(|account| account.company.as_ref());
        Frame {
            name: viewer.details.name.as_str().to_owned(),
            company: account
                .map(|_| company.map_or_else(String::new, |company| company.as_str().to_owned())),
            has_others: viewer.has_others,
            staff: viewer.staff_role(),
            form_token: token.map(|token| token.form_token()).unwrap_or_default(),
            place,
        }
    }

    /// Receives the form of a page for people who are signed in, with the token of the session; an error page if the
    /// form is not one of that session.
    pub(crate) async fn signed_form(
        &self,
        payload: Payload,
    ) -> Result<(SessionToken, Typed), HttpResponse> {
        let Some(token) = self.token() else {
            return Err(self.to_sign_in());
        };
        let typed = self.typed(payload).await?;
        if form_token::is_right(&token, &typed) {
            Ok((token, typed))
        } else {
            Err(self.problem(Problem::ForeignForm))
        }
    }

    /// Receives the form of a person who is signed in, as [`signed_form`](Self::signed_form) does.
    pub(crate) async fn form_of_viewer(
        &self,
        payload: Payload,
    ) -> Result<(Viewer, Typed), HttpResponse> {
        let (_, typed) = self.signed_form(payload).await?;
        Ok((self.viewer().await?, typed))
    }

    /// Returns the address under which the browser reaches the gateway, without a slash at its end.
    pub(crate) fn gateway(&self) -> String {
        self.site.origin.clone().unwrap_or_else(|| {
            let connection = self.request.connection_info();
            format!("{}://{}", connection.scheme(), connection.host())
        })
    }

    /// Answers with a page whose live parts its script asks for again.
    pub(crate) fn live(&self, page: &impl Template) -> HttpResponse {
        let known = self.request.headers().get(IF_NONE_MATCH);
        answer::live_page(known.and_then(|known| known.to_str().ok()), page)
    }

    /// Returns whether a person loads the page, or the page its own news.
    fn activity(&self) -> Activity {
        let destination = self.request.headers().get(SEC_FETCH_DEST);
        match destination {
            Some(value) if value == "empty" => Activity::Page,
            Some(_) | None => Activity::Person,
        }
    }

    fn to_sign_in(&self) -> HttpResponse {
        let next = if self.request.method().is_safe() {
            let path = self.request.uri().path_and_query();
            path.map_or(paths::HOME, |path| path.as_str())
        } else {
            // The form is gone, so its page is where to go on.
            paths::HOME
        };
        answer::go_to(&paths::before(paths::SIGN_IN, next))
    }

    /// Runs a use case to its end, even if the browser goes away meanwhile; an error page if it cannot.
    pub(crate) async fn run<F>(&self, usecase: F) -> Result<F::Output, HttpResponse>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let output = self.state.runner.run(usecase).await;
        output.map_err(|error| self.failed(&error))
    }

    /// Answers with the page of a problem.
    pub(crate) fn problem(&self, problem: Problem) -> HttpResponse {
        error_page::answer(self.page(), problem)
    }

    /// Answers with the page of an internal fault, and logs it.
    pub(crate) fn failed(&self, error: &(dyn std::error::Error + 'static)) -> HttpResponse {
        error_page::failed(self.page(), error)
    }
}
