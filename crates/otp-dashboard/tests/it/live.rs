//! The additions of scripts to the pages, in a browser.

use std::net::TcpListener;

use actix_web::{HttpResponse, HttpServer, rt, web};
use fantoccini::Locator;
use otp_core::message::MessageStatus;
use otp_core::send::Outcome;
use serde_json::json;

use super::browser::driver::Browser;
use super::messages::enabled;
use super::people::*;
use super::*;

/// Serves the pages of a gateway on a free port, with a path that signs the browser in. It ends with the test.
fn serve(people: &People, cookie: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let dashboard = Dashboard::new(DashboardOptions::default());
    let (state, cookie) = (state(people), format!("{cookie}; Path=/; Secure; HttpOnly"));
    let app = move || {
        let cookie = cookie.clone();
        let enter = move || {
            let mut answer = HttpResponse::SeeOther();
            answer.insert_header(("location", "/dashboard"));
            let answer = answer.insert_header(("set-cookie", &*cookie)).finish();
            async move { answer }
        };
        App::new()
            .wrap(from_fn(envelope))
            .configure(dashboard.configure(state.clone()))
            .route("/enter", web::get().to(enter))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    rt::spawn(server.listen(listener).expect("a server").run());
    // `localhost` is a secure context, so cookies work as over TLS.
    format!("http://localhost:{port}")
}

#[actix_web::test]
async fn a_page_shows_its_news_by_itself_and_never_moves_a_row() {
    let people = People::new().await;
    let cookie = signed_up(&people, &pages(&people).await).await;
    let caller = enabled(&people).await;
    let id = people.send(caller, 1).await;
    let (site, browser) = (serve(&people, &cookie), Browser::open().await);
    let appears = async |selector| {
        let found = browser
            .client
            .wait()
            .for_element(Locator::Css(selector))
            .await;
        found.unwrap_or_else(|error| panic!("{selector} does not appear: {error}"));
    };
    browser.goto(&format!("{site}/enter")).await;

    browser
        .goto(&format!("{site}/dashboard/messages/{id}"))
        .await;
    appears("#state.is-sent").await;
    appears("[data-copy=id]:not([hidden])").await;
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    people.report(caller.account_id, id, delivered).await;
    appears("#state.is-delivered").await;
    appears("#events .is-good").await;
    appears("#life [data-copy]:not([hidden])").await;
    let times = "const times = Array.from(document.querySelectorAll('time'));
        return times.length > 3 && times.every(time => time.title.endsWith(' UTC'))";
    assert_eq!(browser.run(times).await, json!(true));

    browser.goto(&format!("{site}/dashboard/messages")).await;
    let rows = "return document.querySelectorAll('#rows tr').length";
    assert_eq!(browser.run(rows).await, json!(1));
    people.send(caller, 2).await;
    appears("[role=status] a").await;
    let news = "return document.querySelector('[data-news]').textContent";
    assert_eq!(browser.run(news).await, json!("New: 1 Show"));
    assert_eq!(browser.run(rows).await, json!(1));
    let complaints = browser.console().await;
    assert_eq!(complaints, [""; 0]);
    browser.close().await;
}
