//! Frame: the part around the pages of a person who is signed in, with the navigation.

/// The part around the pages of a person who is signed in. It is beside [`Page`](crate::page::Page), in each of them.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The person's name, as typed.
    pub(crate) name: String,
    /// The company of the account, as typed.
    pub(crate) company: String,
    /// The token of the session's forms.
    pub(crate) form_token: String,
    /// The page that is shown.
    pub(crate) place: Place,
}

impl Frame {
    /// Returns a frame for the states of a page.
    pub(crate) fn sample(place: Place) -> Self {
        Self {
            name: "Sara Al-Harbi".to_owned(),
            company: "Noor Retail".to_owned(),
            form_token: "c2Vzc2lvbi10b2tlbg".to_owned(),
            place,
        }
    }

    /// The places of the navigation, in order.
    pub(crate) const fn places(&self) -> &'static [Place] {
        Place::ALL
    }

    /// Returns whether this place is shown.
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        self.place == *place
    }
}

/// A page that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The account at a glance.
    Overview,
    /// The API keys of the account.
    Keys,
    /// The person's own settings.
    Settings,
}

impl Place {
    /// All places, in the order of the navigation.
    pub(crate) const ALL: &[Self] = &[Self::Overview, Self::Keys, Self::Settings];

    /// Returns its path, the key of its name, and its icon.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Overview => ("/dashboard", "place-overview", "layout-dashboard"),
            Self::Keys => ("/dashboard/keys", "place-keys", "key-round"),
            Self::Settings => ("/dashboard/settings", "place-settings", "settings"),
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
