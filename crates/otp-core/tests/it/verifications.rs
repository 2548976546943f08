//! The use cases of verifications over a store in memory.

mod check_keys;
mod late_codes;
mod reviewers;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::account::AccountChange;
use otp_core::ids::VerificationId;
use otp_core::message::MessageStatus;
use otp_core::ports::{Clock, PortError, ProofSigner, SendError, VerificationKey};
use otp_core::proof::{Proof, ProofClaims, ProofSubject};
use otp_core::sealing::Purpose;
use otp_core::usecases::cancel_verification::{CancelVerification, CancelVerificationError};
use otp_core::usecases::check_verification::{
    ApprovedVerification, CheckVerification, CheckVerificationError, CheckVerificationRequest,
};
use otp_core::usecases::create_verification::{
    CodeSource, CreateVerification, CreateVerificationError, CreateVerificationRequest,
    CreatedVerification,
};
use otp_core::usecases::expire_verifications::ExpireVerifications;
use otp_core::usecases::resend_verification::{
    ResendVerification, ResendVerificationError, ResendVerificationRequest,
};
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_verification::{ShowVerification, ShownVerification};
use otp_core::verification::fallback::FallbackPlan;
use otp_core::verification::{
    Alphabet, CodeLength, CodeLifetime, Context, Guess, Metadata, OwnCode, Transaction,
    VerificationOver, VerificationStatus,
};
use otp_testkit::contract::fixture::{START, recipient};
use otp_testkit::sender::refusal;
use otp_testkit::{ScriptedSender, World};

/// Keeps the claims instead of signing them.
#[derive(Default)]
struct Claims(Mutex<Vec<ProofClaims>>);

#[async_trait]
impl ProofSigner for Claims {
    async fn sign(&self, claims: &ProofClaims) -> Result<Proof, PortError> {
        self.0.lock().expect("not poisoned").push(claims.clone());
        Ok(Proof::new("proof".to_owned()))
    }
}

struct Verifier {
    world: World,
    claims: Arc<Claims>,
}

impl Verifier {
    async fn new() -> Self {
        Self::with_provider(ScriptedSender::default()).await
    }

    async fn with_provider(provider: ScriptedSender) -> Self {
        Self {
            world: World::with_provider(provider).await,
            claims: Arc::default(),
        }
    }

    fn show(&self) -> ShowVerification {
        ShowVerification {
            verifications: self.world.fixture.store.clone(),
            sealers: self.world.fixture.sealers(),
            clock: self.world.fixture.clock.clone(),
        }
    }

    async fn shown(&self, id: VerificationId) -> ShownVerification {
        let account = self.world.fixture.account;
        let shown = self.show().execute(account, VerificationKey::Id(id)).await;
        shown.expect("shown")
    }

