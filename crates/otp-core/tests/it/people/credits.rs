//! The credits of a person's account.

use otp_core::usecases::show_own_credits::{LINES, ShowOwnCreditsError};

use super::orders::{activation, holder, placed, staff};
use super::*;

#[tokio::test]
async fn a_person_sees_each_change_of_the_balance_and_what_it_came_to() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let plan = gateway.plan("Standard").await;
    let credits = gateway.show_own_credits();
    let empty = credits.statement(&viewer, None).await.expect("shown");
    assert_eq!((empty.lines, empty.next), (vec![], None));
    for _ in 0..=LINES {
        let order = placed(&gateway, &viewer, plan.id).await;
        let handle = gateway.handle_orders();
        let activated = handle.activate(staff(), activation(order.id)).await;
        activated.expect("activated");
    }
    let first = credits.statement(&viewer, None).await.expect("shown");
    assert_eq!(first.lines.len(), LINES);
    assert_eq!(first.lines[0].balance, 1_000 * 21);
    let rest = credits.statement(&viewer, first.next).await.expect("shown");
    let balances: Vec<_> = rest.lines.iter().map(|line| line.balance).collect();
    assert_eq!((balances, rest.next), (vec![1_000], None));
    let exported = credits.export(&viewer).await.expect("exported");
    assert_eq!(exported, [first.lines, rest.lines].concat());
    assert_eq!(
        credits.subscriptions(&viewer).await.expect("listed").len(),
        21
    );

    let other = holder(&gateway, "huda@other.example").await;
    let of_other = credits.statement(&other, first.next).await.expect("shown");
    assert_eq!(of_other.lines, []);
    let mut of_no_account = viewer.clone();
    of_no_account.account = None;
    let refused = credits.export(&of_no_account).await;
    assert!(matches!(refused, Err(ShowOwnCreditsError::NotFound)));
}
