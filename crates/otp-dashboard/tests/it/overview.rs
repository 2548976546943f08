//! The overview of an account, and the frame around it.

use super::*;

async fn overview(state: &str, language: &str) -> String {
    let path = format!("/gallery/overview/{state}");
    let answer = send(get(&path).insert_header(("accept-language", language))).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.body
}

fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

/// The part of a page from here to there.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page.split_once(from).map(|(_, rest)| rest);
    let part = rest.and_then(|rest| rest.split_once(to));
    part.map(|(part, _)| part).unwrap_or_default()
}

#[actix_web::test]
async fn numbers_are_grouped_and_isolated_in_both_languages() {
    let english = overview("full", "en").await;
    let common = [
        "<bdi dir=\"ltr\">7,412</bdi>",
        "<bdi dir=\"ltr\">1,204</bdi>",
        "<bdi dir=\"ltr\">97.8%</bdi>",
        "<bdi dir=\"ltr\">+9665••••••67</bdi>",
        "<bdi dir=\"ltr\" class=\"error-code\">131026</bdi>",
        "<time datetime=\"2026-11-28T14:02:11Z\" dir=\"ltr\">",
    ];
    assert_has(&english, &common);
    assert_has(
        &english,
        &[
            "of <bdi dir=\"ltr\">10,000</bdi>",
            "Sent in <bdi dir=\"ltr\">24</bdi> hours",
        ],
    );
    let arabic = overview("full", "ar").await;
    assert_has(&arabic, &common);
    assert_has(&arabic, &["من <bdi dir=\"ltr\">10,000</bdi>"]);
}

#[actix_web::test]
async fn counts_that_are_incomplete_say_so_and_have_no_share() {
    let page = overview("hostile", "en").await;
    assert_has(
        &page,
        &[
            "<bdi dir=\"ltr\">10,000+</bdi>",
            "<bdi dir=\"ltr\">288+</bdi>",
        ],
    );
    assert!(!page.contains("of those sent"), "{page}");
}

#[actix_web::test]
async fn the_most_urgent_thing_is_the_notice_and_the_list_has_the_others() {
    let page = overview("warnings", "en").await;
    assert_eq!(page.matches("You have no credits").count(), 1);
    let notice = between(&page, "<div class=\"notice is-bad\"", "</div>");
    assert_has(notice, &["You have no credits"]);
    let list = between(&page, "id=\"attention\"", "</section>");
    let titles = [
        "You have no sender",
        "Sender <bdi dir=\"ltr\">+966551234567</bdi> is stopped",
        "Webhook endpoint <bdi>hooks.example.com</bdi> is disabled",
        "<bdi dir=\"ltr\">840</bdi> credits left",
        "API key <bdi>prod</bdi> expires soon",
    ];
    let places: Vec<_> = titles.iter().map(|title| list.find(title)).collect();
    assert!(places.iter().all(Option::is_some), "{places:?}: {list}");
    assert!(places.is_sorted(), "{places:?}");
    assert_has(list, &["It expires in <bdi dir=\"ltr\">6</bdi> days."]);
    let arabic = overview("warnings", "ar").await;
    assert_has(
        &arabic,
        &[
            "بقي <bdi dir=\"ltr\">840</bdi> رصيدًا",
            "خلال <bdi dir=\"ltr\">6</bdi> أيام",
        ],
    );
}

#[actix_web::test]
async fn a_new_account_has_its_first_steps_and_a_command_instead_of_a_table() {
    let page = overview("empty", "en").await;
    assert!(!page.contains("<table"), "{page}");
    assert_has(
        &page,
        &[
            "<bdi dir=\"ltr\">1</bdi> of <bdi dir=\"ltr\">3</bdi>",
            "https://otp.example.com/SendMessage",
            "otp_live_…",
        ],
    );
    assert_eq!(page.matches("(done)").count(), 1);
    let page = overview("full", "en").await;
    assert!(!page.contains("First steps"), "{page}");
    assert!(!page.contains("class=\"notice"), "{page}");
}

#[actix_web::test]
async fn names_are_text_whatever_was_typed() {
    for language in ["en", "ar"] {
        let page = overview("hostile", language).await;
        let name = "<bdi>&lt;b&gt;&quot;&#39;&amp;&lt;/b&gt;&lt;script&gt;alert(1)";
        assert_eq!(page.matches(name).count(), 2, "the person and the key");
        assert!(!page.contains("<b>") && !page.contains("<i>"), "{page}");
        assert!(!page.contains('\u{202E}'), "no override of the direction");
    }
}

#[actix_web::test]
async fn the_navigation_leads_only_to_pages_and_no_link_changes_anything() {
    let page = overview("full", "en").await;
    let links: std::collections::BTreeSet<_> = page
        .split("<a ")
        .skip(1)
        .map(|link| between(link, "href=\"", "\""))
        .collect();
    assert_eq!(
        Vec::from_iter(links),
        [
            "#main",
            "/dashboard",
            "/dashboard/credits",
            "/dashboard/insights",
            "/dashboard/keys",
            "/dashboard/messages",
            "/dashboard/settings",
            "/dashboard/subscriptions",
            "/dashboard/team",
            "/dashboard/test-inbox",
            "/dashboard/verifications",
            "/dashboard/webhooks",
            "/docs",
            "/guide",
            "?lang=ar"
        ]
    );
    assert_eq!(page.matches("aria-current=\"page\"").count(), 1);
    let form = between(&page, "<form ", "</form>");
    assert_has(
        form,
        &[
            "method=\"post\"",
            "type=\"hidden\" name=\"form-token\" value=\"c2Vzc2lvbi",
        ],
    );
}