    fn request(&self, number: u32) -> CreateVerificationRequest {
        CreateVerificationRequest {
            caller: self.world.caller(),
            to: recipient(number).into(),
            fallback: FallbackPlan::default(),
            code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric),
            lifetime: CodeLifetime::DEFAULT,
            language: None,
            transaction: None,
            metadata: Metadata::default(),
            context: Context::default(),
            notice_language: None,
            idempotency_key: None,
        }
    }

    async fn create(
        &self,
        request: CreateVerificationRequest,
    ) -> Result<CreatedVerification, CreateVerificationError> {
        let create = CreateVerification {
            send: self.world.send_message.clone(),
            show: self.show(),
        };
        create.execute(request).await
    }

    async fn created(&self, number: u32) -> ShownVerification {
        let created = self.create(self.request(number)).await;
        created.expect("created").verification
    }

    /// The codes that the provider was handed, oldest first.
    fn codes(&self) -> Vec<String> {
        let calls = self.world.whatsapp_calls().into_iter();
        calls
            .map(|call| call.passcode.expose().to_owned())
            .collect()
    }

    async fn check_with(
        &self,
        id: VerificationId,
        typed: &str,
        change: impl FnOnce(&mut CheckVerificationRequest),
    ) -> Result<ApprovedVerification, CheckVerificationError> {
        let check = CheckVerification {
            directory: self.world.fixture.store.clone(),
            ledger: self.world.fixture.store.clone(),
            verifications: self.world.fixture.store.clone(),
            sealers: self.world.fixture.sealers(),
            proofs: self.claims.clone(),
            clock: self.world.fixture.clock.clone(),
        };
        let mut request = CheckVerificationRequest {
            caller: self.world.caller(),
            id,
            guess: Guess::parse(typed).expect("a guess"),
            transaction: None,
            idempotency_key: None,
        };
        change(&mut request);
        check.execute(request).await
    }

    async fn check(
        &self,
        id: VerificationId,
        typed: &str,
    ) -> Result<ApprovedVerification, CheckVerificationError> {
        self.check_with(id, typed, |_| {}).await
    }

    async fn resend(
        &self,
        id: VerificationId,
    ) -> Result<CreatedVerification, ResendVerificationError> {
        let resend = ResendVerification {
            send: self.world.send_message.clone(),
            show: self.show(),
            fallbacks: self.world.fixture.store.clone(),
        };
        let request = ResendVerificationRequest {
            caller: self.world.caller(),
            id,
            channel: None,
            notice_language: None,
            idempotency_key: None,
        };
        resend.execute(request).await
    }

    async fn cancel(
        &self,
        id: VerificationId,
    ) -> Result<ShownVerification, CancelVerificationError> {
        let cancel = CancelVerification {
            ledger: self.world.fixture.store.clone(),
            show: self.show(),
            clock: self.world.fixture.clock.clone(),
        };
        cancel.execute(self.world.fixture.account, id).await
    }

    fn advance(&self, seconds: u64) {
        let clock = &self.world.fixture.clock;
        clock.advance(Duration::from_secs(seconds));
    }
}

fn over<T>(result: Result<T, CheckVerificationError>) -> Option<VerificationOver> {
    match result {
        Err(CheckVerificationError::Over(over)) => Some(over),
        Ok(_) | Err(_) => None,
    }
}

#[tokio::test]
async fn the_answer_is_what_is_stored() {
    let verifier = Verifier::new().await;
    let metadata = Metadata::try_new(vec![("order".to_owned(), "A-17".to_owned())]);
    let request = CreateVerificationRequest {
        metadata: metadata.expect("valid"),
        ..verifier.request(1)
    };
    let created = verifier.create(request).await.expect("created");
    assert!(!created.replayed);
    let stored = verifier.shown(created.verification.id).await;
    assert_eq!(created.verification, stored);
    assert_eq!(stored.attempts_left, 5);
    assert_eq!(stored.resend_after, Duration::from_secs(30));
    assert_eq!(stored.expires_at, START + Duration::from_secs(300));
}

#[tokio::test]
async fn the_code_that_was_sent_approves_and_is_proved() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    let code = verifier.codes().remove(0);
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()));
    verifier.advance(3);
    let approved = verifier.check(id, &code).await.expect("right");
    assert!(!approved.replayed);
    let claims = verifier.claims.0.lock().expect("not poisoned").remove(0);
    let fixture = &verifier.world.fixture;
    let index = fixture.sealer.index(&recipient(1));
    assert_eq!(claims.subject, fixture.sealer.pseudonym(index));
    assert_eq!(
        (claims.audience, claims.verification_id),
        (fixture.account, id.0)
    );
    assert_eq!(claims.issued_at, START + Duration::from_secs(3));
    assert_eq!(
        verifier.shown(id).await.status,
        VerificationStatus::Approved
    );
}

#[tokio::test]
async fn a_proof_names_the_number_if_the_account_is_set_to_that() {
    let verifier = Verifier::new().await;
    let fixture = &verifier.world.fixture;
    let change = AccountChange {
        proof_subject: Some(ProofSubject::Recipient),
        ..AccountChange::default()
    };
    let changed = fixture.change(fixture.account, &change).await;
    assert!(changed.expect("change"));
    let id = verifier.created(1).await.id;
    let code = verifier.codes().remove(0);
    verifier.check(id, &code).await.expect("right");
    let claims = verifier.claims.0.lock().expect("not poisoned").remove(0);
    assert_eq!(claims.subject, recipient(1).e164());
}

