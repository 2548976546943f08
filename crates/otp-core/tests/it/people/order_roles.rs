//! The roles of the staff that handles orders.

use otp_core::order::DeclineReason;
use otp_core::page::PageSize;
use otp_core::person::staff::StaffRole;
use otp_core::usecases::handle_orders::{HandleOrdersError, OrderFilter};
use otp_core::usecases::resume_session::ViewerStaff;
use otp_core::usecases::staff_actor::StaffActor;

use super::orders::{activation, holder, placed};
use super::*;

#[tokio::test]
async fn each_role_of_the_staff_does_what_it_may() {
    use StaffRole::{Admin, Auditor, Finance, Support};
    let gateway = Gateway::new().await;
    let holder = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let handle = gateway.handle_orders();
    // To look, to reveal the contact, to note it, to decline, to activate.
    for (role, expected) in [
        (Some(Admin), [true, true, true, true, true]),
        (Some(Finance), [true, true, true, true, true]),
        (Some(Support), [true, true, true, true, false]),
        (Some(Auditor), [true, false, false, false, false]),
        (None, [false; 5]),
    ] {
        let mut viewer = holder.clone();
        viewer.staff = role.map(|role| ViewerStaff {
            role,
            has_second_factor: true,
        });
        let by = || StaffActor::Viewer(&viewer);
        let order = placed(&gateway, &holder, plan.id).await.id;
        let reason = DeclineReason::parse("No reply").expect("a reason");
        let declined = placed(&gateway, &holder, plan.id).await.id;
        let size = PageSize::default();
        let listed = handle.list(by(), OrderFilter::Waiting, size).await;
        let done = [
            handle.show(by(), order).await.map(|_| ()),
            handle.reveal_contact(by(), order).await.map(|_| ()),
            handle.note_contact(by(), order).await.map(|_| ()),
            handle.decline(by(), declined, reason).await.map(|_| ()),
            handle.activate(by(), activation(order)).await.map(|_| ()),
        ];
        assert_eq!(listed.is_ok(), expected[0], "{role:?}");
        for done in &done {
            let refused = matches!(done, Err(HandleOrdersError::Forbidden));
            assert_ne!(done.is_ok(), refused, "{role:?}: {done:?}");
        }
        assert_eq!(done.map(|done| done.is_ok()), expected, "{role:?}");
        for open in [order, declined] {
            // Room for the next round.
            let _ = gateway.manage_own_orders().withdraw(&holder, open).await;
        }
    }
    let mut without_factor = holder.clone();
    without_factor.staff = Some(ViewerStaff {
        role: Admin,
        has_second_factor: false,
    });
    let by = StaffActor::Viewer(&without_factor);
    let listed = handle
        .list(by, OrderFilter::Waiting, PageSize::default())
        .await;
    assert!(matches!(listed, Err(HandleOrdersError::Forbidden)));
}
