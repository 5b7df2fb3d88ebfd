//! What becomes of an INVITE that begins a call.

use node::Now;
use sip::{Request, StatusCode, user_of};

use super::hop::{Hop, Through};
use super::service::{Destination, Location, Reach};
use super::strangers::source_of;
use crate::mutant::Mutant;
use crate::pool::refusals;
use crate::store::object::ObjectKey;

/// What becomes of an INVITE that begins a call.
pub(in crate::pool) enum Route {
    /// A workflow of this pool answers it.
    Serve(ObjectKey),
    /// It is passed on, to one telephone or to several.
    Forward(Vec<Hop>),
    /// It is refused: nobody serves it now.
    Refuse(StatusCode),
    /// The pool takes no calls at all.
    Closed,
}

impl Location<'_> {
    /// Decides what becomes of a call.
    pub(in crate::pool) fn route(&self, now: Now, request: &Request) -> Route {
        let is_foreign = self.foreign_address(&request.uri).is_some();
        if !is_foreign && !self.config.is_responsible_for(&request.uri) {
            return Route::Refuse(StatusCode::NOT_FOUND);
        }
        if self.serving.is_closed(self.storage) && !self.is_left_open(user_of(&request.uri)) {
            return Route::Closed;
        }
        let destination = match user_of(&request.uri) {
            "" => Destination::NoGroup,
            _ if is_foreign => Destination::NoGroup,
            user => self.destination(user),
        };
        let hop = match destination {
            Destination::Here(_) if self.declines_passed_on(request) => {
                return Route::Refuse(StatusCode::DECLINE);
            }
            Destination::Here(workflow) => return Route::Serve(workflow),
            Destination::Partner(hop) => hop,
            Destination::Nobody => return Route::Refuse(refusals::of_unserved(self.config)),
            Destination::NoGroup => match self.reach_uri(&request.uri, now) {
                Reach::At(_) if !self.may_reach(request, now) => {
                    return Route::Refuse(StatusCode::FORBIDDEN);
                }
                Reach::At(hop) => hop,
                Reach::Unreachable => return Route::Refuse(StatusCode::TEMPORARILY_UNAVAILABLE),
                Reach::Unknown => return Route::Refuse(StatusCode::NOT_FOUND),
            },
        };
        if self.leads_elsewhere(request) && !self.is_known(request, now) {
            return Route::Refuse(StatusCode::FORBIDDEN);
        }
        // What the partner has passed on is not passed back to it.
        match came_from(request, &hop) {
            true => Route::Refuse(StatusCode::TEMPORARILY_UNAVAILABLE),
            false if is_foreign => Route::Forward(vec![hop]),
            false => {
                let others = self.other_telephones(user_of(&request.uri), &hop, now);
                Route::Forward([vec![hop], others].concat())
            }
        }
    }
}

impl Location<'_> {
    /// Whether a call is declined because the partner has passed it on, as only a mutant does.
    fn declines_passed_on(&self, request: &Request) -> bool {
        let source = source_of(request);
        source.is_some_and(|address| self.is_partner(address))
            && self.serving.was_superseded()
            && self.config.has(Mutant::PassedOnCallsDeclined)
    }
}

/// Whether a request came from where it would be sent.
fn came_from(request: &Request, hop: &Hop) -> bool {
    hop.through == Through::Partner && source_of(request) == Some(hop.next)
}
