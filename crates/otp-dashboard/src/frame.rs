//! Frame: the part around the pages of a person who is signed in, with the navigation.

use otp_core::person::AccountRole;
use otp_core::person::permission::{StaffAction, staff_allowed};
use otp_core::person::staff::StaffRole;

/// The part around the pages of a person who is signed in. It is beside [`Page`](crate::page::Page), in each of them.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The person's name, as typed.
    pub(crate) name: String,
    /// The company of the account, as typed; `None` for a person without an account.
    pub(crate) company: Option<String>,
    /// Whether the person may look at another account.
    pub(crate) has_others: bool,
    /// The role in which the person acts as staff, if they do.
    pub(crate) staff: Option<StaffRole>,
    /// The token of the session's forms.
    pub(crate) form_token: String,
    /// The page that is shown.
    pub(crate) place: Place,
}

impl Frame {
    /// Returns a frame for the states of a page: that of an account holder, or of an admin.
    pub(crate) fn sample(place: Place) -> Self {
        let (name, company, staff) = match place.area() {
            Area::Account => ("Sara Al-Harbi", Some("Noor Retail".to_owned()), None),
            Area::Staff => ("Karim Haddad", None, Some(StaffRole::Admin)),
        };
        Self {
            name: name.to_owned(),
            company,
            has_others: false,
            staff,
            form_token: "c2Vzc2lvbi10b2tlbg".to_owned(),
            place,
        }
    }

    /// Returns the places of the navigation, in order.
    pub(crate) fn places(&self) -> Vec<Place> {
        let all = Place::ALL.iter().copied();
        let here = all.filter(|place| place.area() == self.place.area());
        here.filter(|place| self.reaches(*place)).collect()
    }

    fn reaches(&self, place: Place) -> bool {
        let Some(action) = place.asks() else {
            return self.company.is_some() || place == Place::Settings;
        };
        self.staff.is_some_and(|role| staff_allowed(role, action))
    }

    /// Returns whether this place is shown.
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        self.place == *place
    }

    /// Returns the role of the person, if it is a page of staff.
    pub(crate) fn shown_role(&self) -> Option<StaffRole> {
        self.staff.filter(|_| self.place.area() == Area::Staff)
    }

    /// Returns the first page of this part of the pages.
    pub(crate) fn home(&self) -> &'static str {
        self.place.area().home()
    }

    /// Returns the path and the key of the name of the other part of the pages, if the person has one.
    pub(crate) fn other_area(&self) -> Option<(&'static str, &'static str)> {
        match self.place.area() {
            Area::Account => self.staff.map(|_| (Area::Staff.home(), "area-staff")),
            Area::Staff => {
                let account = self.company.as_ref();
                account.map(|_| (Area::Account.home(), "area-account"))
            }
        }
    }
}

/// A part of the pages, with a navigation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// The pages of an account.
    Account,
    /// The pages of the operator's staff.
    Staff,
}

impl Area {
    const fn home(self) -> &'static str {
        match self {
            Self::Account => crate::paths::HOME,
            Self::Staff => crate::paths::STAFF,
        }
    }
}

/// A page that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The account at a glance.
    Overview,
    /// The messages of the account.
    Messages,
    /// The verifications of the account.
    Verifications,
    /// How far the messages of the account got.
    Insights,
    /// The API keys of the account.
    Keys,
    /// The webhook endpoints of the account.
    Webhooks,
    /// The messages of the account's test keys.
    TestInbox,
    /// The subscriptions and orders of the account.
    Subscriptions,
    /// Every change of the account's balance.
    Credits,
    /// The team of the account.
    Team,
    /// The accounts of the person. The navigation does not lead there: few people have several.
    Accounts,
    /// The person's own settings.
    Settings,
    /// The orders of all accounts.
    Orders,
    /// The accounts of all customers.
    CustomerAccounts,
    /// The plans that customers order.
    Plans,
    /// The prices of messages.
    Prices,
    /// The audit trail.
    Audit,
    /// The list of staff.
    Staff,
}

