//! A choice of a role: in a list beside a person, or for one who is invited.

use otp_core::person::AccountRole;
use otp_core::person::staff::StaffRole;

use crate::markup::Markup;
use crate::page::Page;

/// A role to choose.
pub(crate) struct RoleChoice {
    /// The value that the form sends.
    pub(crate) value: &'static str,
    pub(crate) name: Markup,
    /// The words that say what the role is for.
    pub(crate) about: Markup,
    pub(crate) is_chosen: bool,
}

impl RoleChoice {
    /// Returns the roles in an account.
    pub(crate) fn in_account(page: &Page, chosen: AccountRole) -> [Self; 4] {
        AccountRole::ALL.map(|role| Self {
            value: role.as_str(),
            name: page.account_role(&role),
            about: page.account_role_about(&role),
            is_chosen: role == chosen,
        })
    }

    /// Returns the roles of the staff.
    pub(crate) fn of_staff(page: &Page, chosen: StaffRole) -> [Self; 4] {
        StaffRole::ALL.map(|role| Self {
            value: role.as_str(),
            name: page.role(&role),
            about: page.role_about(&role),
            is_chosen: role == chosen,
        })
    }
}
