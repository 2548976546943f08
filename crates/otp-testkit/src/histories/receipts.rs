//! The receipts of a history.

use otp_core::channel::Channel;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::receipt::{DeliveryReceipt, MessageReference, Report};
use otp_core::recipient_identity::ProviderIdentities;

use super::Reopen;
use super::book::Kept;
use super::run::Run;
use super::step::News;
use crate::sender::failure;
use crate::world::PHONE_NUMBER_ID;

impl<R: Reopen> Run<R> {
    /// Reports about a message that the provider took.
    pub(super) async fn receipt(&mut self, nth: usize, news: News) -> Kept {
        let taken = {
            let calls = self.provider.calls();
            let taken = calls.iter().filter_map(|call| {
                let id = call.end.taken_as()?.clone();
                (call.channel == Channel::WhatsApp).then_some((call.message, id))
            });
            taken.collect::<Vec<_>>()
        };
        let Some(from_the_end) = nth.checked_rem(taken.len()) else {
            return Ok(());
        };
        let (message, provider_id) = taken[taken.len() - 1 - from_the_end].clone();
        let fixture = &self.process.world.fixture;
        let now = self.now();
        let receipt = DeliveryReceipt {
            reference: MessageReference {
                phone_number_id: ProviderId::parse(PHONE_NUMBER_ID).expect("digits"),
                message_id: Some(message),
                provider_index: fixture.installation.provider_message_index(&provider_id),
            },
            report: reported(news),
            recipient: ProviderIdentities::default(),
            provider_time: now,
            received_at: now,
        };
        self.book.report(message, news);
        let reported = self.faults.survived(self.process.report(receipt)).await;
        self.survived(reported).await?;
        self.read(false).await
    }
}

fn reported(news: News) -> Report {
    match news {
        News::Sent => Report::Sent,
        News::Delivered => Report::Delivered,
        News::Read => Report::Read,
        News::Failed => Report::Failed(failure(131_026)),
    }
}
