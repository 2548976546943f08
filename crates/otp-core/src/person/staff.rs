//! Staff: the people of the gateway's operator, and what may change among them.

use crate::ids::PersonId;
use crate::time::Timestamp;

/// The role of a person of the operator's staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffRole {
    /// Everything, and who else is staff.
    Admin,
    /// To help customers.
    Support,
    /// Orders and credits.
    Finance,
    /// To look, and to change nothing.
    Auditor,
}

impl StaffRole {
    /// Every role, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Support, Self::Finance, Self::Auditor];

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Admin => 0,
            Self::Support => 1,
            Self::Finance => 2,
            Self::Auditor => 3,
        }
    }

    /// Returns the name that is shown and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Support => "support",
            Self::Finance => "finance",
            Self::Auditor => "auditor",
        }
    }

    /// Returns the role of a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Returns the role of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A person of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffMember {
    /// The person.
    pub person_id: PersonId,
    /// The role.
    pub role: StaffRole,
    /// The time from which they have it.
    pub since: Timestamp,
}

/// A change among the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffChange {
    /// A person gets a role, instead of the one they had, if any.
    Give(StaffMember),
    /// A person is no longer staff.
    Remove(PersonId),
}

/// The reason a change among the staff is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffRefusal {
    /// The person is not staff.
    #[error("this person is not staff")]
    NotStaff,
    /// Nobody could give roles any more.
    #[error("the last admin stays: make another person admin first")]
    LastAdmin,
}

impl StaffChange {
    /// Returns the person whom the change is about.
    pub const fn person_id(&self) -> PersonId {
        match self {
            Self::Give(member) => member.person_id,
            Self::Remove(person_id) => *person_id,
        }
    }

    /// Judges the change against everybody who is staff now.
    pub fn judge(&self, staff: &[StaffMember]) -> Result<(), StaffRefusal> {
        let person = self.person_id();
        let is_staff = staff.iter().any(|member| member.person_id == person);
        let is_admin = |member: &&StaffMember| member.role == StaffRole::Admin;
        let has_admin = staff.iter().any(|member| is_admin(&member));
        let others = staff.iter().filter(|member| member.person_id != person);
        let stays = others.filter(is_admin).count() > 0
            || matches!(self, Self::Give(member) if member.role == StaffRole::Admin);
        match self {
            Self::Remove(_) if !is_staff => Err(StaffRefusal::NotStaff),
            Self::Give(_) | Self::Remove(_) if has_admin && !stays => Err(StaffRefusal::LastAdmin),
            Self::Give(_) | Self::Remove(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn member(number: u128, role: StaffRole) -> StaffMember {
        StaffMember {
            person_id: PersonId(Uuid::from_u128(number)),
            role,
            since: Timestamp::from_unix_millis(1_764_000_000_000),
        }
    }

    fn remove(number: u128) -> StaffChange {
        StaffChange::Remove(PersonId(Uuid::from_u128(number)))
    }

    #[test]
    fn a_stored_role_reads_back() {
        for role in StaffRole::ALL {
            assert_eq!(StaffRole::from_code(role.code()), Some(role));
            assert_eq!(StaffRole::parse(role.as_str()), Some(role));
        }
        assert_eq!(StaffRole::from_code(4), None);
    }

    #[test]
    fn the_last_admin_stays() {
        use StaffRole::{Admin, Auditor, Finance, Support};
        let one = [member(1, Admin), member(2, Finance)];
        let two = [member(1, Admin), member(2, Admin)];
        let none = [member(2, Finance)];
        let give = |number, role| StaffChange::Give(member(number, role));
        for (staff, change, expected) in [
            (&one[..], remove(1), Err(StaffRefusal::LastAdmin)),
            (&one, give(1, Support), Err(StaffRefusal::LastAdmin)),
            (&one, give(1, Admin), Ok(())),
            (&one, remove(2), Ok(())),
            (&one, give(2, Auditor), Ok(())),
            (&one, remove(3), Err(StaffRefusal::NotStaff)),
            (&two, remove(1), Ok(())),
            (&two, give(2, Finance), Ok(())),
            (&[], give(1, Auditor), Ok(())),
            (&none, remove(2), Ok(())),
        ] {
            assert_eq!(change.judge(staff), expected, "{change:?}");
        }
    }

    fn changes() -> impl Strategy<Value = Vec<StaffChange>> {
        let change = (0..4_u128, 0..5_i16).prop_map(|(number, code)| {
            let role = StaffRole::from_code(code);
            role.map_or(remove(number), |role| {
                StaffChange::Give(member(number, role))
            })
        });
        proptest::collection::vec(change, 0..40)
    }

    proptest! {
        /// Once there is an admin, there always is one.
        #[test]
        fn no_row_of_changes_leaves_the_staff_without_an_admin(changes in changes()) {
            let mut staff = vec![member(0, StaffRole::Admin)];
            for change in changes {
                if change.judge(&staff).is_ok() {
                    staff.retain(|member| member.person_id != change.person_id());
                    if let StaffChange::Give(member) = change {
                        staff.push(member);
                    }
                }
                prop_assert!(staff.iter().any(|member| member.role == StaffRole::Admin));
            }
        }
    }
}
