//! A person's webhook endpoints, from the form to the call and its log.

use otp_e2e::{Database, FakeReceiver, Reception, on_every_store};

use super::desk::{Desk, between};
use super::{assert_absent, location, signed_up, world};

on_every_store! {
    a_person_adds_an_endpoint_and_sees_what_it_answered;
}

async fn a_person_adds_an_endpoint_and_sees_what_it_answered(database: Database) {
    let mut world = world(database).await;
    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");
    let server = world.serve();
    let (_, cookie) = signed_up(&world, &server).await;
    let desk = Desk::of(&server, cookie);
    let receiver = FakeReceiver::with(|_| Reception::Answer(200, "", "Kanarienvogel")).await;
    let url = receiver.url("/hook");
    let made = desk.send("/dashboard/webhooks/new", &[("url", &url)]).await;
    let made = made.text().await.expect("a page");
    let begin = "<code id=\"secret\" lang=\"en\" dir=\"ltr\">";
    let secret = between(&made, begin, "<").to_owned();
    let list = desk.open("/dashboard/webhooks").await;
    let path = between(&list, "class=\"row-link\" href=\"", "\"");

    let tested = desk.send(&format!("{path}/test"), &[]).await;
    let delivery = location(&tested).to_owned();
    let called = receiver.wait_for(1, |_| true).await;
    assert_eq!(called[0].kind(), "webhook_endpoint.test");
    assert!(called[0].is_signed_with(&secret));
    while !desk.open(&delivery).await.contains("Kanarienvogel") {
        otp_e2e::pause_between_polls().await;
    }
    let listed = desk.open(path).await;
    assert!(listed.contains(&delivery) && !listed.contains(&secret));
    let log = server.kill();
    assert_absent(log.as_bytes(), "the log", &["Kanarienvogel", &secret]);
}
