//! A proxy's rules for what it passes on (RFC 3261 §16). They change messages only: the
//! transactions on both sides are the [`UserAgent`](crate::UserAgent)'s plain requests.

use std::net::SocketAddr;

use crate::message::field::{self, Address};
use crate::user_agent::unsupported;
use crate::{Name, Request, Response, SipUri, StatusCode, address_of, route, uri_text};

/// Max-Forwards of a request that came without it (§16.6 step 3).
const MAX_FORWARDS: u8 = 70;

/// The request as it is passed on, and its next hop where that is a numeric address.
///
/// `target` replaces the request URI, where the proxy is responsible for it. `record_route` (it
/// should have `lr`) keeps the proxy at `own` in the path of the dialog's later requests. Via is
/// added when the request is sent.
///
/// # Errors
///
/// What to answer instead: 483 when Max-Forwards is used up, 400 when it is no number, 420 when
/// the request demands an extension of proxies, with what it demands (§16.3).
pub fn forward_request(
    request: &Request,
    target: Option<SipUri>,
    record_route: Option<&SipUri>,
    own: SocketAddr,
) -> Result<(Request, Option<SocketAddr>), Box<Response>> {
    if let Some(refusal) = unsupported(request, &Name::PROXY_REQUIRE, |_| false) {
        return Err(Box::new(refusal));
    }
    let mut forwarded = request.clone();
    count_hop(&mut forwarded).map_err(|code| Box::new(Response::to(request, code)))?;
    take_own_routes(&mut forwarded, own);
    if let Some(uri) = record_route {
        let value = format!("<{}>", uri_text(uri));
        forwarded.headers.insert_front(Name::RECORD_ROUTE, value);
    }
    let target = target.unwrap_or_else(|| forwarded.uri.clone());
    let routes = field::all(&forwarded.headers, &Name::ROUTE);
    let next_hop = route::direct(&mut forwarded, &target, &routes);
    Ok((forwarded, next_hop))
}

/// The proxy's own URIs at the beginning of a request's route, as Record-Route of its dialog had them
/// (§16.4).
pub fn own_routes(request: &Request, own: SocketAddr) -> impl Iterator<Item = SipUri> {
    let routes = field::all(&request.headers, &Name::ROUTE).into_iter();
    let routes = routes.map_while(|route| Address::of(&route).uri());
    routes.take_while(move |uri| address_of(uri) == Some(own))
}

/// Where the requests of the callee go on from this proxy, which has not recorded itself in `invite`
/// yet: to the proxy before it, else to the caller; if that is a numeric address.
pub fn hop_to_caller(invite: &Request) -> Option<SocketAddr> {
    let recorded = field::first(&invite.headers, &Name::RECORD_ROUTE);
    let before = recorded.and_then(|value| Address::of(value).uri());
    address_of(&before.or_else(|| invite.target())?)
}

/// Gives the caller another URI of the proxy's own than the callee was given (§16.7 step 8). `uri` makes
/// it, of where the caller's requests go on from this proxy: to the one behind it, else to the callee.
pub fn record_for_caller(
    response: &mut Response,
    own: SocketAddr,
    uri: impl FnOnce(Option<SocketAddr>) -> Option<SipUri>,
) {
    let mut recorded = field::all(&response.headers, &Name::RECORD_ROUTE);
    let address = |value: &String| address_of(&Address::of(value).uri()?);
    let Some(at) = recorded
        .iter()
        .position(|value| address(value) == Some(own))
    else {
        return;
    };
    let far = match at.checked_sub(1) {
        Some(behind) => recorded.get(behind).and_then(address),
        None => response.contact().as_ref().and_then(address_of),
    };
    if let (Some(value), Some(uri)) = (recorded.get_mut(at), uri(far)) {
        *value = format!("<{}>", uri_text(&uri));
        field::replace(&mut response.headers, &Name::RECORD_ROUTE, recorded);
    }
}

/// The response as it is passed back, without the proxy's own Via (§16.7 step 3); `None` if it
/// was for the proxy itself.
pub fn forward_response(response: &Response) -> Option<Response> {
    let mut forwarded = response.clone();
    forwarded.headers.remove_first(&Name::VIA)?;
    forwarded.top_via()?;
    Some(forwarded)
}

fn count_hop(request: &mut Request) -> Result<(), StatusCode> {
    let left = match request.header(&Name::MAX_FORWARDS) {
        None => MAX_FORWARDS,
        Some(value) => {
            let left: u8 = value.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
            left.checked_sub(1).ok_or(StatusCode::TOO_MANY_HOPS)?
        }
    };
    field::replace(&mut request.headers, &Name::MAX_FORWARDS, [left]);
    Ok(())
}