impl Place {
    /// All places, in the order of the navigation.
    pub(crate) const ALL: &[Self] = &[
        Self::Overview,
        Self::Messages,
        Self::Verifications,
        Self::Insights,
        Self::Keys,
        Self::Webhooks,
        Self::TestInbox,
        Self::Subscriptions,
        Self::Credits,
        Self::Team,
        Self::Settings,
        Self::Orders,
        Self::CustomerAccounts,
        Self::Plans,
        Self::Prices,
        Self::Audit,
        Self::Staff,
    ];

    /// Returns its path, the key of its name, and its icon.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Overview => ("/dashboard", "place-overview", "layout-dashboard"),
            Self::Messages => ("/dashboard/messages", "place-messages", "message-square"),
            Self::Verifications => (
                "/dashboard/verifications",
                "place-verifications",
                "shield-check",
            ),
            Self::Insights => ("/dashboard/insights", "place-insights", "chart-column"),
            Self::Keys => ("/dashboard/keys", "place-keys", "key-round"),
            Self::Webhooks => ("/dashboard/webhooks", "place-webhooks", "webhook"),
            Self::TestInbox => ("/dashboard/test-inbox", "place-test-inbox", "inbox"),
            Self::Subscriptions => ("/dashboard/subscriptions", "place-subscriptions", "package"),
            Self::Credits => ("/dashboard/credits", "place-credits", "wallet"),
            Self::Team => ("/dashboard/team", "place-team", "users"),
            Self::Accounts => ("/dashboard/accounts", "place-accounts", "users"),
            Self::Settings => ("/dashboard/settings", "place-settings", "settings"),
            Self::Orders => ("/admin/orders", "place-orders", "inbox"),
            Self::CustomerAccounts => ("/admin/accounts", "place-customer-accounts", "users"),
            Self::Plans => ("/admin/plans", "place-plans", "package"),
            Self::Prices => ("/admin/prices", "place-prices", "wallet"),
            Self::Audit => ("/admin/audit", "place-audit", "book-open"),
            Self::Staff => ("/admin/people", "place-staff", "lock"),
        }
    }

    const fn area(self) -> Area {
        match self {
            Self::Overview
            | Self::Messages
            | Self::Verifications
            | Self::Insights
            | Self::Keys
            | Self::Team
            | Self::Accounts
            | Self::Settings
            | Self::Webhooks
            | Self::TestInbox
            | Self::Subscriptions
            | Self::Credits => Area::Account,
            Self::Orders
            | Self::CustomerAccounts
            | Self::Plans
            | Self::Prices
            | Self::Audit
            | Self::Staff => Area::Staff,
        }
    }

    /// Returns the action that a role of the staff has to allow.
    const fn asks(self) -> Option<StaffAction> {
        match self {
            Self::Overview
            | Self::Messages
            | Self::Verifications
            | Self::Insights
            | Self::Keys
            | Self::Team
            | Self::Accounts
            | Self::Settings
            | Self::Webhooks
            | Self::TestInbox
            | Self::Subscriptions
            | Self::Credits => None,
            Self::Orders => Some(StaffAction::LookAtOrders),
            Self::CustomerAccounts => Some(StaffAction::LookAtAccounts),
            Self::Plans | Self::Prices => Some(StaffAction::LookAtPlans),
            Self::Audit => Some(StaffAction::LookAtAudit),
            Self::Staff => Some(StaffAction::LookAtStaff),
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        self.row().0
    }

    pub(crate) const fn key(self) -> &'static str {
        self.row().1
    }

    pub(crate) const fn icon(self) -> &'static str {
        self.row().2
    }
}

/// Returns the key of the words for a role in an account.
pub(crate) const fn account_role_key(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Owner => "role-owner",
        AccountRole::Developer => "role-developer",
        AccountRole::Billing => "role-billing",
        AccountRole::Viewer => "role-viewer",
    }
}

/// Returns the key of the words for a role of the staff.
pub(crate) const fn role_key(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Admin => "role-admin",
        StaffRole::Support => "role-support",
        StaffRole::Finance => "role-finance",
        StaffRole::Auditor => "role-auditor",
    }
}
