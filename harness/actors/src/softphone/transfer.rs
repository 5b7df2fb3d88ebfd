//! The call that somebody else's takes the place of: because the peer refers this end to somebody
//! (RFC 3515), or because somebody's INVITE replaces it (RFC 3891).
//!
//! Either way the call at this end goes on under its name, with another peer.

use std::net::SocketAddr;

use bytes::Bytes;
use model::journal::event::{EndedBy, Event, NoSuccess};
use model::topology::Pool;
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{
    Headers, Invite, Method, Name, NameAddr, Request, Response, ServerId, SessionId, SipUri,
    StatusCode, address_of, is_in, uri_text,
};

use super::Softphone;
use super::calls::EstablishedCall;

/// The type of a NOTIFY's body (RFC 3420).
const SIPFRAG: &str = "message/sipfrag;version=2.0";

/// A call that is to take the established one's place.
pub(super) struct Transfer {
    session: SessionId,
    pool: Pool,
    /// The session of whoever referred, as long as it is there.
    referrer: Option<SessionId>,
    /// What is told by: the REFER's number. Nothing, if nothing is to be told (RFC 4488).
    subscription: Option<u32>,
}

/// Which dialog an INVITE is to replace.
pub(super) struct Replaces {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    early_only: bool,
}

impl Replaces {
    /// What `invite` says of that, if anything.
    pub(super) fn of(invite: &Request) -> Option<Replaces> {
        let mut parts = invite.header(&Name::REPLACES)?.split(';').map(str::trim);
        let call_id = parts.next()?.to_owned();
        let parts: Vec<&str> = parts.collect();
        let value = |name: &str| {
            let mut found = parts.iter().filter_map(|part| part.split_once('='));
            let found = found.find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
            found.map_or(String::new(), |(_, value)| value.trim().to_owned())
        };
        let early_only = parts
            .iter()
            .any(|part| part.eq_ignore_ascii_case("early-only"));
        Some(Replaces {
            call_id,
            local_tag: value("to-tag"),
            remote_tag: value("from-tag"),
            early_only,
        })
    }
}

/// Whom a REFER names, and how.
struct ReferTo {
    uri: SipUri,
    replaces: Option<String>,
}

impl ReferTo {
    /// Of a REFER that wants an INVITE to a SIP URI.
    fn of(refer: &Request) -> Option<ReferTo> {
        let value = refer.header(&Name::REFER_TO)?;
        let uri = match value.split_once('<') {
            Some((_, rest)) => rest.split('>').next()?,
            None => value.split(';').next()?,
        };
        let (uri, headers) = uri.split_once('?').unwrap_or((uri, ""));
        let method = |part: &&str| part.to_ascii_lowercase().starts_with("method=");
        let mut parts = uri.trim().split(';');
        if let Some(method) = parts.clone().find(method)
            && !method.eq_ignore_ascii_case("method=INVITE")
        {
            return None;
        }
        let plain = parts.next()?;
        let parameters: Vec<&str> = parts.filter(|part| !method(part)).collect();
        let uri = [&[plain], &parameters[..]].concat().join(";");
        let uri: NameAddr = format!("<{uri}>").parse().ok()?;
        let mut headers = headers
            .split('&')
            .filter_map(|header| header.split_once('='));
        let replaces = headers.find(|(name, _)| name.eq_ignore_ascii_case("Replaces"));
        Some(ReferTo {
            uri: uri.uri,
            replaces: replaces.map(|(_, value)| unescaped(value)),
        })
    }
}