/// Undoes what strict routers did to the request, and takes the proxy's own URIs off Route (§16.4).
fn take_own_routes(request: &mut Request, own: SocketAddr) {
    let is_own = |uri: &SipUri| address_of(uri) == Some(own);
    let is_own_route = |route: &String| Address::of(route).uri().is_some_and(|u| is_own(&u));
    let mut routes = field::all(&request.headers, &Name::ROUTE);
    if is_own(&request.uri) && request.uri.uri_params.get("lr").is_some() {
        let last = routes.last().and_then(|route| Address::of(route).uri());
        if let Some(target) = last {
            request.uri = target;
            routes.pop();
        }
    }
    let others = routes.iter().skip_while(|route| is_own_route(route));
    field::replace(&mut request.headers, &Name::ROUTE, others);
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Method;

    const OWN: &str = "198.18.0.3:5060";

    fn request(headers: &[(Name, &str)]) -> Request {
        let mut request = Request::new(Method::INVITE, "sip:b@198.18.0.2".parse().unwrap());
        for (name, value) in headers {
            request.headers.insert(name.clone(), *value);
        }
        request
    }

    fn forwarded(request: &Request) -> (Request, Option<SocketAddr>) {
        forward_request(request, None, None, OWN.parse().unwrap()).unwrap()
    }

    #[rstest]
    #[case::decremented("70", Ok("69"))]
    #[case::last("1", Ok("0"))]
    #[case::used_up("0", Err(StatusCode::TOO_MANY_HOPS))]
    #[case::too_large("300", Err(StatusCode::BAD_REQUEST))]
    #[case::no_number("many", Err(StatusCode::BAD_REQUEST))]
    fn each_hop_is_counted(#[case] before: &str, #[case] after: Result<&str, StatusCode>) {
        let request = request(&[(Name::MAX_FORWARDS, before)]);
        let outcome = forward_request(&request, None, None, OWN.parse().unwrap());
        let left = outcome.map(|(r, _)| r.header(&Name::MAX_FORWARDS).unwrap().to_owned());
        assert_eq!(left.as_deref().map_err(|refusal| refusal.code), after);
    }

    #[test]
    fn an_extension_demanded_of_proxies_is_refused() {
        let request = request(&[(Name::PROXY_REQUIRE, "foo")]);
        let outcome = forward_request(&request, None, None, OWN.parse().unwrap());
        let refusal = outcome.unwrap_err();
        assert_eq!(refusal.code, StatusCode::BAD_EXTENSION);
        assert_eq!(refusal.header(&Name::UNSUPPORTED), Some("foo"));
    }

    #[test]
    fn the_next_hop_is_the_first_route_that_is_not_the_proxys_own() {
        let request = request(&[
            (Name::ROUTE, "<sip:198.18.0.3;lr>"),
            (Name::ROUTE, "<sip:198.18.0.9;lr>"),
        ]);
        let (forwarded, next_hop) = forwarded(&request);
        assert_eq!(next_hop, "198.18.0.9:5060".parse().ok());
        assert_eq!(
            field::all(&forwarded.headers, &Name::ROUTE),
            ["<sip:198.18.0.9;lr>"]
        );
    }

    #[test]
    fn what_a_strict_router_did_is_undone() {
        let mut request = request(&[(Name::ROUTE, "<sip:b@198.18.0.2>")]);
        request.uri = "sip:198.18.0.3;lr".parse().unwrap();
        let (forwarded, next_hop) = forwarded(&request);
        assert_eq!(uri_text(&forwarded.uri), "sip:b@198.18.0.2");
        assert_eq!(next_hop, "198.18.0.2:5060".parse().ok());
        assert!(!forwarded.headers.contains(&Name::ROUTE));
    }

    #[test]
    fn a_target_replaces_the_request_uri_and_record_route_comes_first() {
        let request = request(&[(Name::RECORD_ROUTE, "<sip:198.18.0.9;lr>")]);
        let target = "sip:b@198.18.0.7:5070".parse().unwrap();
        let own = "sip:198.18.0.3;lr".parse().unwrap();
        let outcome = forward_request(&request, Some(target), Some(&own), OWN.parse().unwrap());
        let (forwarded, next_hop) = outcome.unwrap();
        assert_eq!(next_hop, "198.18.0.7:5070".parse().ok());
        assert_eq!(
            field::all(&forwarded.headers, &Name::RECORD_ROUTE),
            ["<sip:198.18.0.3;lr>", "<sip:198.18.0.9;lr>"]
        );
    }

    #[test]
    fn a_response_loses_the_proxys_via_and_is_dropped_if_there_is_no_other() {
        let mut response = Response::to(&request(&[]), StatusCode::OK);
        response
            .headers
            .insert(Name::VIA, "SIP/2.0/UDP 198.18.0.3;branch=z9hG4bKb");
        assert!(forward_response(&response).is_none());
        response
            .headers
            .insert(Name::VIA, "SIP/2.0/UDP 198.18.0.1;branch=z9hG4bKa");
        let forwarded = forward_response(&response).unwrap();
        assert_eq!(forwarded.branch().as_deref(), Some("z9hG4bKa"));
    }
}
