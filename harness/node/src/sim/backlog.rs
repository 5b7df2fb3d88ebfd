//! What waits for a frozen process.

use std::collections::BTreeMap;

use crate::{Input, Output, Port};

/// How much a UDP socket holds: Linux's default `rmem_default`, in bytes.
const SOCKET_BUFFER: usize = 212_992;

/// What reached a process while it was frozen, in order of arrival.
///
/// Each of its UDP ports has a socket buffer; a datagram that does not fit is dropped. TCP's
/// flow control, which would stop a sender at some point, is not modelled.
pub(super) struct Backlog<C, E> {
    pub(super) thaw: Thaw,
    deferred: Vec<Deferred<C, E>>,
    buffered: BTreeMap<Port, usize>,
}

/// Whether the process goes on before this instant is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thaw {
    NotYet,
    Now,
}

/// One thing that waits for the thaw.
pub(super) enum Deferred<C, E> {
    /// The process is to get it.
    Input(Box<Input<C>>),
    /// The process gave them before; its disk has synced since.
    Outputs(Vec<Output<E>>),
}

impl<C, E> Backlog<C, E> {
    pub(super) const fn new() -> Self {
        Backlog {
            thaw: Thaw::NotYet,
            deferred: Vec::new(),
            buffered: BTreeMap::new(),
        }
    }

    /// Defers an input, unless it is a datagram that no longer fits.
    pub(super) fn defer(&mut self, input: Input<C>) {
        if let Input::Datagram { at, bytes, .. } = &input
            && !self.fits(*at, bytes.len())
        {
            return;
        }
        self.deferred.push(Deferred::Input(Box::new(input)));
    }

    pub(super) fn defer_outputs(&mut self, outputs: Vec<Output<E>>) {
        self.deferred.push(Deferred::Outputs(outputs));
    }

    /// Everything that was deferred, in order.
    pub(super) fn into_deferred(self) -> Vec<Deferred<C, E>> {
        self.deferred
    }

    /// As Linux does it: a datagram is taken as long as those before it left the buffer unfilled.
    fn fits(&mut self, at: Port, payload: usize) -> bool {
        let buffered = self.buffered.entry(at).or_default();
        if *buffered >= SOCKET_BUFFER {
            return false;
        }
        *buffered += memory(payload);
        true
    }
}

/// The memory that Linux counts for a datagram: its buffer, which holds payload, headers and
/// bookkeeping and comes in powers of two, and the 256 bytes that describe it.
const fn memory(payload: usize) -> usize {
    (payload + 384).next_power_of_two() + 256
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use bytes::Bytes;
    use rstest::rstest;

    use super::*;

    fn datagram(port: u16, payload: usize) -> Input<()> {
        Input::Datagram {
            at: Port(port),
            from: SocketAddr::from(([198, 18, 0, 1], 5060)),
            bytes: Bytes::from(vec![0; payload]),
        }
    }

    #[rstest]
    #[case::voice(172, 167)]
    #[case::signalling(1_000, 93)]
    fn a_socket_buffer_holds_so_many_datagrams(#[case] payload: usize, #[case] fit: usize) {
        let mut backlog: Backlog<(), ()> = Backlog::new();
        for _ in 0..1000 {
            backlog.defer(datagram(5060, payload));
        }
        assert_eq!(backlog.into_deferred().len(), fit);
    }

    #[test]
    fn a_full_socket_takes_nothing_from_another_one_nor_from_tcp() {
        let mut backlog: Backlog<(), ()> = Backlog::new();
        for _ in 0..1000 {
            backlog.defer(datagram(5060, 172));
        }
        backlog.defer(datagram(5061, 172));
        backlog.defer(Input::Command(()));
        assert_eq!(backlog.into_deferred().len(), 169);
    }
}
