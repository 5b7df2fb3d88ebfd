//! The surfaces' state, and what they may see of the rest of the pool.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use node::{Now, RequestId};

use super::management::Surface;
use super::sign_ins::SignIns;
use super::update::Update;
use crate::config::PoolConfig;
use crate::pool::calls::OnBehalfCall;
use crate::pool::location::Location;
use crate::pool::registrar::Registrar;
use crate::pool::serving::Serving;
use crate::pool::storage::Storage;
use crate::store::directory::Directory;
use crate::store::listing::Filter;
use crate::store::object::{Kind, PoolName};
use crate::variant::Variant;

/// How often a console that lags looks at how things are.
const LOOKS: Duration = Duration::from_millis(250);

/// How old what surfaces show is where they lag.
pub(super) const LAG: Duration = Duration::from_millis(1_500);

/// What an answer of the partner or a database is for.
#[derive(Debug)]
pub(super) enum Pending {
    /// To list what a database holds.
    List(Listing),
    /// To export what the database holds of this owner's groups.
    Export(RequestId, PoolName),
    /// To have the partner sign an agent in or out.
    SignIn(SignIns),
    /// To have the partner do what this client asked for.
    PassOn(RequestId),
}

/// A listing that waits for the database.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) client: RequestId,
    pub(super) surface: Surface,
    pub(super) kind: Kind,
    pub(super) parent: PoolName,
    pub(super) filter: Filter,
    /// The database that is read, and what in it.
    pub(super) of: (SocketAddr, String),
}

/// What is left to be done when a surface has done its part.
pub(in crate::pool) enum Next {
    /// Nothing.
    Nothing,
    /// The database is to be changed.
    Update(Update),
    /// A call is to be placed on behalf of a group.
    Call(Box<OnBehalfCall>),
    /// An agent is signed in to a group, or out of it: calls that wait look for agents again, and
    /// then the agent's other sign-ins go on.
    SignedIn(SignIns),
}

/// What surfaces see of the pool. They change nothing of it.
#[derive(Clone, Copy)]
pub(in crate::pool) struct View<'a> {
    pub(in crate::pool) storage: &'a Storage,
    pub(in crate::pool) serving: &'a Serving,
    pub(in crate::pool) registrar: &'a Registrar,
    pub(in crate::pool) location: Location<'a>,
}

/// The surfaces of a pool: what they wait for.
#[derive(Debug)]
pub(in crate::pool) struct Surfaces {
    pub(super) config: Arc<PoolConfig>,
    pub(super) pending: BTreeMap<RequestId, Pending>,
    /// What listings have read from databases, and when.
    pub(super) read: BTreeMap<(SocketAddr, String), (Now, Response<Bytes>)>,
    /// The descriptions that the Control Panel has shown first, as only a mutant remembers.
    pub(super) first_shown: BTreeMap<(PoolName, PoolName, String), String>,
    /// What the console has seen of the two directories, this pool's and its partner's, oldest
    /// first; kept only by a console that lags.
    pub(super) seen: VecDeque<(Now, Directory, Directory)>,
}

impl Surfaces {
    pub(in crate::pool) fn new(config: Arc<PoolConfig>) -> Self {
        Surfaces {
            config,
            pending: BTreeMap::new(),
            read: BTreeMap::new(),
            first_shown: BTreeMap::new(),
            seen: VecDeque::new(),
        }
    }

    /// Has a console that lags see how things are now.
    pub(in crate::pool) fn look(&mut self, now: Now, view: View<'_>) {
        let last = self.seen.back().map(|(at, ..)| *at);
        let is_recent = last.is_some_and(|at| now.since(at) < LOOKS);
        if !self.config.varies(Variant::ConsoleLags) || is_recent {
            return;
        }
        let own = view.serving.directory(view.storage.store());
        let partners = view.serving.partners_directory().clone();
        self.seen.push_back((now, own, partners));
        // What is shown is the last that is old enough.
        let old = |seen: Option<&(Now, Directory, Directory)>| {
            seen.is_some_and(|(at, ..)| now.since(*at) >= LAG)
        };
        while old(self.seen.get(1)) {
            self.seen.pop_front();
        }
    }

    /// Whether an outcome under this number is for a surface.
    pub(in crate::pool) fn awaits(&self, id: RequestId) -> bool {
        self.pending.contains_key(&id)
    }
}
