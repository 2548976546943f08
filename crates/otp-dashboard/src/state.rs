//! The use cases behind the pages.

use otp_core::usecases::end_sessions::EndSessions;
use otp_core::usecases::reset_password::ResetPassword;
use otp_core::usecases::resume_session::ResumeSession;
use otp_core::usecases::show_overview::ShowOverview;
use otp_core::usecases::sign_in::SignIn;
use otp_core::usecases::sign_up::SignUp;
use otp_edge::UseCaseRunner;

/// The use cases that the pages call, and what runs them.
#[derive(Clone)]
pub struct DashboardState {
    /// Signs people up.
    pub sign_up: SignUp,
    /// Signs people in.
    pub sign_in: SignIn,
    /// Sets new passwords.
    pub reset_password: ResetPassword,
    /// Finds the person behind a request.
    pub resume_session: ResumeSession,
    /// Shows the overview of an account.
    pub show_overview: ShowOverview,
    /// Signs people out.
    pub end_sessions: EndSessions,
    /// Runs them to their end.
    pub runner: UseCaseRunner,
}
