//! The two management surfaces: Control Panel and Management Shell.
//!
//! What they show is read from the database of the pool that is asked about, this pool's or its
//! partner's, and not from memory: if the database cannot be read, the answer is an error. What
//! they change is changed by the pool that keeps it.

use std::net::SocketAddr;

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::requests::{Ask, Outcome, Purpose};
use super::task::Task;
use super::turn::Turn;
use crate::database::protocol::{Documents, READ};
use crate::mutant::Mutant;
use crate::store::cache::Store;
use crate::store::entry::objects_prefix;
use crate::store::listing::{self, Filter, Row};
use crate::store::object::{Kind, ObjectKey, PoolName};
use crate::store::record::Epoch;
use crate::web::reply::{self, Refusal};
use crate::web::target::{self, Target};

/// A management surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surface {
    /// The graphical one, and the configuration tool. It knows nothing of copies.
    ControlPanel,
    /// The cmdlets.
    Shell,
}

/// A listing that waits for the database.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    client: RequestId,
    parent: PoolName,
    filter: Filter,
}

/// What an administrator changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    description: String,
}

#[derive(Serialize)]
struct Rows {
    rows: Vec<Row>,
}

impl Surface {
    fn of(word: &str) -> Result<Surface, Refusal> {
        match word {
            "control-panel" => Ok(Surface::ControlPanel),
            "shell" => Ok(Surface::Shell),
            _ => Err(Refusal::unknown(format!("there is no surface `{word}`"))),
        }
    }

    fn filter(self, target: &Target) -> Filter {
        match (self, target.query("owner")) {
            (Surface::ControlPanel, _) => Filter::Own,
            (Surface::Shell, Some(owner)) => Filter::OwnedBy(PoolName(owner.to_owned())),
            (Surface::Shell, None) if target.says_yes("show_all") => Filter::All,
            (Surface::Shell, None) => Filter::Own,
        }
    }
}

impl Core {
    /// Lists the objects of a kind that a pool keeps.
    pub(super) fn list(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        surface: &str,
        kind: &str,
        target: &Target,
    ) -> Result<(), Refusal> {
        let surface = Surface::of(surface)?;
        let kind = kind_of(kind)?;
        let identity = target.query("identity").unwrap_or(&self.here().0);
        let parent = PoolName(identity.to_owned());
        let to = self.database_of(&parent)?;
        let filter = match (surface, self.config.mutant) {
            (Surface::ControlPanel, Some(Mutant::ControlPanelShowsCopies)) => Filter::All,
            (Surface::Shell, Some(Mutant::ShellListsNoCopies)) => Filter::Own,
            _ => surface.filter(target),
        };
        let path = format!("{READ}?prefix={}", target::encode(&objects_prefix(kind)));
        let ask = Ask {
            to,
            method: Method::GET,
            path: &path,
            body: &(),
            timeout: self.config.timing.database,
        };
        let listing = Listing {
            client,
            parent,
            filter,
        };
        self.ask(turn, Purpose::List(listing), &ask);
        Ok(())
    }

    /// Answers with what the database holds.
    pub(super) fn listed(&mut self, turn: &mut Turn<'_>, listing: Listing, outcome: Outcome) {
        let Listing {
            client,
            parent,
            filter,
        } = listing;
        let response = match read_database(&parent, outcome) {
            Err(_) if self.mutant(Mutant::DeadDatabaseListsNothing) => {
                reply::ok(&Rows { rows: Vec::new() })
            }
            Ok(store) => reply::ok(&Rows {
                rows: listing::rows(store.objects(), &parent, &filter),
            }),
            Err(refusal) => refusal.response(),
        };
        turn.respond(client, response);
    }

    /// Changes an object's description, here or at the pool that keeps it.
    pub(super) fn describe_object(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        (surface, kind, name): (&str, &str, &str),
        target: &Target,
        asked: Described,
    ) -> Result<(), Refusal> {
        let parsed = (Surface::of(surface)?, kind_of(kind)?);
        let parent = target.query("parent").unwrap_or(&self.here().0).to_owned();
        if parent != self.here().0 {
            let name = target::encode(name);
            let parent = target::encode(&parent);
            let path = format!("/management/{surface}/{kind}/{name}?parent={parent}");
            return self.have_partner_describe(turn, client, &path, target, &asked);
        }
        self.expect_loaded()?;
        let key = self.described_object(parsed.0, parsed.1, name)?;
        self.enqueue(
            turn,
            Task::Describe {
                key,
                description: asked.description,
                client,
            },
        );
        Ok(())
    }

    fn described_object(
        &self,
        surface: Surface,
        kind: Kind,
        name: &str,
    ) -> Result<ObjectKey, Refusal> {
        let here = self.here();
        if let Some(own) = self.store.owned(kind, name, here) {
            return match self.refuses_own_changes() {
                true => Err(Refusal::unavailable(format!(
                    "`{name}` cannot be changed now"
                ))),
                false => Ok(own.key()),
            };
        }
        match (surface, self.store.named(kind, name).next()) {
            (Surface::Shell, Some(copy)) if !self.mutant(Mutant::ShellChangesNoCopies) => {
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

    /// Whether changes to the pool's own groups are refused although it is open, as only mutants
    /// do.
    fn refuses_own_changes(&self) -> bool {
        match self.config.mutant {
            Some(Mutant::ChangesNeedPartner) => !self.link.is_alive(),
            Some(Mutant::StandingInEndsChanges) => self.record.stand_in.epoch > Epoch::default(),
            _ => false,
        }
    }

    fn have_partner_describe(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        path: &str,
        target: &Target,
        asked: &Described,
    ) -> Result<(), Refusal> {
        let parent = target.query("parent").unwrap_or_default();
        let partner = self.config.partner.as_ref();
        let partner = partner
            .filter(|partner| partner.name.0 == parent)
            .ok_or_else(|| Refusal::unknown(format!("{parent} is no pool here")))?;
        if !self.link.is_alive() && self.mutant(Mutant::DeadPoolsChangesAcknowledged) {
            turn.respond(client, reply::done());
            return Ok(());
        }
        let ask = Ask {
            to: partner.http,
            method: Method::PUT,
            path,
            body: asked,
            timeout: self.config.timing.forward,
        };
        self.ask(turn, Purpose::PassOn(client), &ask);
        Ok(())
    }

    /// Where the database of a pool is.
    fn database_of(&self, pool: &PoolName) -> Result<SocketAddr, Refusal> {
        if pool == self.here() {
            return Ok(self.config.database);
        }
        let partner = self.config.partner.as_ref();
        partner
            .filter(|partner| partner.name == *pool)
            .map(|partner| partner.database)
            .ok_or_else(|| Refusal::unknown(format!("{pool} is no pool here")))
    }
}

fn kind_of(path: &str) -> Result<Kind, Refusal> {
    Kind::from_path(path).ok_or_else(|| Refusal::unknown(format!("there are no `{path}`")))
}

/// What the answer of `pool`'s database holds.
pub(super) fn read_database(pool: &PoolName, outcome: Outcome) -> Result<Store, Refusal> {
    let unreadable = || {
        let error = format!("the database of {pool} cannot be read");
        Refusal::unavailable(error)
    };
    let response = outcome.map_err(|_| unreadable())?;
    if !response.status().is_success() {
        return Err(unreadable());
    }
    let documents: Documents = reply::read(response.body()).map_err(|_| unreadable())?;
    Store::of(documents.documents).map_err(|_| unreadable())
}
