//! Reviewer numbers: a fixed code, no provider, no price.

use otp_core::audit::{Actor, AuditAction};
use otp_core::ids::AccountId;
use otp_core::reviewer::MAX_LIFETIME;
use otp_core::usecases::manage_reviewer_numbers::{
    ManageReviewerNumbers, ManageReviewerNumbersError, NewReviewerNumber,
};
use otp_core::usecases::staff_actor::StaffActor;
use otp_core::verification::fallback::PlannedStep;
use otp_testkit::contract::audit_trail::audit_entries;
use uuid::Uuid;

use super::*;

const CODE: &str = "135790";
const LIFETIME: Duration = Duration::from_secs(3_600);

impl Verifier {
    fn reviewers(&self) -> ManageReviewerNumbers {
        let fixture = &self.world.fixture;
        ManageReviewerNumbers {
            numbers: fixture.store.clone(),
            accounts: fixture.store.clone(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    async fn add_reviewer(
        &self,
        account_id: AccountId,
        lifetime: Duration,
    ) -> Result<(), ManageReviewerNumbersError> {
        let new = NewReviewerNumber {
            account_id,
            to: recipient(1),
            code: OwnCode::parse(CODE).expect("a code"),
            lifetime,
        };
        self.reviewers()
            .add(new, StaffActor::Operator(actor()))
            .await
            .map(drop)
    }

    /// A world in which recipient 1 is a reviewer number.
    async fn with_reviewer() -> Self {
        let verifier = Self::new().await;
        let account = verifier.world.fixture.account;
        let added = verifier.add_reviewer(account, LIFETIME).await;
        added.expect("added");
        verifier
    }
}

fn actor() -> Actor {
    Actor::parse("Amal (uid 1000)").expect("an actor")
}

#[tokio::test]
async fn a_reviewer_passes_with_the_fixed_code_and_nothing_is_delivered_or_paid() {
    let verifier = Verifier::with_reviewer().await;
    let before = verifier.world.fixture.balance().await;
    let request = CreateVerificationRequest {
        // Nobody waits for the code, so it takes no other way.
        fallback: FallbackPlan::try_new(
            &recipient(1).into(),
            vec![PlannedStep {
                to: recipient(2).into(),
                wait: Duration::from_secs(1),
            }],
            CodeLifetime::DEFAULT,
        )
        .expect("a plan"),
        ..verifier.request(1)
    };
    let created = verifier.create(request).await.expect("created");
    let id = created.verification.id;
    let statuses = created.verification.messages.iter();
    let statuses: Vec<_> = statuses.map(|message| message.status).collect();
    assert_eq!(statuses, [MessageStatus::Sent]);
    let wrong = verifier.check_with(id, "135791", |_| ()).await;
    assert!(matches!(
        wrong,
        Err(CheckVerificationError::CodeIncorrect { .. })
    ));
    let right = verifier.check_with(id, CODE, |_| ()).await;
    right.expect("approved");
    assert_eq!(verifier.codes(), [""; 0]);
    assert_eq!(verifier.world.fixture.balance().await, before);
    verifier.world.fixture.assert_ledger_balances().await;
}

#[tokio::test]
async fn a_send_to_a_reviewer_is_accepted_and_goes_to_nobody() {
    let verifier = Verifier::with_reviewer().await;
    let sent = verifier
        .world
        .send_message
        .execute(verifier.world.request(1))
        .await;
    assert_eq!(sent.expect("sent").status, MessageStatus::Sent);
    assert_eq!(verifier.codes(), [""; 0]);
}

#[tokio::test]
async fn a_number_that_has_ended_or_was_removed_is_one_like_any_other() {
    let ended = Verifier::with_reviewer().await;
    ended.world.fixture.clock.advance(LIFETIME);
    let removed = Verifier::with_reviewer().await;
    let account = removed.world.fixture.account;
    removed.world.fixture.clock.advance(Duration::from_secs(1));
    let remove = async || {
        removed
            .reviewers()
            .remove(account, &recipient(1), StaffActor::Operator(actor()))
            .await
    };
    remove().await.expect("removed");
    assert!(matches!(
        remove().await,
        Err(ManageReviewerNumbersError::NumberNotFound)
    ));
    for verifier in [&ended, &removed] {
        verifier.created(1).await;
        let codes = verifier.codes();
        assert_eq!(codes.len(), 1);
        assert_ne!(codes, [CODE]);
    }
    let entries: Vec<_> = audit_entries(&*removed.world.fixture.store)
        .await
        .iter()
        .map(|entry| (entry.action, entry.subject))
        .collect();
    assert_eq!(
        entries,
        [
            (AuditAction::RemoveReviewerNumber, account.0),
            (AuditAction::AddReviewerNumber, account.0),
        ]
    );
}

#[tokio::test]
async fn numbers_are_entered_for_live_accounts_and_at_most_ninety_days() {
    let verifier = Verifier::new().await;
    let fixture = &verifier.world.fixture;
    let test_account = fixture.test_account(fixture.account).await;
    let nobody = AccountId(Uuid::from_u128(42));
    for (account, lifetime, expected) in [
        (
            fixture.account,
            Duration::from_millis(999),
            "a reviewer number lasts a second at least and 90 days at most",
        ),
        (
            fixture.account,
            MAX_LIFETIME + Duration::from_millis(1),
            "a reviewer number lasts a second at least and 90 days at most",
        ),
        (nobody, LIFETIME, "no account has that id"),
        (
            test_account,
            LIFETIME,
            "a test account has no reviewer numbers; name the account that it belongs to",
        ),
    ] {
        let refused = verifier.add_reviewer(account, lifetime).await;
        assert_eq!(refused.expect_err("refused").to_string(), expected);
    }
    let longest = verifier.add_reviewer(fixture.account, MAX_LIFETIME).await;
    longest.expect("added");
    let listed = verifier.reviewers().list(fixture.account).await;
    let listed = listed.expect("listed");
    assert_eq!(
        listed
            .iter()
            .map(|number| (number.to.as_str(), number.created_at, number.expires_at))
            .collect::<Vec<_>>(),
        [(recipient(1).e164(), START, START + MAX_LIFETIME)]
    );
    assert_eq!(
        verifier
            .reviewers()
            .list(test_account)
            .await
            .map(|_| ())
            .expect_err("refused")
            .to_string(),
        "a test account has no reviewer numbers; name the account that it belongs to"
    );
}
