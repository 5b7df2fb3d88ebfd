//! How the pool stays in the path of a dialog, and knows it again: by its own URI in Record-Route,
//! which is signed.
//!
//! A proxy passes on what comes along a route of its own making, and nothing else: else whoever
//! writes a Route has it send to whomever. So the URI says by a signature of which dialog it is and
//! to which host it leads: what comes back with it goes there and nowhere else. Nothing is
//! remembered, and so a pool that was restarted still passes on who hangs up.

use std::net::{IpAddr, SocketAddr};

use sip::digest::Algorithm;
use sip::{Request, SipUri, Transport, proxy};

use crate::config::PoolConfig;

/// The parameter of the signature.
const SIGNATURE: &str = "sig";

/// What makes the pool's own URIs.
#[derive(Debug)]
pub(super) struct RecordRoute {
    local: SocketAddr,
    key: String,
}

impl RecordRoute {
    pub(super) fn new(config: &PoolConfig) -> Self {
        let key = format!("{}:{}:{}", config.name.0, config.sip, config.password.0);
        RecordRoute {
            local: config.sip,
            key: Algorithm::Sha256.hash(&key),
        }
    }

    /// The pool's own URI for one end of a dialog, whose requests go on to `far`. That end speaks
    /// with the pool by `transport`.
    pub(super) fn uri(
        &self,
        call_id: &str,
        far: Option<SocketAddr>,
        transport: Transport,
    ) -> Option<SipUri> {
        let (local, transport) = (self.local, transport.parameter());
        let signature = far.map(|far| self.signature(call_id, far.ip()));
        let signature = signature.map(|signature| format!(";{SIGNATURE}={signature}"));
        let signature = signature.unwrap_or_default();
        format!("sip:{local};lr{transport}{signature}").parse().ok()
    }

    /// Whether a request comes along a route of the pool's own that leads to `next`.
    pub(super) fn leads(&self, request: &Request, next: SocketAddr) -> bool {
        let signature = self.signature(request.call_id(), next.ip());
        let is_signed = |uri: &SipUri| {
            let said = uri.uri_params.get_val(SIGNATURE);
            said.is_some_and(|said| said.as_str() == signature)
        };
        // A strict router has put it into the request URI (section 16.4).
        is_signed(&request.uri) || proxy::own_routes(request, self.local).any(|uri| is_signed(&uri))
    }

    /// As HMAC has it (RFC 2104): the key goes in twice, so that nobody can lengthen what is signed.
    fn signature(&self, call_id: &str, far: IpAddr) -> String {
        let inner = Algorithm::Sha256.hash(&format!("{}:{far}:{call_id}", self.key));
        Algorithm::Sha256.hash(&format!("{}:{inner}", self.key))[..32].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use sip::{Method, Name, uri_text};

    use super::*;

    const CONFIG: &str = r#"{
        "name": "primary", "sip": "198.18.0.1:5060", "rtp": { "first": 20000, "last": 20999 },
        "http": "198.18.0.1:8080", "database": "198.18.0.11:8090", "password": "secret"
    }"#;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn request(call_id: &str, route: &str) -> Request {
        let mut request = Request::new(Method::BYE, "sip:zoe@198.18.0.9".parse().unwrap());
        request.headers.insert(Name::CALL_ID, call_id);
        request.headers.insert(Name::ROUTE, format!("<{route}>"));
        request
    }

    #[test]
    fn a_route_leads_to_one_host_in_one_dialog() {
        let config: PoolConfig = serde_json::from_str(CONFIG).unwrap();
        let own = RecordRoute::new(&config);
        let far = address("198.18.0.9:6000");
        let route = uri_text(&own.uri("call", Some(far), Transport::Tcp).unwrap());
        assert!(route.contains(";transport=tcp"), "{route}");
        let leads = |call_id, next| own.leads(&request(call_id, &route), address(next));
        assert!(leads("call", "198.18.0.9:6000") && leads("call", "198.18.0.9:5060"));
        assert!(!leads("call", "198.18.0.8:6000") && !leads("another", "198.18.0.9:6000"));
        let unsigned = request("call", "sip:198.18.0.1:5060;lr");
        assert!(!own.leads(&unsigned, far));
        let again = RecordRoute::new(&config);
        assert!(
            again.leads(&request("call", &route), far),
            "after a restart"
        );
    }
}
