//! Cutting this host off from others, by rtnetlink: no packet filter is needed.
//!
//! What this host sends to a peer is cut, never what it receives: that is cut at the peer.
//!
//! - *Silently*, with a permanent neighbour entry for the peer whose link address nobody has: the
//!   frames leave, and nobody takes them. (A `blackhole` route would not be silent: the sender gets
//!   EINVAL at once.)
//! - *Rejecting*, with an `unreachable` route to the peer: the sender gets EHOSTUNREACH.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;

use futures_util::TryStreamExt;
use lab::Cut;
use model::impairment::Impairment;
use rtnetlink::packet_route::address::AddressAttribute;
use rtnetlink::packet_route::link::LinkFlags;
use rtnetlink::packet_route::route::{RouteMessage, RouteType};
use rtnetlink::{Handle, RouteMessageBuilder, new_connection};

use super::netem::{self, NetemError};

/// A locally administered link address (IEEE 802) that no interface of a laboratory has.
const NOBODY: [u8; 6] = [0x02, 0x00, 0x00, 0x00, 0xde, 0xad];

/// The error number for a lack of privileges.
pub(super) const EPERM: i32 = 1;

/// Why a cut cannot be made or mended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CutError {
    /// No route netlink.
    #[error("the kernel's routes cannot be reached: {0}")]
    NoNetlink(#[from] io::Error),
    /// The host's own address is on none of its interfaces.
    #[error("no interface has the address {0}")]
    NoInterface(IpAddr),
    /// Nothing can be cut within a machine.
    #[error("{0} is on the loopback interface, which has no links to cut")]
    Loopback(IpAddr),
    /// One of two cuts would be mended with the other.
    #[error("what goes to {0} is cut already")]
    CutAlready(IpAddr),
    /// Nothing to mend.
    #[error("what goes to {0} is not cut")]
    NotCut(IpAddr),
    /// The process may not change routes.
    #[error("routes cannot be changed without the capability NET_ADMIN")]
    NotPermitted,
    /// The kernel refused.
    #[error("the kernel refused: {0}")]
    Refused(rtnetlink::Error),
    /// Not an address that can be cut.
    #[error("there can be no route to {0}")]
    NoRoute(IpAddr),
}

/// The cuts of this host.
pub(crate) struct Cuts {
    own: IpAddr,
    routes: Handle,
    in_force: BTreeMap<IpAddr, Cut>,
}

impl Cuts {
    /// The host whose own address is `own`, cut off from nobody.
    pub(crate) fn of(own: IpAddr) -> Result<Self, CutError> {
        let (connection, routes, _) = new_connection()?;
        tokio::spawn(connection);
        Ok(Cuts {
            own,
            routes,
            in_force: BTreeMap::new(),
        })
    }

    /// From now on nothing that this host sends to `peer` arrives.
    pub(crate) async fn cut(&mut self, peer: IpAddr, how: Cut) -> Result<(), CutError> {
        if self.in_force.contains_key(&peer) {
            return Err(CutError::CutAlready(peer));
        }
        let interface = self.interface().await?;
        match how {
            Cut::Silent => {
                let neighbours = self.routes.neighbours();
                let entry = neighbours.add(interface, peer);
                entry.link_layer_address(&NOBODY).replace().execute().await
            }
            Cut::Reject => self.routes.route().add(unreachable(peer)?).execute().await,
        }
        .map_err(refused)?;
        self.in_force.insert(peer, how);
        Ok(())
    }

    /// What this host sends to `peer` arrives again.
    pub(crate) async fn mend(&mut self, peer: IpAddr) -> Result<(), CutError> {
        let how = *self.in_force.get(&peer).ok_or(CutError::NotCut(peer))?;
        match how {
            Cut::Silent => {
                let neighbours = self.routes.neighbours();
                let mut entry = neighbours.add(self.interface().await?, peer);
                neighbours.del(entry.message_mut().clone()).execute().await
            }
            Cut::Reject => self.routes.route().del(unreachable(peer)?).execute().await,
        }
        .map_err(refused)?;
        self.in_force.remove(&peer);
        Ok(())
    }

    /// Mends all cuts. Tells of the first that could not be; the others are mended.
    pub(crate) async fn mend_all(&mut self) -> Result<(), CutError> {
        let peers: Vec<IpAddr> = self.in_force.keys().copied().collect();
        let mut outcome = Ok(());
        for peer in peers {
            let mended = self.mend(peer).await;
            outcome = outcome.and(mended);
        }
        outcome
    }

    /// Whatever this host sends fares so from now on.
    pub(crate) async fn impair(&mut self, impairment: &Impairment) -> Result<(), NetemError> {
        let interface = self.interface().await?;
        netem::impair(&mut self.routes, interface, impairment).await
    }

    /// The interface that has the host's own address.
    async fn interface(&self) -> Result<u32, CutError> {
        let mut addresses = self.routes.address().get().execute();
        while let Some(entry) = addresses.try_next().await.map_err(refused)? {
            let is_own = |attribute: &AddressAttribute| match attribute {
                AddressAttribute::Address(address) | AddressAttribute::Local(address) => {
                    *address == self.own
                }
                _ => false,
            };
            if entry.attributes.iter().any(is_own) {
                return self.with_links(entry.header.index).await;
            }
        }
        let within = self.own.is_loopback();
        Err(if within {
            CutError::Loopback(self.own)
        } else {
            CutError::NoInterface(self.own)
        })
    }

    /// The interface, if it is none within the machine.
    async fn with_links(&self, interface: u32) -> Result<u32, CutError> {
        let mut links = self.routes.link().get().match_index(interface).execute();
        match links.try_next().await.map_err(refused)? {
            Some(link) if link.header.flags.contains(LinkFlags::Loopback) => {
                Err(CutError::Loopback(self.own))
            }
            _ => Ok(interface),
        }
    }
}

/// The route that leads to `peer` and to nobody else, and nowhere.
fn unreachable(peer: IpAddr) -> Result<RouteMessage, CutError> {
    let whole = if peer.is_ipv4() { 32 } else { 128 };
    let route = RouteMessageBuilder::<IpAddr>::new()
        .destination_prefix(peer, whole)
        .map_err(|_| CutError::NoRoute(peer))?;
    Ok(route.kind(RouteType::Unreachable).build())
}

fn refused(error: rtnetlink::Error) -> CutError {
    match &error {
        rtnetlink::Error::NetlinkError(message) if message.raw_code() == -EPERM => {
            CutError::NotPermitted
        }
        _ => CutError::Refused(error),
    }
}
