//! What the management surfaces change: descriptions.

use std::time::Duration;

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::management::{Surface, kind_of};
use super::state::{Next, Surfaces, View};
use super::update::Update;
use crate::mutant::Mutant;
use crate::pool::http_client::HttpRequest;
use crate::pool::turn::Turn;
use crate::recognition::{CHANGED_GROUPS, names_a_stage};
use crate::store::agent_group::Participation;
use crate::store::entry::{Change, Entry};
use crate::store::object::{Kind, Object, ObjectKey, Spec};
use crate::store::record::{Epoch, OwnerState, StandInState};
use crate::web::reply::{self, Refusal};
use crate::web::target::{self, Target};

/// What an administrator changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    description: String,
}

impl Surfaces {
    /// Changes an object's description, here or at the pool that keeps it.
    pub(super) fn describe_object(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        (surface, kind, name): (&str, &str, &str),
        target: &Target,
        asked: Described,
    ) -> Result<Next, Refusal> {
        let parsed = (Surface::of(surface)?, kind_of(kind)?);
        let parent = target
            .query("parent")
            .unwrap_or(&self.config.name.0)
            .to_owned();
        if parent != self.config.name.0 {
            let name = target::encode(name);
            let parent = target::encode(&parent);
            let path = format!("/management/{surface}/{kind}/{name}?parent={parent}");
            return self.have_partner_describe(turn, view, client, &path, target, &asked);
        }
        view.storage.expect_loaded()?;
        let key = self.described_object(view, parsed, name, &asked)?;
        Ok(Next::Update(Update::Describe {
            key,
            description: asked.description,
            client,
        }))
    }

    fn described_object(
        &self,
        view: View<'_>,
        (surface, kind): (Surface, Kind),
        name: &str,
        asked: &Described,
    ) -> Result<ObjectKey, Refusal> {
        let here = &self.config.name;
        if let Some(own) = view.storage.store().owned(kind, name, here) {
            return match self.refuses_own_changes(view, own) {
                true => Err(Refusal::unavailable(format!(
                    "`{name}` cannot be changed now"
                ))),
                false => Ok(own.key()),
            };
        }
        match (surface, view.storage.store().named(kind, name).next()) {
            (Surface::ControlPanel, Some(copy)) if self.panel_changes(view, name) => Ok(copy.key()),
            (Surface::Shell, Some(copy)) if self.changes_copies(view, name, &asked.description) => {
                Ok(copy.key())
            }
            (_, Some(_)) => {
                let error = format!("`{name}` is a copy, which only the Management Shell changes");
                Err(Refusal::forbidden(error))
            }
            (_, None) => {
                let error = format!("{here} keeps no {} `{name}`", kind.word());
                Err(Refusal::unknown(error))
            }
        }
    }

    /// Whether the Control Panel changes a copy, as only mutants do.
    fn panel_changes(&self, view: View<'_>, name: &str) -> bool {
        match self.config.mutant {
            Some(Mutant::PanelChangesCopies) => true,
            Some(Mutant::PanelChangesFormalCopies) => is_formal(view, name),
            _ => false,
        }
    }

    /// Whether the Management Shell changes a copy like this; mutants do not.
    fn changes_copies(&self, view: View<'_>, name: &str, description: &str) -> bool {
        match self.config.mutant {
            Some(Mutant::ShellChangesNoCopies) => false,
            Some(Mutant::ReturningRefusesCopiesChanges) => {
                view.serving.record().stand_in.state != StandInState::Returning
            }
            Some(Mutant::TakingRefusesAnonymousCopiesChanges) => {
                let mut copies = view.storage.store().named(Kind::Workflow, name);
                view.serving.record().stand_in.state != StandInState::Taking
                    || !copies.any(Object::is_anonymous)
            }
            Some(Mutant::FormalCopiesNotChanged) => !is_formal(view, name),
            Some(Mutant::OnlyKnownGroupsChanged) => CHANGED_GROUPS.contains(&name),
            Some(Mutant::OnlyStagesWritten) => names_a_stage(description),
            _ => true,
        }
    }

    /// Whether changes to the pool's own groups are refused although it is open, as only mutants
    /// do.
    fn refuses_own_changes(&self, view: View<'_>, own: &Object) -> bool {
        let stand_in = view.serving.record().stand_in;
        let is_formal = || is_formal(view, &own.name);
        match self.config.mutant {
            Some(Mutant::TakingRefusesChanges) => stand_in.state == StandInState::Taking,
            Some(Mutant::StandInRefusesChanges) => stand_in.state == StandInState::StandingIn,
            Some(Mutant::ReturningRefusesChanges) => stand_in.state == StandInState::Returning,
            Some(Mutant::StandingInEndsFormalGroupsChanges) => {
                stand_in.epoch > Epoch::default() && is_formal()
            }
            Some(Mutant::RestoredOwnersFormalGroupsNotChanged) => {
                view.serving.was_superseded() && is_formal()
            }
            Some(Mutant::ChangesNeedPartner) => !view.serving.is_partner_alive(),
            Some(Mutant::StandingInEndsChanges) => {
                view.serving.record().stand_in.epoch > Epoch::default()
            }
            _ => false,
        }
    }