#[tokio::test]
async fn a_code_with_leading_zeros_and_one_typed_in_arabic_are_right() {
    let verifier = Verifier::new().await;
    let own = OwnCode::parse("000120").expect("valid");
    let request = CreateVerificationRequest {
        code: CodeSource::Supplied(own),
        ..verifier.request(1)
    };
    let id = verifier
        .create(request)
        .await
        .expect("created")
        .verification
        .id;
    for wrong in ["120", "00120", "0001200"] {
        let refused = verifier.check(id, wrong).await;
        assert!(matches!(
            refused,
            Err(CheckVerificationError::CodeIncorrect { .. })
        ));
    }
    verifier.check(id, "٠٠٠-١٢٠").await.expect("right");
}

#[tokio::test]
async fn a_generated_code_of_letters_may_be_typed_in_lower_case() {
    let verifier = Verifier::new().await;
    let request = CreateVerificationRequest {
        code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Alphanumeric),
        ..verifier.request(1)
    };
    let id = verifier
        .create(request)
        .await
        .expect("created")
        .verification
        .id;
    let code = verifier.codes().remove(0).to_lowercase();
    verifier.check(id, &code).await.expect("right");
}

#[tokio::test]
async fn a_resend_repeats_the_code_and_waits_for_the_cooldown() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    let early = verifier.resend(id).await;
    assert!(matches!(
        early,
        Err(ResendVerificationError::Send(SendMessageError::CoolingDown { wait }))
            if wait == Duration::from_secs(30)
    ));
    verifier.advance(30);
    let resent = verifier.resend(id).await.expect("sent again").verification;
    assert_eq!(resent.messages.len(), 2);
    assert_eq!(resent.resend_after, Duration::from_secs(60));
    assert_eq!(resent.expires_at, START + Duration::from_secs(300));
    let codes = verifier.codes();
    assert_eq!(codes[0], codes[1]);
    assert_eq!(verifier.world.fixture.balance().await, 8);
    verifier.check(id, &codes[0]).await.expect("right");
}

#[tokio::test]
async fn a_verification_that_is_over_is_refused_by_its_end() {
    let verifier = Verifier::new().await;
    let approved = verifier.created(1).await.id;
    let code = verifier.codes().remove(0);
    verifier.check(approved, &code).await.expect("right");
    let canceled = verifier.created(2).await.id;
    assert_eq!(
        verifier.cancel(canceled).await.expect("canceled").status,
        VerificationStatus::Canceled
    );
    let expired = verifier.created(3).await.id;
    verifier.advance(300);
    for (id, end) in [
        (approved, VerificationOver::Approved),
        (canceled, VerificationOver::Canceled),
        (expired, VerificationOver::Expired),
    ] {
        assert_eq!(over(verifier.check(id, "000000").await), Some(end));
        let resent = verifier.resend(id).await;
        assert!(matches!(resent, Err(ResendVerificationError::Over(over)) if over == end));
        let again = verifier.cancel(id).await;
        assert!(matches!(again, Err(CancelVerificationError::Over(over)) if over == end));
    }
    assert_eq!(verifier.codes().len(), 3, "nothing was sent again");
}

#[tokio::test]
async fn an_exhausted_verification_says_how_long_to_wait_for_a_new_one() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    for _ in 0..5 {
        verifier.check(id, "wrong").await.expect_err("wrong");
    }
    verifier.advance(10);
    let expected = Duration::from_secs(20);
    let checked = verifier.check(id, &verifier.codes()[0]).await;
    assert!(matches!(
        checked,
        Err(CheckVerificationError::TooManyAttempts { wait }) if wait == expected
    ));
    let resent = verifier.resend(id).await;
    assert!(matches!(
        resent,
        Err(ResendVerificationError::TooManyAttempts { wait }) if wait == expected
    ));
    let canceled = verifier.cancel(id).await;
    assert!(matches!(
        canceled,
        Err(CancelVerificationError::TooManyAttempts { wait }) if wait == expected
    ));
    verifier.advance(20);
    assert_eq!(verifier.created(1).await.attempts_left, 5);
}

