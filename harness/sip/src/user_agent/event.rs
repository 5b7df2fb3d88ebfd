//! What a user agent is given, and the events that it emits.

use std::net::SocketAddr;

use bytes::Bytes;
use node::Unreachable;

use crate::{Headers, MessageError, NameAddr, Request, Response, Sdp, SipUri, StatusCode};

/// A request that was received, until its transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub(crate) u64);

/// A request that was sent, until its transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub(crate) u64);

/// A session begun by INVITE, on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub(crate) u64);

/// Why a request has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// Nobody answered in time. Indefinite: it may have been carried out.
    TimedOut,
    /// It could not be delivered. Definite: it was not carried out.
    Unreachable(Unreachable),
}

impl Failure {
    /// Whether it is certain that the request was not carried out.
    pub const fn is_definite(self) -> bool {
        matches!(self, Failure::Unreachable(_))
    }
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// As a datagram.
    Udp,
    /// Over a connection.
    Tcp,
    /// Over a connection that is encrypted: everything goes so, wherever a URI points (RFC 3261 §26.2).
    Tls,
    /// Over a connection, for it is too large for a datagram; as one all the same if its receiver
    /// takes no connections (RFC 3261 §18.1.1).
    Large,
}

impl Transport {
    /// How whoever has this URI wants to be spoken with (RFC 3261 §19.1.1); by datagrams where it says
    /// nothing.
    pub fn of(uri: &SipUri) -> Transport {
        let said = uri.uri_params.get_val("transport");
        let is = |name: &str| said.is_some_and(|said| said.eq_ignore_ascii_case(name));
        match () {
            () if is("tcp") => Transport::Tcp,
            () if is("tls") => Transport::Tls,
            () => Transport::Udp,
        }
    }

    /// Its name in a Via (RFC 3261 §25.1).
    pub(crate) const fn in_via(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp | Transport::Large => "TCP",
            Transport::Tls => "TLS",
        }
    }

    /// The parameter by which the Contact of a telephone asks for it (RFC 3261 §19.1.1); empty where
    /// nothing has to be said.
    pub const fn parameter(self) -> &'static str {
        match self {
            Transport::Udp | Transport::Large => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
        }
    }

    /// Whether what is sent is not lost: nothing has to be repeated (RFC 3261 §17.1.1.2, §17.2.1).
    pub(crate) const fn is_reliable(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Tls)
    }
}

/// A message to be sent from the user agent's own port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The receiver.
    pub to: SocketAddr,
    /// The payload.
    pub bytes: Bytes,
    /// How it goes: of any but a telephone always [`Transport::Udp`].
    pub transport: Transport,
}

/// What begins a session as caller.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Whom the request is for.
    pub uri: SipUri,
    /// Who calls; a tag is added.
    pub from: NameAddr,
    /// Who is called.
    pub to: NameAddr,
    /// Where the request is sent.
    pub next_hop: SocketAddr,
    /// The offer; without one the callee makes it, and [`acknowledge`] answers it.
    ///
    /// [`acknowledge`]: crate::UserAgent::acknowledge
    pub sdp: Option<Sdp>,
    /// Further headers, such as `P-Asserted-Identity`.
    pub headers: Headers,
}

/// What became of our BYE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The peer answered it: the session has ended there as well.
    Answered,
    /// Nobody answered it.
    Failure(Failure),
}

/// What ended a session that we did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndedBy {
    /// The peer, by a BYE, which was answered.
    Bye,
    /// Nobody acknowledged our 2xx for 64 × T1; a BYE was sent (RFC 3261 §13.3.1.4).
    NoAck,
    /// The peer does not know the dialog, or did not answer within it (RFC 3261 §12.2.1.2).
    DialogGone,
    /// Nobody refreshed it in time; a BYE was sent (RFC 4028 §10).
    Expired,
}

