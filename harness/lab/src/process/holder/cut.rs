//! How what goes to one peer is cut, by rtnetlink: no packet filter is needed.
//!
//! - *Silently*, with a permanent neighbour entry for the peer whose link address nobody has: the
//!   frames leave, and nobody takes them. (A `blackhole` route would not be silent: the sender gets
//!   EINVAL at once.)
//! - *Rejecting*, with an `unreachable` route to the peer: the sender gets EHOSTUNREACH.

use std::net::IpAddr;

use rtnetlink::packet_route::route::{RouteMessage, RouteType};
use rtnetlink::{Handle, RouteMessageBuilder};

use super::error::LinkError;
use model::fault::Cut;

/// A locally administered link address (IEEE 802) that no interface of a laboratory has.
const NOBODY: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0xde, 0xad];

/// From now on nothing that leaves for `peer` through `interface` arrives.
pub(super) async fn cut(
    routes: &Handle,
    interface: u32,
    peer: IpAddr,
    how: Cut,
) -> Result<(), LinkError> {
    match how {
        Cut::Silent => {
            let neighbours = routes.neighbours();
            let entry = neighbours.add(interface, peer);
            entry.link_layer_address(&NOBODY).replace().execute().await
        }
        Cut::Reject => routes.route().add(unreachable(peer)?).execute().await,
    }
    .map_err(LinkError::from)
}

/// What leaves for `peer` arrives again; it is cut in this way.
pub(super) async fn heal(
    routes: &Handle,
    interface: u32,
    peer: IpAddr,
    how: Cut,
) -> Result<(), LinkError> {
    match how {
        Cut::Silent => {
            let neighbours = routes.neighbours();
            let mut entry = neighbours.add(interface, peer);
            neighbours.del(entry.message_mut().clone()).execute().await
        }
        Cut::Reject => routes.route().del(unreachable(peer)?).execute().await,
    }
    .map_err(LinkError::from)
}

/// The route that leads to `peer` and to nobody else, and nowhere.
fn unreachable(peer: IpAddr) -> Result<RouteMessage, LinkError> {
    let whole = if peer.is_ipv4() { 32 } else { 128 };
    let route = RouteMessageBuilder::<IpAddr>::new()
        .destination_prefix(peer, whole)
        .map_err(|_| LinkError::NoRoute(peer))?;
    Ok(route.kind(RouteType::Unreachable).build())
}