#[tokio::test]
async fn a_recipient_with_ten_failures_gets_no_new_code() {
    let verifier = Verifier::new().await;
    for _ in 0..2 {
        let id = verifier.created(1).await.id;
        for _ in 0..5 {
            verifier.check(id, "wrong").await.expect_err("wrong");
        }
        verifier.advance(60);
    }
    let refused = verifier.create(verifier.request(1)).await;
    let wait = Duration::from_secs(24 * 60 * 60 - 120);
    assert!(matches!(
        refused,
        Err(CreateVerificationError::TooManyAttempts { wait: found }) if found == wait
    ));
    assert_eq!(verifier.codes().len(), 2);
}

#[tokio::test]
async fn a_check_has_to_repeat_the_transaction() {
    let verifier = Verifier::new().await;
    let transaction = |amount| Transaction::try_new(amount, "IQD", "Zain").ok();
    let request = CreateVerificationRequest {
        transaction: transaction("49.90"),
        ..verifier.request(1)
    };
    let id = verifier
        .create(request)
        .await
        .expect("created")
        .verification
        .id;
    let code = verifier.codes().remove(0);
    for (amount, is_right) in [(None, false), (Some("49.91"), false), (Some("49.90"), true)] {
        let checked = verifier
            .check_with(id, &code, |request| {
                request.transaction = amount.and_then(transaction);
            })
            .await;
        match checked {
            Ok(_) => assert!(is_right, "{amount:?}"),
            Err(CheckVerificationError::TransactionMismatch) => assert!(!is_right, "{amount:?}"),
            Err(error) => panic!("{error}"),
        }
    }
    let claims = verifier.claims.0.lock().expect("not poisoned");
    let hash = transaction("49.90").map(|transaction| transaction.hash().0);
    assert_eq!(claims[0].transaction, hash);
}

#[tokio::test]
async fn a_refusal_by_the_provider_is_answered_as_for_a_message_and_costs_nothing() {
    let refused = ScriptedSender::answering([Err(SendError::Refused(refusal(400, 131_026)))]);
    let verifier = Verifier::with_provider(refused).await;
    let answer = verifier.create(verifier.request(1)).await;
    assert!(matches!(
        answer,
        Err(CreateVerificationError::Send(
            SendMessageError::RefusedByProvider { .. }
        ))
    ));
    assert_eq!(verifier.world.fixture.balance().await, 10);
    assert_eq!(verifier.created(1).await.messages.len(), 1, "no cooldown");
}

#[tokio::test]
async fn an_unknown_outcome_is_pending_and_its_code_can_be_checked() {
    let lost = ScriptedSender::answering([Err(SendError::Unknown)]);
    let verifier = Verifier::with_provider(lost).await;
    let created = verifier.created(1).await;
    assert_eq!(created.messages[0].status, MessageStatus::Pending);
    let code = verifier.codes().remove(0);
    verifier.check(created.id, &code).await.expect("right");
}

#[tokio::test]
async fn the_end_removes_the_sealed_code() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    let fixture = &verifier.world.fixture;
    let find = async || {
        let key = VerificationKey::Id(id);
        let found = fixture
            .store
            .find_verification(fixture.account, key, fixture.clock.now());
        found.await.expect("found").expect("exists")
    };
    let sealed = find().await.code.expect("sealed");
    let opened = fixture
        .sealer
        .open(Purpose::VerificationCode, id.0, &sealed);
    assert_eq!(opened.expect("opens").as_str(), verifier.codes()[0]);
    let expire = ExpireVerifications {
        ledger: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    assert!(!expire.execute().await.expect("nothing is due"));
    assert!(find().await.code.is_some());
    verifier.advance(300);
    expire.execute().await.expect("recorded");
    let ended = find().await;
    assert_eq!(ended.code, None);
    assert_eq!(ended.state.status, VerificationStatus::Expired);
}

#[tokio::test]
async fn a_code_is_not_valid_longer_because_the_clock_goes_back() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    verifier
        .world
        .fixture
        .clock
        .set(START - Duration::from_secs(3_600));
    let code = verifier.codes().remove(0);
    assert_eq!(
        over(verifier.check(id, &code).await),
        Some(VerificationOver::Expired)
    );
}