    fn have_partner_describe(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        path: &str,
        target: &Target,
        asked: &Described,
    ) -> Result<Next, Refusal> {
        let parent = target.query("parent").unwrap_or_default();
        let partner = self.config.partner.as_ref();
        let partner = partner
            .filter(|partner| partner.name.0 == parent)
            .ok_or_else(|| Refusal::unknown(format!("{parent} is no pool here")))?;
        let acknowledged = match view.serving.is_partner_alive() {
            true => self.config.has(Mutant::LivePartnersChangesAcknowledged),
            false => self.config.has(Mutant::DeadPoolsChangesAcknowledged),
        };
        if acknowledged {
            turn.respond(client, reply::done());
            return Ok(Next::Nothing);
        }
        let request = HttpRequest {
            to: partner.http,
            method: Method::PUT,
            path,
            body: asked,
            timeout: self.config.timing.forward,
        };
        self.pass_on(turn, client, &request);
        Ok(Next::Nothing)
    }

    /// What a new description changes, when its turn comes.
    pub(super) fn described(
        &self,
        view: View<'_>,
        key: &ObjectKey,
        description: &str,
    ) -> Result<Vec<Change>, Refusal> {
        let Some(object) = view.storage.store().object(key) else {
            return Err(Refusal::unknown("it has been removed"));
        };
        if key.owner == self.config.name && !self.changes_closed(view, object) {
            view.serving.expect_open(view.storage)?;
        }
        let described = |object: &Object| {
            let mut object = object.clone();
            object.description = self.kept(description);
            Change::Put(Entry::Object(Box::new(object)))
        };
        if self.config.has(Mutant::AnonymousCopiesChangesLost)
            && key.owner != self.config.name
            && object.is_anonymous()
        {
            return Ok(Vec::new());
        }
        let mut changes = vec![described(object)];
        changes.extend(self.ended_time_out(view, object));
        if self.config.has(Mutant::ChangesReachNextGroup) {
            let name = &object.name;
            let others = view.storage.store().objects_of(key.kind);
            let others = others.filter(|other| other.owner == key.owner && other.name != *name);
            // By name; after the last one comes the first.
            let next = others.min_by_key(|other| (other.name < *name, &other.name));
            changes.extend(next.map(described));
        }
        Ok(changes)
    }

    /// The queue of a group that is described times out no more, as only a mutant has it.
    fn ended_time_out(&self, view: View<'_>, group: &Object) -> Option<Change> {
        let workflow = group
            .workflow()
            .filter(|_| self.config.has(Mutant::DescribingEndsTimeOuts))?;
        let store = view.storage.store();
        let mut queue = store
            .referred(Kind::Queue, &workflow.queue, &group.owner)?
            .clone();
        if let Spec::Queue(queue) = &mut queue.spec {
            queue.timeout = None;
        }
        Some(Change::Put(Entry::Object(Box::new(queue))))
    }

    /// A description as it is kept: as it was written, but for mutants.
    fn kept(&self, description: &str) -> String {
        match self.config.mutant {
            Some(Mutant::DescriptionsInAscii) => {
                let plain = |letter: char| if letter.is_ascii() { letter } else { '?' };
                description.chars().map(plain).collect()
            }
            Some(Mutant::DescriptionsInLowerCase) => description.to_lowercase(),
            Some(Mutant::DescriptionsEscaped) => description
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;"),
            _ => description.to_owned(),
        }
    }

    /// Has the partner describe a workflow as this pool does.
    pub(in crate::pool) fn describe_at_partner(
        &self,
        turn: &mut Turn<'_>,
        name: &str,
        description: &str,
    ) {
        let Some(partner) = self.config.partner.as_ref() else {
            return;
        };
        let (name, parent) = (target::encode(name), target::encode(&partner.name.0));
        // Nobody waits for what comes of it.
        let _ = turn.request(&HttpRequest {
            to: partner.http,
            method: Method::PUT,
            path: &format!("/management/shell/workflows/{name}?parent={parent}"),
            body: &Described {
                description: description.to_owned(),
            },
            timeout: self.config.timing.forward,
        });
    }

    /// Whether an own object may be changed although the pool is not open, as only mutants do.
    fn changes_closed(&self, view: View<'_>, object: &Object) -> bool {
        let has_been = |state, millis| view.serving.has_been(state, Duration::from_millis(millis));
        match self.config.mutant {
            Some(Mutant::FenceTiresOfChanges) => has_been(OwnerState::Fenced, 4_500),
            Some(Mutant::FailbackTakesChanges) => has_been(OwnerState::CallsOnly, 0),
            Some(Mutant::FailbackTakesChangesLate) => has_been(OwnerState::CallsOnly, 2_000),
            Some(Mutant::FailbackTakesFormalGroupsChanges) => {
                has_been(OwnerState::CallsOnly, 0) && is_formal(view, &object.name)
            }
            Some(Mutant::ClosedPoolTakesChanges) => true,
            Some(Mutant::ClosedPoolChangesUntouchedGroups) => object.description.is_empty(),
            _ => false,
        }
    }
}

/// Whether agents sign in to the group of this name by hand.
fn is_formal(view: View<'_>, name: &str) -> bool {
    let mut groups = view.storage.store().named(Kind::AgentGroup, name);
    groups.any(|group| {
        let group = group.agent_group();
        group.is_some_and(|group| group.participation == Participation::Formal)
    })
}
