//! What the management surfaces list.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Response};
use node::RequestId;
use serde::Serialize;

use super::management::{Surface, kind_of, read_database};
use super::state::{LAG, Listing, Pending, Surfaces};
use crate::mutant::Mutant;
use crate::pool::http_client::{HttpRequest, Outcome};
use crate::pool::turn::Turn;
use crate::protocol::READ;
use crate::store::entry::listed_prefix;
use crate::store::listing::{self, Filter, Row};
use crate::store::object::PoolName;
use crate::variant::Variant;
use crate::web::reply::{self, Refusal};
use crate::web::target::{self, Target};

#[derive(Serialize)]
struct Rows {
    rows: Vec<Row>,
}

impl Surfaces {
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
        let identity = target.query("identity").unwrap_or(&self.config.name.0);
        let parent = PoolName(identity.to_owned());
        let to = self.database_of(&parent)?;
        let filter = self.misheard(surface, filter_of(surface, target));
        let path = format!("{READ}?prefix={}", target::encode(&listed_prefix(kind)));
        let listing = Listing {
            client,
            surface,
            kind,
            parent,
            filter,
            of: (to, path.clone()),
        };
        if let Some(read) = self.recently_read(turn, &listing) {
            self.listed(turn, listing, Ok(read));
            return Ok(());
        }
        let id = turn.request(&HttpRequest {
            to,
            method: Method::GET,
            path: &path,
            body: &(),
            timeout: self.config.timing.database,
        });
        self.pending.insert(id, Pending::List(listing));
        Ok(())
    }

    /// What was read of the database not long ago, where that is listed again.
    fn recently_read(&self, turn: &Turn<'_>, listing: &Listing) -> Option<Response<Bytes>> {
        let (at, read) = self.read.get(&listing.of)?;
        (turn.now.since(*at) < LAG).then(|| read.clone())
    }

    /// Answers with what the database holds.
    pub(super) fn listed(&mut self, turn: &mut Turn<'_>, listing: Listing, outcome: Outcome) {
        if let Ok(read) = &outcome
            && self.config.varies(Variant::ListingsCached)
            && self.recently_read(turn, &listing).is_none()
        {
            let read = (turn.now, read.clone());
            self.read.insert(listing.of.clone(), read);
        }
        let Listing {
            kind,
            parent,
            filter,
            ..
        } = &listing;
        let response = match read_database(parent, outcome) {
            Err(_) if self.config.has(Mutant::DeadDatabaseListsNothing) => {
                reply::ok(&Rows { rows: Vec::new() })
            }
            Ok(store) => {
                let rows = listing::rows(&store, *kind, parent, filter);
                let rows = self.misshown(&listing, rows);
                reply::ok(&Rows { rows })
            }
            Err(refusal) => refusal.response(),
        };
        turn.respond(listing.client, response);
    }

    /// Where the database of a pool is.
    fn database_of(&self, pool: &PoolName) -> Result<SocketAddr, Refusal> {
        if *pool == self.config.name {
            return Ok(self.config.database);
        }
        let partner = self.config.partner.as_ref();
        partner
            .filter(|partner| partner.name == *pool)
            .map(|partner| partner.database)
            .ok_or_else(|| Refusal::unknown(format!("{pool} is no pool here")))
    }
}

/// Which objects a surface shows, as it was asked.
fn filter_of(surface: Surface, target: &Target) -> Filter {
    match (surface, target.query("owner")) {
        (Surface::ControlPanel, _) => Filter::Own,
        (Surface::Shell, Some(owner)) => Filter::OwnedBy(PoolName(owner.to_owned())),
        (Surface::Shell, None) if target.says_yes("show_all") => Filter::All,
        (Surface::Shell, None) => Filter::Own,
    }
}
