//! Where a request with a route set goes (RFC 3261 §12.2.1.1, §16.6, §16.12).

use std::net::SocketAddr;

use crate::message::field::{self, Address};
use crate::{Name, Request, SipUri, address_of, uri_text};

/// Sets the request URI and Route for a request to `target` through `routes`, and says where it
/// goes next, if that is a numeric address.
///
/// A first hop without `lr` is a strict router of RFC 2543: it gets its own URI as request URI,
/// and finds the target at the end of Route.
pub(crate) fn direct(
    request: &mut Request,
    target: &SipUri,
    routes: &[String],
) -> Option<SocketAddr> {
    let first = routes.first().and_then(|route| Address::of(route).uri());
    let next = first.as_ref().unwrap_or(target);
    let next_hop = address_of(next);
    if next.uri_params.get("lr").is_some() || first.is_none() {
        request.uri = target.clone();
        field::replace(&mut request.headers, &Name::ROUTE, routes);
    } else {
        request.uri = next.clone();
        let target = format!("<{}>", uri_text(target));
        let rest = routes.iter().skip(1).chain([&target]);
        field::replace(&mut request.headers, &Name::ROUTE, rest);
    }
    next_hop
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    fn directed(routes: &[&str]) -> (String, Vec<String>, String) {
        let target: SipUri = "sip:b@198.18.0.2".parse().unwrap();
        let routes: Vec<String> = routes.iter().map(ToString::to_string).collect();
        let mut request = Request::new(Method::BYE, target.clone());
        let next_hop = direct(&mut request, &target, &routes).unwrap();
        let routes = field::all(&request.headers, &Name::ROUTE);
        (uri_text(&request.uri), routes, next_hop.to_string())
    }

    #[test]
    fn without_routes_a_request_goes_to_its_target() {
        let expected = ("sip:b@198.18.0.2".into(), vec![], "198.18.0.2:5060".into());
        assert_eq!(directed(&[]), expected);
    }

    #[test]
    fn a_loose_router_gets_the_request_with_its_uri_in_route() {
        let (uri, routes, next_hop) = directed(&["<sip:198.18.0.9;lr>", "<sip:198.18.0.8;lr>"]);
        assert_eq!(uri, "sip:b@198.18.0.2");
        assert_eq!(routes, ["<sip:198.18.0.9;lr>", "<sip:198.18.0.8;lr>"]);
        assert_eq!(next_hop, "198.18.0.9:5060");
    }

    #[test]
    fn a_strict_router_gets_the_request_with_the_target_at_the_end_of_route() {
        let (uri, routes, next_hop) = directed(&["<sip:198.18.0.9>", "<sip:198.18.0.8;lr>"]);
        assert_eq!(uri, "sip:198.18.0.9");
        assert_eq!(routes, ["<sip:198.18.0.8;lr>", "<sip:b@198.18.0.2>"]);
        assert_eq!(next_hop, "198.18.0.9:5060");
    }
}
