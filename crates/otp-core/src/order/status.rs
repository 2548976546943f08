//! The status of an order, and the way to the person who placed it.

/// The status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// It waits for staff.
    Pending,
    /// Staff contacted the person.
    Contacted,
    /// A subscription was granted; final.
    Activated,
    /// Staff declined it; final.
    Declined,
    /// The account holder withdrew it; final.
    Withdrawn,
}

impl OrderStatus {
    /// All statuses, for tables and tests.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Contacted,
        Self::Activated,
        Self::Declined,
        Self::Withdrawn,
    ];

    /// Returns whether something can still happen to the order.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Contacted => true,
            Self::Activated | Self::Declined | Self::Withdrawn => false,
        }
    }

    /// Returns the name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Contacted => "Contacted",
            Self::Activated => "Activated",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Contacted => 1,
            Self::Activated => 2,
            Self::Declined => 3,
            Self::Withdrawn => 4,
        }
    }

    /// Returns the status of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// The way in which a person wants to be contacted about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactWay {
    /// By a message over WhatsApp to the number of the account.
    WhatsApp,
    /// By a mail to the address of the account.
    Email,
}

impl ContactWay {
    /// Both ways, for tables and tests.
    pub const ALL: [Self; 2] = [Self::WhatsApp, Self::Email];

    /// Returns the name in forms and listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Email => "email",
        }
    }

    /// Returns the way with this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::WhatsApp => 0,
            Self::Email => 1,
        }
    }

    /// Returns the way of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}
