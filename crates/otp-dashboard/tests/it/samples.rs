//! Every page of the gallery, in both languages: what holds for all of them.

use std::collections::BTreeSet;

use super::*;

/// The path and the answer of every state, in a language.
async fn all(language: &str) -> Vec<(String, Answer)> {
    let list = send(get("/gallery")).await;
    assert_eq!(list.status, StatusCode::OK);
    let links = list.body.split("<a href=\"").skip(1);
    let paths = links.filter_map(|rest| rest.split('"').next());
    let mut answers = Vec::new();
    for path in paths.filter(|path| path.starts_with("/gallery/")) {
        let request = get(path).insert_header(("accept-language", language));
        answers.push((path.to_owned(), send(request).await));
    }
    answers
}

fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let values = html.split(&begin[..]).skip(1);
    values.filter_map(|rest| rest.split('"').next()).collect()
}

#[actix_web::test]
async fn every_page_has_the_headers_that_browsers_are_asked_to_heed() {
    let pages = all("en").await;
    assert_eq!(pages.len(), 235);
    for (path, answer) in pages {
        answer.assert_page();
        for (name, expected) in [
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "same-origin"),
            ("vary", "Accept-Language, Cookie"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(expected), "{path}");
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
}

#[actix_web::test]
async fn every_page_is_sound_html_in_its_language() {
    for (language, direction) in [("en", "ltr"), ("ar", "rtl")] {
        for (path, answer) in all(language).await {
            let html = &answer.body;
            let begin = format!("<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">");
            assert!(html.starts_with(&begin), "{path}: {html}");
            let ids = values(html, "id");
            let different: BTreeSet<_> = ids.iter().collect();
            assert_eq!(
                ids.len(),
                different.len(),
                "{path} has an id twice: {ids:?}"
            );
            assert!(ids.contains(&"main"), "{path}");
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            for reference in [
                "aria-labelledby",
                "aria-describedby",
                "for",
                "popovertarget",
            ] {
                let values = values(html, reference).into_iter();
                for named in values.flat_map(str::split_whitespace) {
                    assert!(ids.contains(&named), "{path}: {named}");
                }
            }
            for link in values(html, "href")
                .into_iter()
                .filter_map(|href| href.strip_prefix('#'))
            {
                assert!(ids.contains(&link), "{path}: {link}");
            }
            // The policy forbids both; the browser would leave them out.
            assert!(
                !html.contains(" style=") && !html.contains("<style"),
                "{path}"
            );
            assert_eq!(html.matches("<script").count(), 1, "{path}: {html}");
            let nonce = values(html, "nonce");
            let policy = answer.header("content-security-policy");
            let script = format!("script-src 'nonce-{}'", nonce.concat());
            assert!(nonce.concat().len() == 32, "{path}: {nonce:?}");
            assert!(
                policy.is_some_and(|policy| policy.ends_with(&script)),
                "{path}: {policy:?}"
            );
            assert!(!html.contains(" onclick"), "{path}");
            assert!(
                !html.contains(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']),
                "{path}"
            );
        }
    }
}
