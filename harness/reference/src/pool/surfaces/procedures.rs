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
use crate::store::agent_group::{AgentGroup, Participation, Routing};
use crate::store::cache::Store;
use crate::store::entry::Change;
use crate::store::export::ExportFile;
use crate::store::import::{Destination, Import, ImportError, Plan, Touched};
use crate::store::object::{Kind, Object, PoolName, Spec};
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
        let mut removed: Vec<&Object> = owned.collect();
        let first_of = |owner: &PoolName| {
            let mut workflows = store.objects_of(Kind::Workflow);
            workflows.find(|workflow| workflow.owner == *owner)
        };
        match self.config.mutant {
            Some(Mutant::RemovalLeavesGroup) => {
                removed.retain(|object| first_of(owner) != Some(object));
            }
            Some(Mutant::RemovalTakesOwnGroup) => removed.extend(first_of(&self.config.name)),
            _ => {}
        }
        let changes = removed.into_iter();
        let changes = changes.flat_map(|object| store.removal(object)).collect();
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
        if let Some(mutant) = self.config.mutant {
            misread(mutant, &mut import.file);
        }
        let mut plan = import.plan(destination).map_err(refused)?;
        if self.config.has(Mutant::ImportOverwritesEverything) {
            let removals = store.objects().flat_map(|object| store.removal(object));
            plan.changes.splice(0..0, removals);
        }
        let is_copy = |object: &Object| object.owner != self.config.name;
        if self.config.has(Mutant::ImportOnceOnly) && store.objects().any(is_copy) {
            plan.changes.clear();
        }
        if plan.touches == Touched::Own {
            view.serving.expect_open(view.storage)?;
        }
        Ok(plan)
    }
}

/// What a mutant reads in a file.
fn misread(mutant: Mutant, file: &mut ExportFile) {
    match mutant {
        Mutant::ImportDropsFormalGroups => drop_formal_groups(file),
        Mutant::ImportMarksDescriptions => {
            let workflows = file.workflows.iter_mut();
            workflows.for_each(|workflow| workflow.description.push_str(" (imported)"));
        }
        Mutant::ImportDropsAgents
        | Mutant::ImportReordersAgents
        | Mutant::ImportMakesGroupsInformal
        | Mutant::ImportChangesRouting => {
            for object in &mut file.agent_groups {
                if let Spec::AgentGroup(group) = &mut object.spec {
                    misread_group(mutant, group);
                }
            }
        }
        _ => {}
    }
}

/// Leaves formal agent groups out, and the queues and workflows that refer to them.
fn drop_formal_groups(file: &mut ExportFile) {
    let is_formal = |object: &Object| {
        let group = object.agent_group();
        group.is_some_and(|group| group.participation == Participation::Formal)
    };
    file.agent_groups.retain(|object| !is_formal(object));
    let leads_nowhere = |object: &mut Object, kind: Kind, known: &[Object]| {
        let mut references = object.spec.references().into_iter();
        references.any(|(of, name)| of == kind && !known.iter().any(|known| known.name == *name))
    };
    let ExportFile {
        agent_groups,
        queues,
        workflows,
        ..
    } = file;
    queues.retain_mut(|queue| !leads_nowhere(queue, Kind::AgentGroup, agent_groups));
    workflows.retain_mut(|workflow| !leads_nowhere(workflow, Kind::Queue, queues));
}

fn misread_group(mutant: Mutant, group: &mut AgentGroup) {
    match mutant {
        Mutant::ImportDropsAgents if group.agents.len() > 1 => drop(group.agents.pop()),
        Mutant::ImportReordersAgents => group.agents.reverse(),
        Mutant::ImportMakesGroupsInformal => group.participation = Participation::Informal,
        Mutant::ImportChangesRouting => group.routing = Routing::Parallel,
        _ => {}
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
