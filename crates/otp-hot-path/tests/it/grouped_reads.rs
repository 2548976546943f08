//! Tests of grouped reads: each caller gets the answer to its own request.

use std::sync::Arc;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::MessageId;
use otp_core::ports::{Messages, Receipts, Storage};
use otp_core::receipt::{MessageReference, ReceiptFacts};
use otp_core::sealing::ProviderMessageIndex;
use otp_hot_path::GroupedReads;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use uuid::Uuid;

const CALLS: u32 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_callers_gets_its_own_answer() {
    let store: Arc<dyn Storage> = Arc::new(MemoryStore::default());
    let fixture = Fixture::with_credits(Arc::clone(&store), 10_000).await;
    let reads = Arc::new(GroupedReads::start(store));
    let mut callers = Vec::new();
    for number in 0..CALLS {
        // Every third message does not exist.
        let attempt = match number % 3 {
            0 => fixture.attempt(number),
            _ => fixture.send(number).await,
        };
        let (reads, account) = (Arc::clone(&reads), fixture.account);
        callers.push(tokio::spawn(async move {
            let id = attempt.message_id;
            let found = Messages::find(&*reads, account, id).await.expect("found");
            let reference = MessageReference {
                phone_number_id: ProviderId::parse("1").expect("digits"),
                message_id: Some(id),
                provider_index: ProviderMessageIndex([0; 32]),
            };
            let unknown = MessageReference {
                message_id: Some(MessageId(Uuid::nil())),
                ..reference.clone()
            };
            let located = reads.locate(&[unknown, reference]).await.expect("located");
            assert_eq!(located.len(), 2);
            let is_our_number = false;
            assert_eq!(located[0], ReceiptFacts::Unknown { is_our_number });
            let expected = (number % 3 != 0).then_some(id);
            assert_eq!(found.map(|message| message.id), expected);
            let located = match &located[1] {
                ReceiptFacts::Known(known) => Some(known.message.message_id),
                ReceiptFacts::Unknown { .. } => None,
            };
            assert_eq!(located, expected);
        }));
    }
    for caller in callers {
        caller.await.expect("its own answer");
    }
}
