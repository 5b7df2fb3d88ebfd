//! The health check of the database on a probe's own host.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use model::journal::event::Event;
use model::reach::Reach;
use node::{NoReply, Now, Outputs, RequestId};

/// How long after a reply the next request follows.
const INTERVAL: Duration = Duration::from_millis(250);

/// How long it may take to reply: it may be waiting for its disk.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The check of one database.
pub(crate) struct DatabaseCheck {
    address: SocketAddr,
    requests: u64,
    /// When the next request is due; none while one has no reply.
    due: Option<Now>,
    last: Option<Reach>,
}

impl DatabaseCheck {
    /// The check of the database at `address`, of which nothing is known yet.
    pub(crate) const fn new(address: SocketAddr) -> DatabaseCheck {
        DatabaseCheck {
            address,
            requests: 0,
            due: Some(Now::ZERO),
            last: None,
        }
    }

    /// When the next request is due.
    pub(crate) const fn due(&self) -> Option<Now> {
        self.due
    }

    /// How it was reached last.
    pub(crate) const fn last(&self) -> Option<Reach> {
        self.last
    }

    /// Sends the request that is due.
    pub(crate) fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        self.requests += 1;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = http::Uri::from_static("/health");
        out.request(RequestId(self.requests), self.address, request, TIMEOUT);
    }

    /// Takes the outcome of a request. Whatever a reply says, somebody is there.
    pub(crate) fn receive_reply(&mut self, now: Now, outcome: &Result<Response<Bytes>, NoReply>) {
        self.due = Some(now + INTERVAL);
        self.last = Some(match outcome {
            Ok(_) => Reach::Reached,
            Err(NoReply::Refused) => Reach::Closed,
            Err(NoReply::Unreachable) => Reach::Unreachable,
            Err(NoReply::Reset | NoReply::TimedOut) => Reach::Silent,
        });
    }
}

#[cfg(test)]
mod tests {
    use node::Output;

    use super::*;

    fn address() -> SocketAddr {
        SocketAddr::from(([198, 18, 0, 12], 8090))
    }

    /// How many requests it is sent at this time.
    fn requests(database: &mut DatabaseCheck, millis: u64) -> usize {
        let mut out = Outputs::default();
        database.tick(Now::from_micros(millis * 1000), &mut out);
        let to_it = |output: &Output<Event>| matches!(output, Output::Request { to, .. } if *to == address());
        out.drain().filter(to_it).count()
    }

    #[test]
    fn the_next_request_follows_a_while_after_a_reply_and_not_before() {
        let mut database = DatabaseCheck::new(address());
        assert_eq!((requests(&mut database, 0), database.last()), (1, None));
        assert_eq!((requests(&mut database, 600), database.due()), (0, None));
        database.receive_reply(Now::from_micros(700_000), &Ok(Response::default()));
        assert_eq!(
            (requests(&mut database, 900), requests(&mut database, 950)),
            (0, 1)
        );
    }

    #[test]
    fn whatever_the_reply_says_it_is_there_and_silence_is_told_from_a_closed_port() {
        let mut database = DatabaseCheck::new(address());
        let not_found = Response::builder().status(404).body(Bytes::new());
        for (outcome, reach) in [
            (Ok(not_found.unwrap_or_default()), Reach::Reached),
            (Err(NoReply::Refused), Reach::Closed),
            (Err(NoReply::Unreachable), Reach::Unreachable),
            (Err(NoReply::TimedOut), Reach::Silent),
        ] {
            database.receive_reply(Now::ZERO, &outcome);
            assert_eq!(database.last(), Some(reach));
        }
    }
}
