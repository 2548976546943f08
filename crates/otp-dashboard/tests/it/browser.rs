//! The pages in a browser: accessibility, the keyboard, narrow screens, and what a visit leaves behind.
//!
//! The browser is Chromium, by WebDriver. `cargo xtask test` installs both where they are missing.

pub(super) mod driver;
mod gallery_server;

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

use driver::Browser;
use gallery_server::GalleryServer;

/// Rules of accessibility, as a script: axe-core 4.14.1.
const AXE: &str = include_str!("../vendor/axe.min.js");

/// Returns the rules that the page breaks, each with the elements that break it: WCAG 2.2 A and AA (the promise of
/// these pages), and the good practice of axe-core.
const RUN_AXE: &str = "
    const done = arguments[arguments.length - 1];
    const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    // Only these depend on colours. Everything else was looked at in the light scheme.
    const ofColours = ['color-contrast', 'link-in-text-block'];
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const runOnly = isDark ? ofColours : all;
    // A page may leave the rules about colours nothing to pass, but not nothing to say.
    const looked = ({passes, incomplete, inapplicable}) =>
        isDark ? 10 * (passes.length + incomplete.length + inapplicable.length) : passes.length;
    const broken = ({id, nodes}) => `${id}: ${nodes.map(node => node.html).join(' ')}`;
    axe.run(document, {runOnly, resultTypes: ['violations']})
        .then(result => done([looked(result), result.violations.map(broken)]), error => done([0, [`${error}`]]));
";

#[actix_web::test]
async fn no_page_in_english_breaks_a_rule_of_accessibility() {
    no_page_breaks_a_rule_in("en").await;
}

#[actix_web::test]
async fn no_page_in_arabic_breaks_a_rule_of_accessibility() {
    no_page_breaks_a_rule_in("ar").await;
}

/// Checks every page in a language. Each is loaded once in a scheme, because loading takes as long as a check.
async fn no_page_breaks_a_rule_in(language: &str) {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    browser.run_on_each_page(AXE).await;
    // As wide as shows the navigation beside the page, and as narrow as hides it.
    for (scheme, widths) in [("light", &[1280, 390][..]), ("dark", &[1280])] {
        browser.prefer_scheme(scheme).await;
        for path in gallery.paths() {
            browser.goto(&gallery.url(path, language)).await;
            for width in widths {
                browser.be_as_wide_as(*width).await;
                let of = format!("{path}, {language}, {scheme}, {width}");
                assert_no_rule_broken(&browser, &of).await;
            }
        }
    }
    browser.close().await;
}

async fn assert_accessible(browser: &Browser, of: &str) {
    browser.run(AXE).await;
    assert_no_rule_broken(browser, of).await;
}

/// Checks the page that is shown, in which axe-core was run before.
async fn assert_no_rule_broken(browser: &Browser, of: &str) {
    let result = browser.run_async(RUN_AXE).await;
    assert_eq!(result[1], json!([]), "{of}");
    assert!(
        result[0].as_u64() > Some(10),
        "axe looked at {result}: {of}"
    );
}

/// Nothing is refused by the page's own policy, and nothing fails to load but the page itself, which is an error.
#[actix_web::test]
async fn no_page_has_a_complaint_in_the_console_or_a_cookie_of_its_own() {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    for path in gallery.paths() {
        browser.goto(&gallery.url_as_preferred(path)).await;
        let sheets = browser
            .run("return document.styleSheets[0].cssRules.length")
            .await;
        assert!(sheets.as_u64() > Some(10), "{path}: {sheets}");
        let complaints = browser.console().await;
        let others = complaints
            .iter()
            .filter(|line| !line.contains(&format!("{path} - Failed to load")));
        assert_eq!(others.collect::<Vec<_>>(), [""; 0], "{path}");
    }
    assert_eq!(browser.cookies().await, [""; 0]);
    browser.close().await;
}

#[actix_web::test]
async fn every_page_fits_screens_of_320_pixels_and_more() {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    let hidden = "const {scrollWidth, clientWidth} = document.documentElement;
        return [innerWidth, scrollWidth - clientWidth]";
    for language in ["en", "ar"] {
        for path in gallery.paths() {
            browser.goto(&gallery.url(path, language)).await;
            for width in [320, 500, 1024] {
                browser.be_as_wide_as(width).await;
                let found = browser.run(hidden).await;
                assert_eq!(found, json!([width, 0]), "{path}, {language}");
            }
        }
    }
    browser.close().await;
}

