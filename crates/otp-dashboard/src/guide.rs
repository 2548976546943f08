//! `/guide`: how to use the gateway, for people; the same pages as Markdown, and `/llms.txt`, for programs.
//!
//! The texts are Markdown in `guide/{en,ar}/`, rendered when the program is built. Their tables come from the code, and
//! the programs among them from `guide/samples/`, which a test runs.

mod content;
mod facts;
mod limits;
mod markdown;
mod tables;

use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::markup::Markup;
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;
pub(crate) use content::GUIDE;
use content::{Chapter, Half, PAGES, PLACEHOLDER, Part, Sample};
pub use facts::{GuideError, GuideFacts};
use tables::{Cell, Table};

/// The path of the list for programs (llmstxt.org).
pub(crate) const LLMS: &str = "/llms.txt";

#[derive(Template)]
#[template(path = "guide.html")]
pub(crate) struct GuidePage {
    page: Page,
    chapter: &'static Chapter,
    facts: GuideFacts,
    gateway: String,
}

/// A call of the API, as one program in each of several languages.
#[derive(Debug, Clone)]
pub(crate) struct ShownSample {
    /// The name, which makes its ids.
    pub(crate) name: &'static str,
    /// The name of each language, and the program.
    pub(crate) programs: Vec<(&'static str, String)>,
}

impl ShownSample {
    /// Returns the sample with this name, against a gateway.
    pub(crate) fn named(name: &str, gateway: &str) -> Option<Self> {
        let sample = Sample::find(name)?;
        let programs = sample.programs.iter();
        let programs = programs.map(|(language, _, text)| {
            let text = text.replace(PLACEHOLDER, gateway);
            (*language, text)
        });
        Some(Self {
            name: sample.name,
            programs: programs.collect(),
        })
    }
}

impl GuidePage {
    fn half(&self) -> &'static Half {
        self.chapter.half(self.page.language())
    }

    /// Returns the path and the title of each page, and whether it is this one.
    fn contents(&self) -> Vec<(String, &'static str, bool)> {
        let language = self.page.language();
        let entry = |chapter: &'static Chapter| {
            let is_this = chapter.slug == self.chapter.slug;
            (chapter.path(), chapter.half(language).title, is_this)
        };
        PAGES.iter().map(entry).collect()
    }

    fn lead(&self) -> Markup {
        Markup::of_rendered(self.half().lead)
    }

    fn rendered(&self, html: &'static str) -> Markup {
        Markup::of_rendered(html)
    }

    /// Returns the id of a block of code.
    fn code_id(&self, number: &usize) -> String {
        format!("code-{number}")
    }

    /// Returns a block of code, against this gateway.
    fn code(&self, text: &str) -> String {
        text.replace(PLACEHOLDER, &self.gateway)
    }

    fn sample(&self, name: &str) -> Option<ShownSample> {
        ShownSample::named(name, &self.gateway)
    }

    fn table(&self, part: &Part) -> Option<Table> {
        Table::of(&self.page, &self.facts, part)
    }

    fn is_guide(&self) -> bool {
        true
    }

    /// Returns the path of the same page as Markdown.
    fn source(&self) -> String {
        format!("{}.md", self.chapter.path())
    }
}

/// Returns the keys of words that only Rust names.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let tables = tables::KEYS.into_iter();
    tables.chain(limits::keys()).collect()
}

pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("").get(first).finish())
        .service(resource_at("/{slug}").get(show).finish());
}

async fn first(visit: Visit) -> HttpResponse {
    answer_with(&visit, &PAGES[0])
}

async fn show(visit: Visit, slug: Path<String>) -> HttpResponse {
    if let Some(slug) = slug.strip_suffix(".md") {
        return match Chapter::find(slug) {
            Some(chapter) => markdown::answer(&visit, chapter),
            None => visit.problem(Problem::NotFound),
        };
    }
    match Chapter::find(&slug) {
        Some(chapter) => answer_with(&visit, chapter),
        None => visit.problem(Problem::NotFound),
    }
}

fn answer_with(visit: &Visit, chapter: &'static Chapter) -> HttpResponse {
    let page = GuidePage {
        page: visit.page(),
        chapter,
        facts: visit.state.guide.clone(),
        gateway: visit.gateway(),
    };
    answer::page(StatusCode::OK, &page)
}

pub(crate) fn llms_resource() -> Resource {
    resource_at(LLMS).get(llms).finish()
}

async fn llms(visit: Visit) -> HttpResponse {
    markdown::list(&visit)
}

impl Samples for GuidePage {
    const NAME: &'static str = "guide";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let error = |code, status, text: &str| GuideError {
            code,
            status,
            english: text.to_owned(),
            arabic: text.to_owned(),
        };
        let facts = GuideFacts {
            errors: vec![
                error("ApiKeyNotFound", 404, "No active API key matches."),
                error("InsufficientBalance", 400, &"<b>W</b>ide ".repeat(16)),
            ],
        };
        let sample = |chapter: &'static Chapter| Self {
            page: page.clone(),
            chapter,
            facts: facts.clone(),
            gateway: "https://gateway.example".to_owned(),
        };
        let states = PAGES.iter().map(|chapter| {
            let page = sample(chapter);
            (chapter.slug, StatusCode::OK, page)
        });
        states.collect()
    }
}

#[cfg(test)]
mod tests {
    use otp_core::ui_language::UiLanguage;

    use super::*;

    #[test]
    fn both_languages_have_the_same_code_and_tables() {
        for chapter in PAGES {
            let kinds = |language| {
                let parts = chapter.half(language).parts.iter();
                let kind = |part: &Part| match part {
                    Part::Html(_) => None,
                    Part::Code { language, .. } => Some(format!("code in {language}")),
                    Part::Sample(_) | Part::Errors | Part::TestNumbers | Part::Limits => {
                        Some(format!("{part:?}"))
                    }
                };
                parts.filter_map(kind).collect::<Vec<_>>()
            };
            let english = kinds(UiLanguage::English);
            assert_eq!(english, kinds(UiLanguage::Arabic), "{}", chapter.slug);
        }
    }

    #[test]
    fn every_sample_of_a_page_exists() {
        for chapter in PAGES {
            for part in chapter.half(UiLanguage::English).parts {
                if let Part::Sample(name) = part {
                    assert!(Sample::find(name).is_some(), "{name}");
                }
            }
        }
    }
}
