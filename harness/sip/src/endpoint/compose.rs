//! The requests that the transaction layer makes itself.

use crate::message::{copy_headers, field};
use crate::{Method, Name, Request, Response};

/// The ACK to a refusal of `invite` (RFC 3261 §17.1.1.3).
pub(super) fn ack(invite: &Request, refusal: &Response) -> Request {
    let mut ack = hop_by_hop(invite, Method::ACK);
    let to = refusal.header(&Name::TO).into_iter();
    field::replace(&mut ack.headers, &Name::TO, to);
    ack
}

/// The CANCEL of `invite` (RFC 3261 §9.1).
pub(super) fn cancel(invite: &Request) -> Request {
    hop_by_hop(invite, Method::CANCEL)
}

/// A request that follows `invite` to its next hop, and belongs to the same transaction there.
fn hop_by_hop(invite: &Request, method: Method) -> Request {
    let copied = [
        Name::ROUTE,
        Name::MAX_FORWARDS,
        Name::FROM,
        Name::TO,
        Name::CALL_ID,
    ];
    let mut request = Request::new(method, invite.uri.clone());
    request.headers = copy_headers(&invite.headers, &copied);
    if let Some(via) = invite.header(&Name::VIA) {
        request.headers.insert_front(Name::VIA, via);
    }
    let cseq = format!("{} {}", invite.cseq().0, request.method);
    request.headers.insert(Name::CSEQ, cseq);
    request
}
