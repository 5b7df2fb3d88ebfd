//! Pools whose media comes from a host of its own.

use std::net::{IpAddr, Ipv4Addr};

use model::Verdict::{Inconclusive, Pass};
use model::host::{Host, HostName, Site};
use model::journal::{Event, Record};
use rstest::rstest;

use crate::drill;
use crate::script::Script;

const CONNECTED: &str = "failed-over.connected.anonymous-imported";
const NEW: &str = "failed-over.new.imported";
const RELAYED: &str = "outage.connected.anonymous";

/// Where the backup's media comes from.
const MEDIA: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 18, 0, 41));

/// The same drill, of a backup whose media comes from a host beside it, which is of this site.
fn with_media_host(site: Site) -> Script {
    let media: HostName = "media".parse().unwrap();
    let from_there = |record: &mut Record| {
        if let Event::WalkBegan {
            topology,
            addresses,
            probes,
            ..
        } = &mut record.event
        {
            *probes = Some(addresses.keys().copied().collect());
            topology.hosts.push(Host::new(media, site));
            addresses.insert(media, MEDIA);
            return;
        }
        let line = serde_json::to_string(&record).unwrap();
        let line = line
            .replace("198.18.0.3:20000", "198.18.0.41:20000")
            .replace("IN IP4 198.18.0.3", "IN IP4 198.18.0.41");
        *record = serde_json::from_str(&line).unwrap();
    };
    drill::imported().changing(from_there)
}

#[rstest]
fn media_of_a_host_of_its_site_is_a_pools(#[values(CONNECTED, NEW, RELAYED)] clause: &str) {
    with_media_host(Site::Backup).gives(clause, Pass, "");
}

/// Which pool carries a call cannot be told then, nor whether one does.
#[rstest]
fn media_of_a_host_of_another_site_or_none_is_not(
    #[values(Site::Neither, Site::Primary)] site: Site,
) {
    let said = "no steady state: no call reached a group owned by the backup";
    with_media_host(site).gives(NEW, Inconclusive, said);
}
