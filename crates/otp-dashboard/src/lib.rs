//! The pages for people: layout, words, headers, guards, and one file for each page.
//!
//! - A page is a struct in a file of its own, with a template of the same name. It contains a [`Page`], which
//!   has what every page needs: the words in the reader's language, and the paths of the assets. A page for a person
//!   who is signed in also contains a `Frame`, with the navigation.
//! - [`Dashboard`] mounts the pages. Every request passes `guard` (no form of another site), `locale` (the
//!   reader's language) and the refusals of `error_page`; every page is sent by `answer` with its headers.
//! - [`gallery`] shows every page in every state, without a database.
//!
//! Pages are complete without a script. Rules are in `otp-core`; this crate reads forms and words answers.

mod address_page;
mod answer;
mod assets;
mod audit;
mod channel_words;
mod code_page;
mod confirm_order;
mod country_names;
mod credits;
mod csv;
mod curl;
mod dashboard;
mod error_page;
mod explain;
mod fields;
mod form;
mod form_token;
mod frame;
pub mod gallery;
mod guard;
mod guide;
mod home;
mod icons;
mod insights;
mod join;
mod keys;
mod link_page;
mod list_filter;
mod locale;
mod markup;
mod message_badge;
mod message_page;
mod messages;
mod notices;
mod order_page;
mod order_view;
mod overview;
mod own_accounts;
mod page;
mod password_page;
mod paths;
mod period;
mod proof_page;
mod prove_page;
mod purchase;
mod reset_password;
mod role_choice;
mod samples;
mod second_factor;
mod session_cookie;
mod settings;
mod share;
mod sign_in;
mod sign_out;
mod sign_up;
mod staff_account;
mod staff_accounts;
mod staff_home;
mod staff_list;
mod staff_order;
mod staff_orders;
mod staff_plans;
mod staff_prices;
mod state;
mod subscriptions;
mod team;
#[cfg(test)]
mod templates;
mod test_inbox;
mod took;
mod typed;
mod value;
mod verification_badge;
mod verification_page;
mod verifications;
mod visit;
mod webhooks;
mod words;

pub use dashboard::{Dashboard, DashboardOptions};
pub use guide::{GuideError, GuideFacts};
pub use link_page::path as sign_in_link_path;
pub use page::Page;
pub use state::DashboardState;
