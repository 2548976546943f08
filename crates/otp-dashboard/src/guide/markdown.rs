//! The guide as Markdown, for programs that read: each page, and the list of them.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::header::VARY;
use otp_core::ui_language::UiLanguage;
use otp_edge::NO_STORE;
use otp_texts::bidi;

use super::content::{Chapter, PAGES, PLACEHOLDER, Part, Sample};
use super::tables::Table;
use crate::page::Page;
use crate::visit::Visit;

/// Answers with a page, in the reader's language.
pub(super) fn answer(visit: &Visit, chapter: &Chapter) -> HttpResponse {
    let page = visit.page();
    let half = chapter.half(visit.language());
    let mut text = half.markdown.to_owned();
    for part in half.parts {
        let (name, content) = match part {
            Part::Html(_) | Part::Code { .. } => continue,
            Part::Sample(name) => (format!("sample {name}"), programs(name)),
            Part::Errors => placeholder(visit, &page, part, "errors"),
            Part::TestNumbers => placeholder(visit, &page, part, "test-numbers"),
            Part::Limits => placeholder(visit, &page, part, "limits"),
        };
        text = text.replace(&format!("{{{{{name}}}}}"), content.trim_end());
    }
    markdown(&text.replace(PLACEHOLDER, &visit.gateway()))
}

/// Answers with the list of pages, in English (llmstxt.org).
pub(super) fn list(visit: &Visit) -> HttpResponse {
    let gateway = visit.gateway();
    let mut text = format!(
        "# {}\n\n> Sends and checks one-time passcodes over WhatsApp and e-mail, by HTTP.\n\n## Guide\n\n",
        visit.page().plain("product")
    );
    for chapter in PAGES {
        let title = chapter.half(UiLanguage::English).title;
        let path = chapter.path();
        writeln!(text, "- [{title}]({gateway}{path}.md)").expect("text");
    }
    write!(
        text,
        "\n## Reference\n\n- [OpenAPI description]({gateway}/openapi.json): every operation, field and error\n"
    )
    .expect("text");
    markdown(&text)
}

fn markdown(text: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .insert_header((VARY, "Accept-Language, Cookie"))
        .insert_header(NO_STORE)
        .body(text.to_owned())
}

/// Returns the name of a placeholder, and the table that takes its place.
fn placeholder(visit: &Visit, page: &Page, part: &Part, name: &str) -> (String, String) {
    let table = Table::of(page, &visit.state.guide, part);
    let text = table.map_or_else(String::new, |table| written(page, &table));
    (name.to_owned(), text)
}

fn written(page: &Page, table: &Table) -> String {
    let columns: Vec<_> = table.columns.iter().map(|key| page.plain(key)).collect();
    let mut text = line(&columns);
    text.push_str(&line(&vec!["---".to_owned(); columns.len()]));
    for row in &table.rows {
        let mut cells = vec![row.head.text().to_owned()];
        cells.extend(row.cells.iter().cloned());
        text.push_str(&line(&cells));
    }
    text
}

fn line(cells: &[String]) -> String {
    let plain = cells.iter().map(|cell| {
        let plain = bidi::without_isolates(cell);
        plain.replace('|', "\\|")
    });
    let plain: Vec<_> = plain.collect();
    format!("| {} |\n", plain.join(" | "))
}

fn programs(name: &str) -> String {
    let programs = Sample::find(name).map_or(&[][..], |sample| sample.programs);
    let block = |(_, fence, program): &(&str, &str, &str)| format!("```{fence}\n{program}```\n\n");
    programs.iter().map(block).collect()
}
