//! What this host sends to whom, and how that fares.
//!
//! What this host sends to a peer is cut, never what it receives: that is cut at the peer.

use std::collections::BTreeMap;
use std::net::IpAddr;

use futures_util::TryStreamExt as _;
use model::impairment::Impairment;
use rtnetlink::packet_route::address::AddressAttribute;
use rtnetlink::packet_route::link::LinkFlags;
use rtnetlink::{Handle, new_connection};

use super::error::LinkError;
use super::{cut, netem};
use model::fault::Cut;

/// The links of this host.
pub(super) struct Links {
    own: IpAddr,
    routes: Handle,
    cuts: BTreeMap<IpAddr, Cut>,
}

impl Links {
    /// Those of the host whose own address is `own`, all of them whole.
    pub(super) fn of(own: IpAddr) -> Result<Self, LinkError> {
        let (connection, routes, _) = new_connection()?;
        tokio::spawn(connection);
        let cuts = BTreeMap::new();
        Ok(Links { own, routes, cuts })
    }

    /// From now on nothing that this host sends to `peer` arrives.
    pub(super) async fn cut(&mut self, peer: IpAddr, how: Cut) -> Result<(), LinkError> {
        if self.cuts.contains_key(&peer) {
            return Err(LinkError::CutAlready(peer));
        }
        cut::cut(&self.routes, self.interface().await?, peer, how).await?;
        self.cuts.insert(peer, how);
        Ok(())
    }

    /// What this host sends to `peer` arrives again.
    pub(super) async fn heal(&mut self, peer: IpAddr) -> Result<(), LinkError> {
        let how = *self.cuts.get(&peer).ok_or(LinkError::NotCut(peer))?;
        cut::heal(&self.routes, self.interface().await?, peer, how).await?;
        self.cuts.remove(&peer);
        Ok(())
    }

    /// Heals whatever is cut. Tells of the first that could not be; the others are healed.
    pub(super) async fn heal_all(&mut self) -> Result<(), LinkError> {
        let peers: Vec<IpAddr> = self.cuts.keys().copied().collect();
        let mut outcome = Ok(());
        for peer in peers {
            let healed = self.heal(peer).await;
            outcome = outcome.and(healed);
        }
        outcome
    }

    /// Whatever this host sends fares so from now on.
    pub(super) async fn impair(&mut self, impairment: &Impairment) -> Result<(), LinkError> {
        let interface = self.interface().await?;
        netem::impair(&mut self.routes, interface, impairment).await
    }

    /// The interface that has the host's own address.
    async fn interface(&self) -> Result<u32, LinkError> {
        let mut addresses = self.routes.address().get().execute();
        while let Some(entry) = addresses.try_next().await? {
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
        Err(if self.own.is_loopback() {
            LinkError::Loopback(self.own)
        } else {
            LinkError::NoInterface(self.own)
        })
    }

    /// The interface, if it is none within the machine.
    async fn with_links(&self, interface: u32) -> Result<u32, LinkError> {
        let mut links = self.routes.link().get().match_index(interface).execute();
        match links.try_next().await? {
            Some(link) if link.header.flags.contains(LinkFlags::Loopback) => {
                Err(LinkError::Loopback(self.own))
            }
            _ => Ok(interface),
        }
    }
}