/// Returns what the keyboard cannot do on a page: controls that take no focus or do not show it, those that are out of
/// the order of the page, forms without a button, and what looks as if only a mouse could use it.
const BEYOND_KEYBOARD: &str = "
    const html = elements => elements.map(element => element.outerHTML.slice(0, 200));
    const isShown = element => element.checkVisibility({visibilityProperty: true}) && !element.disabled;
    const control = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    const controls = [...document.querySelectorAll(control)].filter(isShown);
    const inOrder = controls.filter(element => element.tabIndex >= 0);
    // A link of a row marks the whole row.
    const isMarked = element => [null, '::after'].some(
        part => getComputedStyle(element, part).outlineStyle !== 'none');
    const takesFocus = element => {
        element.focus();
        const label = element.closest('label');
        return document.activeElement === element && (isMarked(element) || (label && isMarked(label)));
    };
    const forms = [...document.forms].filter(form => !form.querySelector('button'));
    const isOfMouse = element => getComputedStyle(element).cursor === 'pointer'
        && !element.closest(control) && !element.closest('label');
    return [
        controls.length,
        html(inOrder.filter(element => !takesFocus(element))),
        html(controls.filter(element => element.tabIndex > 0)),
        html(forms),
        html([...document.body.querySelectorAll('*')].filter(isShown).filter(isOfMouse)),
    ];
";

#[actix_web::test]
async fn every_control_of_every_page_is_reached_by_keyboard_and_shows_it() {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    for width in [1280, 390] {
        browser.be_as_wide_as(width).await;
        for path in gallery.paths() {
            browser.goto(&gallery.url(path, "en")).await;
            let found = browser.run(BEYOND_KEYBOARD).await;
            assert!(found[0].as_u64() > Some(3), "{path}: {found}");
            for beyond in 1..=4 {
                assert_eq!(found[beyond], json!([]), "{path}, {width}");
            }
        }
    }
    browser.close().await;
}

#[actix_web::test]
async fn the_keyboard_alone_skips_to_the_content_and_changes_the_language() {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    let path = gallery.paths().first().expect("a page");
    browser.goto(&gallery.url_as_preferred(path)).await;
    let focused =
        "const {tagName, id, hash} = document.activeElement; return [tagName, id, hash ?? '']";
    let press = async |keys: &[Key]| browser.press(keys).await;
    press(&[Key::Tab]).await;
    assert_eq!(browser.run(focused).await, json!(["A", "", "#main"]));
    press(&[Key::Enter]).await;
    assert_eq!(browser.run(focused).await, json!(["MAIN", "main", ""]));
    browser.goto(&gallery.url_as_preferred(path)).await;
    // Skip to content, the product, the guide, the reference, the language.
    press(&[Key::Tab; 5]).await;
    press(&[Key::Enter]).await;
    let arabic = Locator::Css("html[lang=ar][dir=rtl]");
    browser
        .client
        .wait()
        .for_element(arabic)
        .await
        .expect("the page in Arabic");
    assert_eq!(browser.cookies().await, ["__Host-locale=ar"]);
    let address: Value = browser.run("return location.search").await;
    assert_eq!(address, json!(""));
    browser.close().await;
}

#[actix_web::test]
async fn the_navigation_of_a_phone_opens_and_closes_by_keyboard_and_without_a_script() {
    let (gallery, browser) = (GalleryServer::start(), Browser::open().await);
    browser.be_as_wide_as(390).await;
    let state = "const side = document.querySelector('#side');
        return [side.checkVisibility(), side.contains(document.activeElement)]";
    for language in ["en", "ar"] {
        browser
            .goto(&gallery.url("/gallery/overview/hostile", language))
            .await;
        assert_eq!(browser.run(state).await, json!([false, false]));
        // Skip to content, the product, the menu.
        browser
            .press(&[Key::Tab, Key::Tab, Key::Tab, Key::Enter])
            .await;
        assert_eq!(browser.run(state).await, json!([true, false]));
        assert_accessible(&browser, &format!("the navigation, {language}")).await;
        browser.press(&[Key::Tab]).await;
        assert_eq!(browser.run(state).await, json!([true, true]));
        browser.press(&[Key::Escape]).await;
        assert_eq!(browser.run(state).await, json!([false, false]));
    }
    browser.close().await;
}
