//! The paths that pages lead to, and the way back to a page.

/// The page of sign-in.
pub(crate) const SIGN_IN: &str = "/sign-in";

/// The page that asks for the second factor at sign-in.
pub(crate) const CODE: &str = "/sign-in/code";

/// The first page of a person who is signed in, and the beginning of the paths of all others.
pub(crate) const HOME: &str = "/dashboard";

/// The first page of staff, and the beginning of the paths of all others.
pub(crate) const STAFF: &str = "/admin";

/// The list of staff.
pub(crate) const STAFF_LIST: &str = "/admin/people";

/// The page that turns on the second factor.
pub(crate) const SECOND_FACTOR: &str = "/dashboard/settings/second-factor";

/// The page that asks for another proof of the person.
pub(crate) const PROVE: &str = "/dashboard/prove";

/// The list of API keys.
pub(crate) const KEYS: &str = "/dashboard/keys";

/// The list of webhook endpoints.
pub(crate) const WEBHOOKS: &str = "/dashboard/webhooks";

/// The team of the account.
pub(crate) const TEAM: &str = "/dashboard/team";

/// The accounts of the person.
pub(crate) const ACCOUNTS: &str = "/dashboard/accounts";

/// The person's own settings.
pub(crate) const SETTINGS: &str = "/dashboard/settings";
pub(crate) const NOTICES: &str = "/dashboard/settings/notices";

/// Returns the address of a page that leads on to another one afterwards.
pub(crate) fn before(path: &str, next: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("{path}?{}", query.append_pair("next", next).finish())
}

/// Returns the page to go on with: one for people who are signed in, on this site, or else the first of them.
pub(crate) fn local(next: &str) -> &str {
    let mut below = [HOME, STAFF]
        .into_iter()
        .filter_map(|path| next.strip_prefix(path));
    let is_local = below.any(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let is_plain = next
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_local && is_plain { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_a_page_of_this_site_and_to_no_other() {
        for next in [
            "/dashboard",
            "/dashboard/keys?a=1",
            "/dashboard?lang=ar",
            "/admin/people",
        ] {
            assert_eq!(local(next), next);
        }
        for next in [
            "",
            "/",
            "/dashboards",
            "/administration",
            "/dashboard.evil.example",
            "//evil.example/dashboard",
            "/\\evil.example",
            "/dashboard\\..\\x",
            "/dashboard/\r\nset-cookie: a=b",
            "https://evil.example/dashboard",
            "/dashboard/é",
        ] {
            assert_eq!(local(next), HOME, "{next:?}");
        }
        assert_eq!(
            before(SIGN_IN, "/dashboard/keys?a=1"),
            "/sign-in?next=%2Fdashboard%2Fkeys%3Fa%3D1"
        );
    }
}
