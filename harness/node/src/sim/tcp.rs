//! TCP: opening, sending and sending again, closing, resetting.
//!
//! - Opening takes a round trip, and so needs both directions; the client tries again until it
//!   gives up. A closed port answers with a refusal, a host without power not at all.
//! - A message needs its own direction only. What does not get through is sent again after
//!   200 ms, then after twice as long each time, and everything behind it waits.
//! - The kernel, not the process, holds what was sent: it goes on sending while the process is
//!   frozen, after a close, and after the process's death, then with a reset behind it. It ends
//!   with the host's power.
//! - A message to an end that is gone is answered with a reset.
//!
//! Windows, congestion, acknowledgements and half-closed connections are not modelled.

use std::net::SocketAddr;
use std::time::Duration;

use super::connection::{Connection, ConnectionId, End, Phase, Purpose, Segment, Side};
use super::driver::Sim;
use super::happening::Happening;
use super::host::HostId;
use super::process::NodeId;
use super::wire::Passage;
use crate::{Input, NoReply, Now, StreamIn};

/// How long TCP waits before it first sends again (Linux's `TCP_RTO_MIN`).
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How long it waits at most (Linux's `TCP_RTO_MAX`).
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// How often an open connection sends again before it breaks (Linux's `tcp_retries2`).
const ATTEMPTS: u32 = 15;

/// The next step of a connection.
pub(super) enum Step {
    /// The client asks the server's host to open it.
    Ask,
    /// The server's host is asked.
    Asked,
    /// The client hears that it is open.
    Accepted,
    /// The client hears that the port is closed.
    Refused,
    /// An end sends again what has not got through.
    Resend(Side),
    /// A message reaches an end.
    Arrives { at: Side, segment: Segment },
    /// The client waits no longer.
    TimeOut,
}

impl<C, E> Sim<C, E> {
    pub(super) fn tcp(&mut self, id: ConnectionId, step: Step) {
        match step {
            Step::Ask => self.ask(id),
            Step::Asked => self.asked(id),
            Step::Accepted => self.accepted(id),
            Step::Refused => self.fail(id, NoReply::Refused),
            Step::Resend(side) => self.flush(id, side),
            Step::Arrives { at, segment } => self.arrives(id, at, segment),
            Step::TimeOut => self.time_out(id),
        }
    }

    /// Opens a connection for `node`, which sends `first` over it as soon as it is open.
    /// None: nobody has the address.
    pub(super) fn open(
        &mut self,
        node: NodeId,
        to: SocketAddr,
        purpose: Purpose,
        first: Segment,
        patience: Duration,
    ) -> Option<ConnectionId> {
        let server = End::new(self.network.route(to.ip())?, to, None);
        let host = self.host_of(node);
        let address = self.network.host_mut(host).ephemeral();
        let mut client = End::new(host, address, Some(node));
        client.outbox.push_back(first);
        let phase = Phase::Opening;
        let id = self.connections.insert(Connection {
            client,
            server,
            phase,
            purpose,
        });
        self.then(self.now, id, Step::Ask);
        self.then(self.now + patience, id, Step::TimeOut);
        Some(id)
    }

    /// Sends `segment` from one end, behind all that it has sent before.
    pub(super) fn transmit(&mut self, id: ConnectionId, side: Side, segment: Segment) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let opening = connection.is_opening() && side == Side::Client;
        let end = connection.end_mut(side);
        end.outbox.push_back(segment);
        if !opening && end.attempts == 0 {
            self.flush(id, side);
        }
    }

    /// A process has died: its host resets its connections.
    pub(super) fn reset_connections(&mut self, node: NodeId) {
        for (id, side) in self.connections.ends(|end| end.owner == Some(node)) {
            self.let_go(id, side);
            self.transmit(id, side, Segment::Reset);
        }
    }

    /// A host has lost its power: it knows nothing of its connections any more.
    pub(super) fn forget_connections(&mut self, host: HostId) {
        for (id, side) in self.connections.ends(|end| end.host == host) {
            self.forget(id, side);
        }
    }

    /// A process wants no more of its end. An opening that nobody waits for ends with it.
    pub(super) fn let_go(&mut self, id: ConnectionId, side: Side) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if side == Side::Client && connection.is_opening() {
            self.connections.remove(id);
            return;
        }
        connection.end_mut(side).owner = None;
    }

    /// A kernel knows nothing of its end any more, nor of what it was to send.
    fn forget(&mut self, id: ConnectionId, side: Side) {
        self.let_go(id, side);
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.end_mut(side).outbox.clear();
        if !connection.is_opening() && connection.is_forgotten() {
            self.connections.remove(id);
        }
    }

    fn ask(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (from, to) = (connection.client.host, connection.server.host);
        match self.network.segment(from, to, self.now) {
            Passage::Arrives(arrival) => self.then(arrival, id, Step::Asked),
            Passage::Lost => self.again(id, Side::Client, Step::Ask),
            Passage::Rejected => self.fail(id, NoReply::Unreachable),
        }
    }

    fn asked(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (client, server) = (connection.client.host, connection.server.host);
        let port = connection.server.address.port();
        if self.network.is_off(server) {
            self.again(id, Side::Client, Step::Ask);
            return;
        }
        match self.network.segment(server, client, self.now) {
            Passage::Arrives(arrival) => self.answer(id, self.listener(server, port), arrival),
            Passage::Lost | Passage::Rejected => self.again(id, Side::Client, Step::Ask),
        }
    }

    /// The server's host answers the client for whoever listens there.
    fn answer(&mut self, id: ConnectionId, listener: Option<NodeId>, arrival: Now) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.server.owner = listener;
        connection.server.last_arrival = arrival;
        let answer = if listener.is_some() {
            Step::Accepted
        } else {
            Step::Refused
        };
        self.then(arrival, id, answer);
    }

    fn accepted(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.phase = Phase::Open;
        connection.client.attempts = 0;
        let (owner, purpose) = (connection.client.owner, connection.purpose);
        let (address, from) = (connection.client.address, connection.server.address);
        self.flush(id, Side::Client);
        if let (Some(node), Purpose::Stream(stream)) = (owner, purpose) {
            self.stream_opened(node, stream, address, from);
        }
    }

    /// The connection could not be opened.
    fn fail(&mut self, id: ConnectionId, why: NoReply) {
        self.end(id, Side::Client, StreamIn::Reset(why));
    }

    /// Sends what is in an end's outbox, up to the first segment that does not get through.
    fn flush(&mut self, id: ConnectionId, side: Side) {
        while let Some(connection) = self.connections.get_mut(id) {
            let (from, to) = (connection.end(side).host, connection.end(side.other()).host);
            let end = connection.end_mut(side);
            if end.outbox.is_empty() {
                end.attempts = 0;
                return;
            }
            let Passage::Arrives(arrival) = self.network.segment(from, to, self.now) else {
                self.again(id, side, Step::Resend(side));
                return;
            };
            let Some(segment) = end.outbox.pop_front() else {
                return;
            };
            end.attempts = 0;
            end.last_arrival = end.last_arrival.max(arrival);
            let (arrival, at) = (end.last_arrival, side.other());
            self.then(arrival, id, Step::Arrives { at, segment });
        }
    }

    /// Tries `step` again later, unless it was tried often enough on an open connection.
    fn again(&mut self, id: ConnectionId, side: Side, step: Step) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let opening = connection.is_opening();
        let end = connection.end_mut(side);
        if end.attempts >= ATTEMPTS && !opening {
            self.give_up(id, side);
            return;
        }
        end.attempts += 1;
        let wait = wait_after(end.attempts);
        self.then(self.now + wait, id, step);
    }

    fn arrives(&mut self, id: ConnectionId, at: Side, segment: Segment) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let host = connection.end(at).host;
        if self.network.is_off(host) {
            self.lost_with_its_host(id, at.other(), segment);
            return;
        }
        match (connection.end(at).owner, segment) {
            (None, Segment::Close | Segment::Reset | Segment::Response(_)) => {
                self.connections.remove(id);
            }
            (None, _) => self.transmit(id, at, Segment::Reset),
            (Some(_), Segment::Reset) => self.end(id, at, StreamIn::Reset(NoReply::Reset)),
            (Some(_), Segment::Close) => self.end(id, at, StreamIn::Closed),
            (Some(node), Segment::Opened) => {
                let (local, from) = (connection.server.address, connection.client.address);
                self.stream_opened(node, id.server_stream(), local, from);
            }
            (Some(node), Segment::Bytes(bytes)) => {
                let stream = connection.purpose.stream(id, at);
                self.stream_input(node, stream, StreamIn::Data(bytes));
            }
            (Some(node), Segment::Request(request)) => self.request_arrives(id, node, *request),
            (Some(node), Segment::Response(response)) => {
                self.response_arrives(id, node, *response);
            }
        }
    }

    /// The receiving host lost its power while the segment was on its way. Its end is gone for
    /// good, so the order in which the sender tries again is of no account.
    fn lost_with_its_host(&mut self, id: ConnectionId, sender: Side, segment: Segment) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let end = connection.end_mut(sender);
        end.outbox.push_back(segment);
        if end.attempts == 0 {
            self.again(id, sender, Step::Resend(sender));
        }
    }

    /// The client's patience is over. That ends an opening; an open stream has no time-out.
    fn time_out(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        match connection.purpose {
            _ if connection.is_opening() => self.fail(id, NoReply::TimedOut),
            Purpose::Http(request) => self.request_timed_out(id, request),
            Purpose::Stream(_) => {}
        }
    }

    /// The connection is over, and the process at one end learns why.
    fn end(&mut self, id: ConnectionId, side: Side, what: StreamIn) {
        if let Some(connection) = self.connections.remove(id) {
            let owner = connection.end(side).owner;
            self.tell_end(id, connection.purpose, side, owner, what);
        }
    }

    /// One end is over, because nothing that it sends gets through. The other end does not know.
    fn give_up(&mut self, id: ConnectionId, side: Side) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let purpose = connection.purpose;
        let end = connection.end_mut(side);
        end.attempts = 0;
        let owner = end.owner;
        self.forget(id, side);
        let what = StreamIn::Reset(NoReply::TimedOut);
        self.tell_end(id, purpose, side, owner, what);
    }

    /// Tells the process at one end that its connection is over. A server is not told of the end
    /// of a request.
    fn tell_end(
        &mut self,
        id: ConnectionId,
        purpose: Purpose,
        side: Side,
        owner: Option<NodeId>,
        what: StreamIn,
    ) {
        let Some(node) = owner else {
            return;
        };
        match (purpose, what) {
            (Purpose::Stream(_), what) => {
                let stream = purpose.stream(id, side);
                self.forget_stream(node, stream);
                self.stream_input(node, stream, what);
            }
            (Purpose::Http(id), StreamIn::Reset(why)) if side == Side::Client => {
                self.deliver(
                    node,
                    Input::Reply {
                        id,
                        outcome: Err(why),
                    },
                );
            }
            (Purpose::Http(_), _) => {}
        }
    }

    fn then(&mut self, at: Now, id: ConnectionId, step: Step) {
        self.queue.push(at, Happening::Tcp(id, step));
    }
}

/// How long TCP waits after it has sent something `attempts` times in vain.
fn wait_after(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(1, 200)]
    #[case(2, 400)]
    #[case(5, 3_200)]
    #[case(10, 102_400)]
    #[case(11, 120_000)]
    #[case(u32::MAX, 120_000)]
    fn the_wait_doubles_up_to_two_minutes(#[case] attempts: u32, #[case] millis: u64) {
        assert_eq!(wait_after(attempts), Duration::from_millis(millis));
    }
}
