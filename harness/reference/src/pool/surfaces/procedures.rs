//! Export and import.

use http::Method;
use node::RequestId;
use serde::Deserialize;

use super::management::read_database;
use super::state::{Next, Pending, Surfaces, View};
use super::update::Update;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::http_client::{HttpRequest, Outcome};
use crate::pool::turn::Turn;
use crate::protocol::READ;
use crate::store::cache::Store;
use crate::store::entry::Change;
use crate::store::export::ExportFile;
use crate::store::import::{Destination, Import, ImportError, Plan, Touched};
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

impl Surfaces {
    /// Exports what this pool keeps of an owner's groups.
    pub(super) fn export(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        asked: Export,
    ) -> Result<Next, Refusal> {
        let owner = asked.owner.unwrap_or_else(|| self.config.name.clone());
        if asked.remove {
            view.storage.expect_loaded()?;
            return Ok(Next::Update(Update::Remove {
                owner,
                file: Box::new(None),
                client,
            }));
        }
        let id = turn.request(&HttpRequest {
            to: self.config.database,
            method: Method::GET,
            path: READ,
            body: &(),
            timeout: self.config.timing.database,
        });
        self.pending.insert(id, Pending::Export(client, owner));
        Ok(Next::Nothing)
    }

    /// Answers an export with what the database holds.
    pub(super) fn exported(
        &self,
        turn: &mut Turn<'_>,
        client: RequestId,
        owner: &PoolName,
        outcome: Outcome,
    ) {
        let here = &self.config.name;
        let file = read_database(here, outcome).and_then(|store| {
            expect_known(&self.config, owner, &store)?;
            Ok(ExportFile::of(here, owner, &store))
        });
        let response = match file {
            Ok(file) => reply::ok(&file),
            Err(refusal) => refusal.response(),
        };
        turn.respond(client, response);
    }

    /// What the removal of an owner's groups changes, and their export.
    pub(super) fn removed(
        &self,
        view: View<'_>,
        owner: &PoolName,
    ) -> Result<(ExportFile, Vec<Change>), Refusal> {
        let store = view.storage.store();
        expect_known(&self.config, owner, store)?;
        if *owner == self.config.name {
            view.serving.expect_open(view.storage)?;
        }
        let file = ExportFile::of(&self.config.name, owner, store);
        let owned = store.objects().filter(|object| object.owner == *owner);
        let changes = owned.flat_map(|object| store.removal(object)).collect();
        Ok((file, changes))
    }

    /// Imports a file.
    pub(super) fn import(
        &self,
        view: View<'_>,
        client: RequestId,
        import: Import,
    ) -> Result<Next, Refusal> {
        view.storage.expect_loaded()?;
        Ok(Next::Update(Update::Import {
            import: Box::new(import),
            imported: 0,
            client,
        }))
    }

    /// What an import changes.
    pub(super) fn planned_import(&self, view: View<'_>, import: &Import) -> Result<Plan, Refusal> {
        let store = view.storage.store();
        let destination = Destination {
            store,
            here: &self.config.name,
            partner: self.config.partner_name(),
        };
        let mut import = import.clone();
        import.overwrite_owner |= self.config.has(Mutant::ImportOverwritesOwner);
        let mut plan = import.plan(destination).map_err(refused)?;
        if self.config.has(Mutant::ImportOverwritesEverything) {
            let removals = store.objects().flat_map(|object| store.removal(object));
            plan.changes.splice(0..0, removals);
        }
        if plan.touches == Touched::Own {
            view.serving.expect_open(view.storage)?;
        }
        Ok(plan)
    }
}

/// That there is such a pool: this one, its partner, or one that something kept here belongs to.
/// An export of a misspelt pool's groups would hold nothing, and pass for a backup.
fn expect_known(config: &PoolConfig, owner: &PoolName, store: &Store) -> Result<(), Refusal> {
    let owns_something = || store.objects().any(|object| object.owner == *owner);
    if *owner == config.name || config.partner_name() == Some(owner) || owns_something() {
        return Ok(());
    }
    Err(Refusal::unknown(format!("there is no pool `{owner}`")))
}

/// Why an import is refused: because of the file, or because of what is there already.
fn refused(error: ImportError) -> Refusal {
    let why = error.to_string();
    match error {
        ImportError::File(_) | ImportError::Object(_) | ImportError::Twice { .. } => {
            Refusal::malformed(why)
        }
        ImportError::NameTaken { .. } | ImportError::OwnerMustBeOverwritten { .. } => {
            Refusal::conflict(why)
        }
    }
}
