//! The page that explains a send, over HTTP.

use otp_testkit::contract::fixture::recipient;

use super::messages::enabled;
use super::people::*;
use super::settings::Desk;
use super::*;

const PATH: &str = "/dashboard/messages/explain";

#[actix_web::test]
async fn a_send_is_explained_and_not_made() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    let number = recipient(1).e164().to_owned();
    let spaced = format!("{} {}", &number[..4], &number[4..]);
    let fields = [("phone", &*spaced), ("language", "ar")];
    let poor = desk.send(PATH, &fields).await;
    assert_eq!(poor.status, StatusCode::OK);
    for expected in ["SenderNumberNotFound", "You have no sender", &number] {
        assert!(poor.body.contains(expected), "{expected}: {}", poor.body);
    }

    let caller = enabled(&people).await;
    let good = desk.send(PATH, &fields).await;
    for expected in ["The message would be sent", "otp_code", "1</bdi> credit"] {
        assert!(good.body.contains(expected), "{expected}: {}", good.body);
    }
    assert_eq!(people.world.provider.calls().len(), 0);
    let list = desk.open("/dashboard/messages").await;
    assert!(list.body.contains("No message yet"), "{}", list.body);

    people.send(caller, 1).await;
    let early = desk.send(PATH, &fields).await;
    assert!(
        early.body.contains("30</bdi> more seconds"),
        "{}",
        early.body
    );
}

#[actix_web::test]
async fn a_text_that_is_not_a_number_comes_back_with_its_fault() {
    let people = People::new().await;
    let pages = pages(&people).await;
    let desk = Desk::of(&people, &pages).await;
    for number in ["", "0770", "+1", "\"><script>"] {
        let fields = [("phone", number), ("language", "\"><script>")];
        let page = desk.send(PATH, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        assert!(page.body.contains("aria-invalid"), "{}", page.body);
        assert!(!page.body.contains("<script>"), "{}", page.body);
    }
    let foreign = form(PATH, &[("phone", "+966551234567"), ("form-token", "x")]);
    let foreign = ask(&pages, foreign.insert_header(("cookie", desk.cookie()))).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}
