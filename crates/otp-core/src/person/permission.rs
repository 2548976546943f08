//! Permissions: what a role may do. There is no other place that decides it.

use super::AccountRole;
use super::staff::StaffRole;

/// Something that a person does in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountAction {
    /// To look at everything but secrets.
    Look,
    /// To create, replace and revoke API keys.
    ManageKeys,
    /// To create, change and remove webhook endpoints, and to make deliveries again.
    ManageWebhooks,
    /// To order plans, and to withdraw orders.
    Order,
    /// To invite people to the team, to give roles, and to remove people.
    ManageTeam,
    /// To choose what is mailed to the account.
    ManageNotices,
}

impl AccountAction {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Look,
        Self::ManageKeys,
        Self::ManageWebhooks,
        Self::Order,
        Self::ManageTeam,
        Self::ManageNotices,
    ];
}

/// Returns whether a role in an account allows an action there.
pub const fn allowed(role: AccountRole, action: AccountAction) -> bool {
    match action {
        AccountAction::Look => true,
        AccountAction::ManageKeys | AccountAction::ManageWebhooks => match role {
            AccountRole::Owner | AccountRole::Developer => true,
            AccountRole::Billing | AccountRole::Viewer => false,
        },
        AccountAction::Order => match role {
            AccountRole::Owner | AccountRole::Billing => true,
            AccountRole::Developer | AccountRole::Viewer => false,
        },
        AccountAction::ManageTeam | AccountAction::ManageNotices => match role {
            AccountRole::Owner => true,
            AccountRole::Developer | AccountRole::Billing | AccountRole::Viewer => false,
        },
    }
}

/// Returns whether a program with an API key of the account may do this by the API. It cannot give itself another key, or
/// invite anybody, so whoever stole one is out once it is revoked.
pub const fn key_allowed(action: AccountAction) -> bool {
    match action {
        AccountAction::Look | AccountAction::ManageWebhooks => true,
        AccountAction::ManageKeys
        | AccountAction::Order
        | AccountAction::ManageTeam
        | AccountAction::ManageNotices => false,
    }
}

/// Something that the operator's staff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffAction {
    /// To look at the orders of all accounts, without the contact of a customer.
    LookAtOrders,
    /// To see how to reach a customer, to note that it was done, and to decline an order.
    HandleOrders,
    /// To activate an order, which grants credits.
    ActivateOrders,
    /// To look at the audit trail.
    LookAtAudit,
    /// To look at who is staff.
    LookAtStaff,
    /// To invite staff, and to give and take roles.
    ManageStaff,
    /// To look at plans and prices.
    LookAtPlans,
    /// To look at the accounts, without the contact of anybody.
    LookAtAccounts,
    /// To look at the senders of all accounts.
    LookAtSenders,
    /// To create accounts, to change what applies to one, and to let a person sign in again who lost the second factor.
    ManageAccounts,
    /// To grant credits without an order, and to take them back.
    GrantCredits,
    /// To set plans and prices.
    ManagePlans,
    /// To add, stop and remove senders, and to change their access tokens and templates.
    ManageSenders,
}

impl StaffAction {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 13] = [
        Self::LookAtOrders,
        Self::HandleOrders,
        Self::ActivateOrders,
        Self::LookAtAudit,
        Self::LookAtStaff,
        Self::ManageStaff,
        Self::LookAtPlans,
        Self::LookAtAccounts,
        Self::LookAtSenders,
        Self::ManageAccounts,
        Self::GrantCredits,
        Self::ManagePlans,
        Self::ManageSenders,
    ];
}

/// Returns whether a role of the staff allows an action.
pub const fn staff_allowed(role: StaffRole, action: StaffAction) -> bool {
    use StaffRole::{Admin, Auditor, Finance, Support};
    match action {
        StaffAction::LookAtOrders
        | StaffAction::LookAtPlans
        | StaffAction::LookAtAccounts
        | StaffAction::LookAtSenders => true,
        StaffAction::HandleOrders => matches!(role, Admin | Support | Finance),
        StaffAction::ActivateOrders | StaffAction::GrantCredits | StaffAction::ManagePlans => {
            matches!(role, Admin | Finance)
        }
        StaffAction::LookAtAudit | StaffAction::LookAtStaff => matches!(role, Admin | Auditor),
        StaffAction::ManageStaff | StaffAction::ManageAccounts | StaffAction::ManageSenders => {
            matches!(role, Admin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_says() {
        // To look; keys; webhook endpoints; orders; the team; notices.
        for (role, expected) in [
            (AccountRole::Owner, [true, true, true, true, true, true]),
            (
                AccountRole::Developer,
                [true, true, true, false, false, false],
            ),
            (
                AccountRole::Billing,
                [true, false, false, true, false, false],
            ),
            (
                AccountRole::Viewer,
                [true, false, false, false, false, false],
            ),
        ] {
            let found = AccountAction::ALL.map(|action| allowed(role, action));
            assert_eq!(found, expected, "{role:?}");
        }
    }

    #[test]
    fn a_key_may_look_and_manage_webhook_endpoints() {
        let found = AccountAction::ALL.map(key_allowed);
        assert_eq!(found, [true, false, true, false, false, false]);
    }

    #[test]
    fn each_role_of_the_staff_may_do_what_the_table_says() {
        use StaffAction::*;
        for (role, expected) in [
            (StaffRole::Admin, StaffAction::ALL.to_vec()),
            (
                StaffRole::Support,
                vec![
                    LookAtOrders,
                    HandleOrders,
                    LookAtPlans,
                    LookAtAccounts,
                    LookAtSenders,
                ],
            ),
            (
                StaffRole::Finance,
                vec![
                    LookAtOrders,
                    HandleOrders,
                    ActivateOrders,
                    LookAtPlans,
                    LookAtAccounts,
                    LookAtSenders,
                    GrantCredits,
                    ManagePlans,
                ],
            ),
            (
                StaffRole::Auditor,
                vec![
                    LookAtOrders,
                    LookAtAudit,
                    LookAtStaff,
                    LookAtPlans,
                    LookAtAccounts,
                    LookAtSenders,
                ],
            ),
        ] {
            let found = StaffAction::ALL.into_iter();
            let found: Vec<_> = found
                .filter(|action| staff_allowed(role, *action))
                .collect();
            assert_eq!(found, expected, "{role:?}");
        }
    }
}
