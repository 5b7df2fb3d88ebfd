//! Export and import.

use http::Method;
use node::RequestId;
use serde::Deserialize;

use super::core::Core;
use super::requests::{Ask, Outcome, Purpose};
use super::surfaces::read_database;
use super::task::Task;
use super::turn::Turn;
use crate::database::protocol::READ;
use crate::store::cache::Store;
use crate::store::export::ExportFile;
use crate::store::import::Import;
use crate::store::object::PoolName;
use crate::web::reply::{self, Refusal};

/// What an administrator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    /// Whose groups; the pool's own unless said otherwise.
    #[serde(default)]
    owner: Option<PoolName>,
    /// Whether what is exported is removed.
    #[serde(default)]
    remove: bool,
}

impl Core {
    /// Exports what this pool keeps of an owner's groups.
    pub(super) fn export(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: Export,
    ) -> Result<(), Refusal> {
        let owner = asked.owner.unwrap_or_else(|| self.here().clone());
        if asked.remove {
            self.expect_loaded()?;
            let file = Box::new(None);
            let task = Task::Remove {
                owner,
                file,
                client,
            };
            self.enqueue(turn, task);
            return Ok(());
        }
        let ask = Ask {
            to: self.config.database,
            method: Method::GET,
            path: READ,
            body: &(),
            timeout: self.config.timing.database,
        };
        self.ask(turn, Purpose::Export(client, owner), &ask);
        Ok(())
    }

    /// Answers an export with what the database holds.
    pub(super) fn exported(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        owner: &PoolName,
        outcome: Outcome,
    ) {
        let response = match read_database(self.here(), outcome) {
            Ok(store) => match self.expect_known(owner, &store) {
                Ok(()) => reply::ok(&ExportFile::of(self.here(), owner, &store)),
                Err(refusal) => refusal.response(),
            },
            Err(refusal) => refusal.response(),
        };
        turn.respond(client, response);
    }

    /// That there is such a pool: this one, its partner, or one that something kept here belongs
    /// to. An export of a misspelt pool's groups would hold nothing, and pass for a backup.
    pub(super) fn expect_known(&self, owner: &PoolName, store: &Store) -> Result<(), Refusal> {
        let is_partner = || {
            let partner = self.config.partner.as_ref();
            partner.is_some_and(|partner| partner.name == *owner)
        };
        let owns_something = || store.objects().any(|object| object.owner == *owner);
        if owner == self.here() || is_partner() || owns_something() {
            return Ok(());
        }
        Err(Refusal::unknown(format!("there is no pool `{owner}`")))
    }

    /// Imports a file.
    pub(super) fn import(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        import: Import,
    ) -> Result<(), Refusal> {
        self.expect_loaded()?;
        let task = Task::Import {
            import: Box::new(import),
            imported: 0,
            client,
        };
        self.enqueue(turn, task);
        Ok(())
    }
}
