//! Permissions: what a role may do in an account. There is no other place that decides it.

use super::AccountRole;

/// Something that a person does in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountAction {
    /// To look at everything but secrets.
    Look,
    /// To create, replace and revoke API keys.
    ManageKeys,
}

impl AccountAction {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Look, Self::ManageKeys];
}

/// Returns whether a role allows an action.
pub const fn allowed(role: AccountRole, action: AccountAction) -> bool {
    match action {
        AccountAction::Look => true,
        AccountAction::ManageKeys => match role {
            AccountRole::Owner | AccountRole::Developer => true,
            AccountRole::Billing | AccountRole::Viewer => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_says() {
        for (role, expected) in [
            (AccountRole::Owner, [true, true]),
            (AccountRole::Developer, [true, true]),
            (AccountRole::Billing, [true, false]),
            (AccountRole::Viewer, [true, false]),
        ] {
            let found = AccountAction::ALL.map(|action| allowed(role, action));
            assert_eq!(found, expected, "{role:?}");
        }
    }
}
