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

use super::connection::{Connection, ConnectionUse, End, Phase, Segment, Side, TcpEvent};
use super::driver::Sim;
use super::event::SimEvent;
use super::ids::{ConnectionId, HostId, NodeId};
use super::wire::PacketFate;
use crate::{Input, NoReply, Now, StreamIn};

/// The first retransmission timeout (Linux's `TCP_RTO_MIN`).
const MIN_RTO: Duration = Duration::from_millis(200);

/// The longest retransmission timeout (Linux's `TCP_RTO_MAX`).
const MAX_RTO: Duration = Duration::from_secs(120);

/// How often an open connection sends again before it breaks (Linux's `tcp_retries2`).
const MAX_RETRIES: u32 = 15;

impl<C, E> Sim<C, E> {
    pub(super) fn tcp(&mut self, id: ConnectionId, event: TcpEvent) {
        match event {
            TcpEvent::SendSyn => self.send_syn(id),
            TcpEvent::SynArrives => self.syn_arrives(id),
            TcpEvent::Established => self.established(id),
            TcpEvent::Refused => self.fail(id, NoReply::Refused),
            TcpEvent::Retransmit(side) => self.flush(id, side),
            TcpEvent::SegmentArrives { at, segment } => self.segment_arrives(id, at, segment),
            TcpEvent::TimeOut => self.time_out(id),
        }
    }

    /// Opens a connection for `node`, which sends `first` over it as soon as it is open.
    /// None: nobody has the address.
    pub(super) fn open(
        &mut self,
        node: NodeId,
        to: SocketAddr,
        used_for: ConnectionUse,
        first: Segment,
        timeout: Duration,
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
            used_for,
        });
        self.schedule_tcp(self.now, id, TcpEvent::SendSyn);
        self.schedule_tcp(self.now + timeout, id, TcpEvent::TimeOut);
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
            self.release_end(id, side);
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
    pub(super) fn release_end(&mut self, id: ConnectionId, side: Side) {
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
        self.release_end(id, side);
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.end_mut(side).outbox.clear();
        if !connection.is_opening() && connection.is_forgotten() {
            self.connections.remove(id);
        }
    }

    fn send_syn(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (from, to) = (connection.client.host, connection.server.host);
        match self.network.segment(from, to, self.now) {
            PacketFate::Arrives(arrival) => self.schedule_tcp(arrival, id, TcpEvent::SynArrives),
            PacketFate::Lost => self.retry(id, Side::Client, TcpEvent::SendSyn),
            PacketFate::Rejected => self.fail(id, NoReply::Unreachable),
        }
    }

    fn syn_arrives(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (client, server) = (connection.client.host, connection.server.host);
        let port = connection.server.address.port();
        if self.network.is_off(server) {
            self.retry(id, Side::Client, TcpEvent::SendSyn);
            return;
        }
        match self.network.segment(server, client, self.now) {
            PacketFate::Arrives(arrival) => {
                self.answer_syn(id, self.listener(server, port), arrival)
            }
            PacketFate::Lost | PacketFate::Rejected => {
                self.retry(id, Side::Client, TcpEvent::SendSyn)
            }
        }
    }

    /// The server's host answers a SYN: with a SYN-ACK if somebody listens, else with a reset.
    fn answer_syn(&mut self, id: ConnectionId, listener: Option<NodeId>, arrival: Now) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.server.owner = listener;
        connection.server.last_arrival = arrival;
        let answer = if listener.is_some() {
            TcpEvent::Established
        } else {
            TcpEvent::Refused
        };
        self.schedule_tcp(arrival, id, answer);
    }

    fn established(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.phase = Phase::Open;
        connection.client.attempts = 0;
        let (owner, used_for) = (connection.client.owner, connection.used_for);
        let (address, from) = (connection.client.address, connection.server.address);
        self.flush(id, Side::Client);
        if let (Some(node), ConnectionUse::Stream(stream)) = (owner, used_for) {
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
            let PacketFate::Arrives(arrival) = self.network.segment(from, to, self.now) else {
                self.retry(id, side, TcpEvent::Retransmit(side));
                return;
            };
            let Some(segment) = end.outbox.pop_front() else {
                return;
            };
            end.attempts = 0;
            end.last_arrival = end.last_arrival.max(arrival);
            let (arrival, at) = (end.last_arrival, side.other());
            self.schedule_tcp(arrival, id, TcpEvent::SegmentArrives { at, segment });
        }
    }

    /// Schedules `event` as a retry, unless there were enough of them on an open connection.
    fn retry(&mut self, id: ConnectionId, side: Side, event: TcpEvent) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let opening = connection.is_opening();
        let end = connection.end_mut(side);
        if end.attempts >= MAX_RETRIES && !opening {
            self.give_up(id, side);
            return;
        }
        end.attempts += 1;
        let timeout = retransmission_timeout(end.attempts);
        self.schedule_tcp(self.now + timeout, id, event);
    }

    fn segment_arrives(&mut self, id: ConnectionId, at: Side, segment: Segment) {
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
                let stream = connection.used_for.stream(id, at);
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
            self.retry(id, sender, TcpEvent::Retransmit(sender));
        }
    }

    /// The client waits no longer. That ends an opening; an open stream has no time-out.
    fn time_out(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        match connection.used_for {
            _ if connection.is_opening() => self.fail(id, NoReply::TimedOut),
            ConnectionUse::Http(request) => self.request_timed_out(id, request),
            ConnectionUse::Stream(_) => {}
        }
    }

    /// The connection is over, and the process at one end learns why.
    fn end(&mut self, id: ConnectionId, side: Side, what: StreamIn) {
        if let Some(connection) = self.connections.remove(id) {
            let owner = connection.end(side).owner;
            self.tell_end(id, connection.used_for, side, owner, what);
        }
    }

    /// One end is over, because nothing that it sends gets through. The other end does not know.
    fn give_up(&mut self, id: ConnectionId, side: Side) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let used_for = connection.used_for;
        let end = connection.end_mut(side);
        end.attempts = 0;
        let owner = end.owner;
        self.forget(id, side);
        let what = StreamIn::Reset(NoReply::TimedOut);
        self.tell_end(id, used_for, side, owner, what);
    }

    /// Tells the process at one end that its connection is over. A server does not learn of the end
    /// of a request.
    fn tell_end(
        &mut self,
        id: ConnectionId,
        used_for: ConnectionUse,
        side: Side,
        owner: Option<NodeId>,
        what: StreamIn,
    ) {
        let Some(node) = owner else {
            return;
        };
        match (used_for, what) {
            (ConnectionUse::Stream(_), what) => {
                let stream = used_for.stream(id, side);
                self.forget_stream(node, stream);
                self.stream_input(node, stream, what);
            }
            (ConnectionUse::Http(id), StreamIn::Reset(why)) if side == Side::Client => {
                self.deliver(
                    node,
                    Input::Reply {
                        id,
                        outcome: Err(why),
                    },
                );
            }
            (ConnectionUse::Http(_), _) => {}
        }
    }

    fn schedule_tcp(&mut self, at: Now, id: ConnectionId, event: TcpEvent) {
        self.queue.push(at, SimEvent::Tcp(id, event));
    }
}

/// The retransmission timeout after something was sent `attempts` times (RFC 6298 section 5.5).
fn retransmission_timeout(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    (MIN_RTO * (1 << doublings)).min(MAX_RTO)
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
    fn the_retransmission_timeout_doubles_up_to_two_minutes(
        #[case] attempts: u32,
        #[case] millis: u64,
    ) {
        assert_eq!(
            retransmission_timeout(attempts),
            Duration::from_millis(millis)
        );
    }
}