impl Softphone {
    /// The peer refers this end to somebody: it is called, with the same media.
    pub(super) fn referred(
        &mut self,
        now: Now,
        session: SessionId,
        server: ServerId,
        refer: &Request,
        out: &mut Outputs<Event>,
    ) {
        let is_of_call = self
            .established
            .as_ref()
            .is_some_and(|call| call.session == session);
        let to = ReferTo::of(refer);
        let (true, None, Some(to)) = (is_of_call, &self.transfer, to) else {
            let refusal = Response::to(refer, StatusCode::DECLINE);
            return self.user_agent.respond(now, server, refusal);
        };
        let is_quiet = refer
            .header(&Name::from("Refer-Sub".to_owned()))
            .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("false"));
        let mut accepted = Response::to(refer, StatusCode::from(202));
        let contact = sip::uri(&self.spec.user, self.spec.sip_address());
        let contact = format!("<{}>", uri_text(&contact));
        accepted.headers.insert(Name::CONTACT, contact);
        if is_quiet {
            let refer_sub = Name::from("Refer-Sub".to_owned());
            accepted.headers.insert(refer_sub, "false");
        }
        self.user_agent.respond(now, server, accepted);
        let subscription = (!is_quiet).then(|| refer.cseq().0);
        self.tell_referrer(now, session, subscription, "SIP/2.0 100 Trying");
        let transfer = self.call_other(now, session, to, refer);
        let pool = transfer.pool;
        self.transfer = Some(Transfer {
            referrer: Some(session),
            subscription,
            ..transfer
        });
        if let Some(call) = &self.established {
            out.event(Event::Tried {
                call: call.leg.name.clone(),
                pool,
            });
        }
    }

    /// Calls whom a REFER names.
    fn call_other(
        &mut self,
        now: Now,
        session: SessionId,
        to: ReferTo,
        refer: &Request,
    ) -> Transfer {
        let peer = self.user_agent.session(session).map(sip::Session::peer);
        let first = self.settings.hops.front().map(|hop| hop.address);
        let own = self.spec.sip_address();
        let next_hop = address_of(&to.uri).or(peer).or(first).unwrap_or(own);
        let pool = self
            .pool_at(next_hop)
            .or(peer.and_then(|peer| self.pool_at(peer)));
        let pool = pool.or(self.settings.hops.front().map(|hop| hop.pool));
        let is_in_domain = self
            .domain_name()
            .is_some_and(|domain| is_in(&to.uri, domain));
        let (mut headers, next_hop) = match is_in_domain {
            true => self.way_to(next_hop),
            false => (Headers::new(), next_hop),
        };
        if let Some(replaces) = to.replaces {
            headers.insert(Name::REPLACES, replaces);
        }
        let referred_by = Name::from("Referred-By".to_owned());
        if let Some(by) = refer.header(&referred_by) {
            headers.insert(referred_by, by);
        }
        let rtp = self.media.address();
        let sdp = self.established.as_mut().map(|call| call.leg.offer(rtp));
        let invite = Invite {
            from: NameAddr::uri(self.own_uri()),
            to: NameAddr::uri(to.uri.clone()),
            uri: to.uri,
            next_hop,
            sdp,
            headers,
        };
        Transfer {
            session: self.user_agent.invite(now, invite),
            pool: pool.unwrap_or(Pool::Primary),
            referrer: None,
            subscription: None,
        }
    }

    fn pool_at(&self, address: SocketAddr) -> Option<Pool> {
        let mut hops = self.settings.hops.iter();
        hops.find(|hop| hop.address == address).map(|hop| hop.pool)
    }

    /// The transfer, if it is this session that is to take the call's place.
    fn take_transfer(&mut self, session: SessionId) -> Option<Transfer> {
        self.transfer
            .take_if(|transfer| transfer.session == session)
    }

    /// Whom this end was referred to has answered: the call is with them now. Whether it was that.
    pub(super) fn transfer_answered(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<&Sdp>,
        out: &mut Outputs<Event>,
    ) -> bool {
        let Some(transfer) = self.take_transfer(session) else {
            return false;
        };
        if let Some(referrer) = transfer.referrer {
            self.tell_referrer(now, referrer, transfer.subscription, "SIP/2.0 200 OK");
            self.referrers.push(referrer);
        }
        if let Some(call) = &mut self.established {
            call.session = session;
            call.leg.change_dialog();
        }
        self.described(now, session, sdp, out);
        true
    }

    /// Whom this end was referred to does not take the call: it goes on as it was. Whether it was that.
    pub(super) fn transfer_failed(
        &mut self,
        now: Now,
        session: SessionId,
        outcome: &NoSuccess,
        out: &mut Outputs<Event>,
    ) -> bool {
        let Some(transfer) = self.take_transfer(session) else {
            return false;
        };
        let status = match outcome {
            NoSuccess::Refused { code } => format!("SIP/2.0 {code} Refused"),
            _ => "SIP/2.0 408 Request Timeout".to_owned(),
        };
        match transfer.referrer {
            Some(referrer) => {
                self.tell_referrer(now, referrer, transfer.subscription, &status);
            }
            // Whoever referred has left meanwhile: there is nobody to talk to.
            None => {
                if let Some(call) = self.established.take() {
                    self.close(call.leg, EndedBy::Broken, out);
                }
            }
        }
        true
    }

    /// A session of this end's was ended by its peer. Whether that was somebody who had referred this
    /// end to somebody else, and so has left a call that goes on.
    pub(super) fn left_by_referrer(&mut self, session: SessionId) -> bool {
        if let Some(transfer) = &mut self.transfer
            && transfer.referrer == Some(session)
        {
            transfer.referrer = None;
            return true;
        }
        let before = self.referrers.len();
        self.referrers.retain(|referrer| *referrer != session);
        self.referrers.len() < before
    }

    /// This end leaves its call: nobody is to take its place any more.
    pub(super) fn abandon_transfer(&mut self, now: Now) {
        if let Some(transfer) = self.transfer.take() {
            self.user_agent.cancel(now, transfer.session);
        }
        for referrer in std::mem::take(&mut self.referrers) {
            self.user_agent.hang_up(now, referrer);
        }
    }

    /// Tells whoever referred this end what came of it (RFC 3515 section 2.4.5).
    fn tell_referrer(
        &mut self,
        now: Now,
        referrer: SessionId,
        subscription: Option<u32>,
        status: &str,
    ) {
        let Some(number) = subscription else {
            return;
        };
        let state = match status.starts_with("SIP/2.0 1") {
            true => "active;expires=60",
            false => "terminated;reason=noresource",
        };
        let mut headers = Headers::new();
        headers.insert(Name::EVENT, format!("refer;id={number}"));
        headers.insert(Name::SUBSCRIPTION_STATE, state);
        let body = Bytes::from(format!("{status}\r\n"));
        let content = (SIPFRAG, body);
        self.user_agent
            .tell(now, referrer, Method::NOTIFY, &headers, content);
    }

    /// An INVITE that is to replace a call of this end's (RFC 3891 section 3).
    pub(super) fn replace(
        &mut self,
        now: Now,
        session: SessionId,
        request: &Request,
        replaces: &Replaces,
        out: &mut Outputs<Event>,
    ) {
        let is_meant = |candidate: SessionId| {
            let dialog = self.user_agent.session(candidate).map(sip::Session::dialog);
            dialog.is_some_and(|dialog| {
                dialog.call_id() == replaces.call_id
                    && dialog.local_tag() == replaces.local_tag
                    && dialog.remote_tag() == Some(replaces.remote_tag.as_str())
            })
        };
        let established = self.established.as_ref().map(|call| call.session);
        let outgoing = self.outgoing.as_ref().map(|call| call.session);
        let code = match (established, outgoing) {
            (Some(old), _) if is_meant(old) && replaces.early_only => StatusCode::BUSY_HERE,
            (Some(old), _) if is_meant(old) => {
                return self.take_place(now, session, request, old, out);
            }
            (_, Some(old)) if is_meant(old) => {
                return self.take_place(now, session, request, old, out);
            }
            _ => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        self.user_agent.refuse(now, session, code);
    }

    /// The call goes on in `session`; what it was in is ended.
    fn take_place(
        &mut self,
        now: Now,
        session: SessionId,
        request: &Request,
        old: SessionId,
        out: &mut Outputs<Event>,
    ) {
        let rtp = self.media.address();
        let offer = request.sdp().ok().flatten();
        let is_early = self
            .outgoing
            .as_ref()
            .is_some_and(|call| call.session == old);
        let leg = match is_early {
            true => self.outgoing.as_mut().map(|call| &mut call.leg),
            false => self.established.as_mut().map(|call| &mut call.leg),
        };
        let own = leg.map(|leg| match &offer {
            Some(offer) => leg.answer(offer, rtp),
            None => Ok(leg.offer(rtp)),
        });
        let Some(Ok(own)) = own else {
            let code = StatusCode::NOT_ACCEPTABLE_HERE;
            return self.user_agent.refuse(now, session, code);
        };
        self.user_agent.answer(now, session, own);
        if is_early && let Some(call) = self.outgoing.take() {
            out.event(Event::Answered {
                call: call.leg.name.clone(),
                pool: call.hop.pool,
                media: offer.as_ref().map_or(call.hop.address, Sdp::rtp),
            });
            self.user_agent.cancel(now, old);
            let leg = call.leg;
            self.established = Some(EstablishedCall::new(session, leg));
        } else if let Some(call) = &mut self.established {
            call.session = session;
            call.leg.change_dialog();
            self.user_agent.hang_up(now, old);
        }
        self.described(now, session, offer.as_ref(), out);
    }
}

/// A part of a URI without its escapes (RFC 3261 section 19.1.2).
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