/// An event of a user agent, for the node that it is part of.
#[derive(Clone, Debug)]
pub enum UaEvent {
    /// A request that no session owns: every one outside a dialog, also each initial INVITE, and
    /// those within dialogs that are not this user agent's. To be answered with [`respond`] or
    /// [`accept_invite`]; an INVITE has been answered with 100 already.
    ///
    /// [`respond`]: crate::UserAgent::respond
    /// [`accept_invite`]: crate::UserAgent::accept_invite
    Request {
        /// To be given back with the response.
        server: ServerId,
        /// The request, with `received` and `rport` in its Via.
        request: Box<Request>,
        /// The sender, as the network shows it.
        from: SocketAddr,
    },
    /// An ACK to a 2xx that no session owns: a proxy passes it on with [`forward`].
    ///
    /// [`forward`]: crate::UserAgent::forward
    Ack {
        /// The ACK.
        request: Box<Request>,
        /// The sender, as the network shows it.
        from: SocketAddr,
    },
    /// The client cancels an INVITE that no session has taken; the CANCEL is answered, the INVITE
    /// is not.
    Cancel {
        /// The INVITE.
        server: ServerId,
    },
    /// A response to a plain request: each provisional one but 100, the final one, and for an
    /// INVITE each 2xx, also repeated ones (RFC 6026).
    Response {
        /// The request.
        client: ClientId,
        /// The response.
        response: Box<Response>,
    },
    /// A plain request has no final response.
    NoResponse {
        /// The request.
        client: ClientId,
        /// Why.
        why: Failure,
    },
    /// A plain request has reached somebody: 100.
    Pending {
        /// The request.
        client: ClientId,
    },
    /// The INVITE of a session has reached somebody: 100.
    Trying {
        /// The session.
        session: SessionId,
    },
    /// Our call was challenged, and the INVITE has been sent again with an answer.
    Challenged {
        /// The session.
        session: SessionId,
    },
    /// Our call is on its way: a provisional response but 100.
    Progress {
        /// The session.
        session: SessionId,
        /// What was said, such as 180.
        code: StatusCode,
        /// Early media, if any.
        sdp: Option<Sdp>,
    },
    /// Our call is answered.
    Answered {
        /// The session.
        session: SessionId,
        /// The answer, which may have come with a provisional response of the same peer; or the
        /// offer if our INVITE had none, and [`acknowledge`] must follow.
        ///
        /// [`acknowledge`]: crate::UserAgent::acknowledge
        sdp: Option<Sdp>,
    },
    /// Our call is refused; the session is gone. 488 also stands for a 2xx whose session
    /// description could not be understood: it was acknowledged and ended.
    Refused {
        /// The session.
        session: SessionId,
        /// The final response's code.
        code: StatusCode,
        /// Its headers, such as `Retry-After`.
        headers: Headers,
    },
    /// Our call has no final response; the session is gone. A late 2xx will be ended.
    Failed {
        /// The session.
        session: SessionId,
        /// Why.
        why: Failure,
    },
    /// The peer acknowledged our 2xx, to an INVITE or a re-INVITE.
    Confirmed {
        /// The session.
        session: SessionId,
        /// The answer, if our 2xx was the offer.
        sdp: Option<Sdp>,
    },
    /// The peer wants to change the session, by INVITE or UPDATE; to be answered with [`answer_reinvite`].
    ///
    /// [`answer_reinvite`]: crate::UserAgent::answer_reinvite
    Reinvited {
        /// The session.
        session: SessionId,
        /// The offer; without one, the 2xx makes it.
        sdp: Option<Sdp>,
    },
    /// The peer wants us to call somebody else (RFC 3515): a telephone is to answer it with
    /// [`respond`], and to [`tell`] what becomes of it.
    ///
    /// [`respond`]: crate::UserAgent::respond
    /// [`tell`]: crate::UserAgent::tell
    Referred {
        /// The session.
        session: SessionId,
        /// To be given back with the response.
        server: ServerId,
        /// The REFER.
        request: Box<Request>,
    },
    /// The peer answered our re-INVITE, or a refresh of ours that moved its media. A refusal leaves the session as it was; after 491 the
    /// user agent tries again by itself, and tells of that only where another change waits, for which it gives this one up.
    Reanswered {
        /// The session.
        session: SessionId,
        /// The answer, or the offer if our re-INVITE had none, and [`acknowledge`] must follow;
        /// or the refusal's code.
        ///
        /// [`acknowledge`]: crate::UserAgent::acknowledge
        answer: Result<Option<Sdp>, StatusCode>,
    },
    /// The peer answered our question whether it is there.
    Alive {
        /// The session.
        session: SessionId,
    },
    /// The caller gave up before we answered; 487 was sent and the session is gone.
    Cancelled {
        /// The session.
        session: SessionId,
    },
    /// The session has ended, not by us, and is gone.
    Ended {
        /// The session.
        session: SessionId,
        /// By what.
        why: EndedBy,
    },
    /// The session that we hung up has ended and is gone.
    HungUp {
        /// The session.
        session: SessionId,
        /// What became of our BYE.
        confirmed: Confirmation,
    },
    /// One more 2xx came to the session's INVITE, from another peer or after it was given up; it
    /// was acknowledged and ended.
    Forked {
        /// The session, which may be gone.
        session: SessionId,
    },
    /// A datagram that is no SIP message; a request was refused where that was possible.
    Malformed {
        /// The sender, as the network shows it.
        from: SocketAddr,
        /// What is wrong.
        error: MessageError,
    },
}
