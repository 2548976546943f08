//! Memory stays within the capacity; the totals go on counting.

use serde_json::json;
use whatsapp_sandbox::Capacity;

use super::support::{ANYBODY, Server};

#[tokio::test]
async fn rings_forget_the_oldest_and_totals_count_on() {
    let mut options = Server::options();
    options.capacity = Capacity {
        calls: 5,
        phones: 3,
        messages_per_phone: 2,
        ..Capacity::default()
    };
    let server = Server::with(options);
    for n in 0..10 {
        assert_eq!(server.send_to(&format!("+96651234560{n}")).await.0, 200);
    }
    for _ in 0..4 {
        server.send_to(ANYBODY).await;
    }
    server.send_to("+12025550120").await;
    let overview = server.look("").await;
    assert_eq!(
        overview["totals"],
        json!({"calls": 15, "accepted": 14, "refused": 1, "messages": 14})
    );
    assert_eq!(overview["remembered"], json!({"calls": 5, "phones": 3}));
    assert_eq!(server.codes(ANYBODY).await.len(), 2);
    let phones = server.look("/phones").await;
    let numbers: Vec<_> = phones["phones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phone| &phone["number"])
        .collect();
    assert_eq!(numbers, ["+966512345678", "+966512345609", "+966512345608"]);
    let calls = server.look("/calls").await;
    assert_eq!(calls["calls"][0]["id"], 11);
    assert_eq!(calls["total"], 15);
}
