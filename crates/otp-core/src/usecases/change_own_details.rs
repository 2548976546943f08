//! Change own details: a person changes their name, and the language of their mails.

use std::sync::Arc;

use crate::account::ContactLine;
use crate::person::Person;
use crate::ports::{Persons, PortError, Randomness};
use crate::sealing::InstallationSealer;
use crate::ui_language::UiLanguage;
use crate::usecases::resume_session::Viewer;

/// Changes the details of people.
#[derive(Clone)]
pub struct ChangeOwnDetails {
    /// Stores them.
    pub persons: Arc<dyn Persons>,
    /// Seals the name.
    pub installation: Arc<InstallationSealer>,
    /// Generates the nonce.
    pub randomness: Arc<dyn Randomness>,
}

impl ChangeOwnDetails {
    /// Changes the name and the language; returns `false` if the person does not exist any more.
    pub async fn execute(
        &self,
        viewer: &Viewer,
        name: &ContactLine,
        language: UiLanguage,
    ) -> Result<bool, PortError> {
        let id = viewer.person.id;
        let sealing = (&*self.installation, &*self.randomness);
        let name = Person::seal_name(id, name, sealing);
        self.persons.set_details(id, &name, language).await
    }
}
