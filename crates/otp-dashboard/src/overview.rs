//! `/dashboard`: the overview of an account.

mod attention;
mod mapping;
mod samples;
mod view;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::usecases::show_overview::ShowOverviewError;
use otp_edge::resource_at;
use otp_texts::grouped;

use crate::answer;
use crate::frame::{Frame, Place};
use crate::insights::{self, DaysFigure};
use crate::markup::Markup;
use crate::message_badge::MessageBadge;
use crate::page::Page;
use crate::paths;
use crate::share;
use crate::value::Value;
use crate::visit::Visit;
use attention::AttentionLine;
use view::{Attention, CreditsView, FirstSteps, OverviewView, RecentMessage};

#[derive(Template)]
#[template(path = "overview.html")]
pub(crate) struct OverviewPage {
    page: Page,
    frame: Frame,
    overview: OverviewView,
    /// The messages of the last days; `None` if there are too few to draw.
    days: Option<DaysFigure>,
    /// Whether the person is invited to the team of another account.
    is_invited: bool,
    /// The address of the gateway, for the command that sends a first message.
    gateway: String,
}

pub(crate) fn resource() -> Resource {
    resource_at("").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let Some(account) = viewer.account.as_ref().map(|account| account.id) else {
        return match viewer.staff {
            Some(_) => answer::go_to(paths::STAFF),
            None => answer::go_to(paths::ACCOUNTS),
        };
    };
    let show = visit.state.show_overview.clone();
    let (join, of) = (visit.state.join_team.clone(), viewer.clone());
    let shown = visit.run(async move {
        let overview = show.execute(account).await?;
        Ok::<_, ShowOverviewError>((overview, join.list(&of).await?))
    });
    let (overview, invitations) = match shown.await {
        Ok(Ok(shown)) => shown,
        Ok(Err(error)) => return visit.failed(&error),
        Err(answer) => return answer,
    };
    let days = match insights::last_days(&visit, viewer.clone()).await {
        Ok(days) => days,
        Err(answer) => return answer,
    };
    let frame = visit.frame(&viewer, Place::Overview);
    let mut page = OverviewPage::new(visit.page(), frame, overview.into(), visit.gateway());
    page.is_invited = !invitations.is_empty();
    page.days = days;
    answer::page(StatusCode::OK, &page)
}

/// A number of messages.
struct Stat {
    label: Markup,
    value: Markup,
    note: Option<Markup>,
}

impl OverviewPage {
    pub(crate) fn new(
        page: Page,
        frame: Frame,
        mut overview: OverviewView,
        gateway: String,
    ) -> Self {
        overview.attention.sort_unstable();
        Self {
            page,
            frame,
            overview,
            days: None,
            is_invited: false,
            gateway,
        }
    }

    /// Returns what needs a person, the most urgent first.
    fn attention(&self) -> impl Iterator<Item = AttentionLine> {
        let all = self.overview.attention.iter();
        all.map(|one| AttentionLine::new(&self.page, one, self.overview.credits))
    }

    /// Returns what the notice at the top says.
    fn notice(&self) -> Option<AttentionLine> {
        self.attention().next()
    }

    /// Returns what the notice leaves out.
    fn others(&self) -> Vec<AttentionLine> {
        self.attention().skip(1).collect()
    }

    /// Returns whether there is anything beside the messages.
    fn has_aside(&self) -> bool {
        self.overview.attention.len() > 1 || self.steps().is_some()
    }

    fn credits_left(&self) -> Markup {
        self.page.number(self.overview.credits.left)
    }

    /// Returns the words for the credits that there were, and the length of a bar of 100 for those that are left;
    /// `None` if there were none.
    fn credits_of(&self) -> Option<(Markup, String)> {
        let CreditsView { left, granted } = self.overview.credits;
        let words = self
            .page
            .say_all("stat-credits-of", &[("granted", Value::Number(granted))]);
        Some((words, share::length(left, granted)?))
    }

    /// Returns whether the notices say that credits are needed.
    fn needs_credits(&self) -> bool {
        let mut all = self.overview.attention.iter();
        all.any(|one| matches!(one, Attention::NoCredits | Attention::LowCredits))
    }

    fn stats(&self) -> [Stat; 3] {
        let traffic = self.overview.traffic;
        let stat = |key, count, share: Option<String>| Stat {
            label: self.page.t(key),
            value: self.count(count),
            note: share.map(|share| self.page.say("stat-share", "share", &share)),
        };
        let counted = |key, count| {
            let share = share::percent(count, traffic.sent_24h);
            stat(key, count, share.filter(|_| !traffic.is_capped))
        };
        [
            stat("stat-sent", traffic.sent_24h, None),
            counted("stat-delivered", traffic.delivered_24h),
            counted("stat-failed", traffic.failed_24h),
        ]
    }

    /// Writes a number of messages, as in `10,000+` if there are more.
    fn count(&self, count: u64) -> Markup {
        match self.overview.traffic.is_capped {
            true => self.page.code(&format!("{}+", grouped(count))),
            false => self.page.number(count),
        }
    }

    /// Returns the keys of the first steps, each with whether it is done; nothing once all are.
    fn steps(&self) -> Option<[(&'static str, bool); 3]> {
        let steps = self.overview.first_steps.all();
        steps.iter().any(|(_, is_done)| !is_done).then_some(steps)
    }

    fn steps_done(&self) -> Markup {
        let steps = self.overview.first_steps.all();
        let done = steps.iter().filter(|(_, is_done)| *is_done).count();
        let number = |count: usize| Value::Number(count.try_into().unwrap_or(u64::MAX));
        let values = [("done", number(done)), ("all", number(steps.len()))];
        self.page.say_all("steps-done", &values)
    }
}

impl FirstSteps {
    const fn all(self) -> [(&'static str, bool); 3] {
        [
            ("step-key", self.has_key),
            ("step-sent", self.has_sent),
            ("step-webhook", self.has_webhook),
        ]
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<String> {
    let numbers = [
        "stat-sent",
        "stat-delivered",
        "stat-failed",
        "stat-share",
        "stat-credits-of",
        "steps-done",
    ];
    let attention = Attention::one_of_each("", "");
    let attention = attention.iter().flat_map(attention::keys);
    let steps = FirstSteps {
        has_key: true,
        has_sent: true,
        has_webhook: true,
    };
    let steps = steps.all().map(|(key, _)| key.to_owned());
    let numbers = numbers.into_iter().map(str::to_owned);
    numbers.chain(attention).chain(steps).collect()
}

/// Returns the names of icons that the template does not name.
#[cfg(test)]
pub(crate) fn icons() -> Vec<&'static str> {
    let attention = Attention::one_of_each("", "");
    attention.iter().map(|one| attention::look(one).1).collect()
}

impl RecentMessage {
    fn badge(&self) -> MessageBadge {
        self.status.into()
    }
}
