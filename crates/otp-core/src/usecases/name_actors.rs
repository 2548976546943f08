//! Name actors: finds the names of the people in entries of the audit trail, which has only their ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::account::ContactLine;
use crate::audit::Actor;
use crate::ids::PersonId;
use crate::ports::{Persons, PortError};
use crate::sealing::InstallationSealer;

/// Names actors.
#[derive(Clone)]
pub struct NameActors {
    /// Finds people.
    pub persons: Arc<dyn Persons>,
    /// Opens their names.
    pub installation: Arc<InstallationSealer>,
}

impl NameActors {
    /// Returns the names of those actors who are people. One whose data is erased, or does not open, has none.
    pub async fn execute<'a>(
        &self,
        actors: impl IntoIterator<Item = &'a Actor>,
    ) -> Result<BTreeMap<PersonId, ContactLine>, PortError> {
        let mut names = BTreeMap::new();
        let mut people: Vec<_> = actors.into_iter().filter_map(Actor::person).collect();
        people.sort_unstable();
        people.dedup();
        for id in people {
            let person = self.persons.find_person(id).await?;
            let details = person.and_then(|person| person.open(&self.installation).ok());
            names.extend(details.map(|details| (id, details.name)));
        }
        Ok(names)
    }
}
