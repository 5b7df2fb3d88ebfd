//! A plan on the hosts that a target has: scenarios know of two pools, each with a database.

use model::Topology;
use model::host::{Host, HostName, Site, TargetHosts};
use model::walk::Outage;

use crate::plan::Plan;

/// Who takes both of these away, takes the primary's site away.
const SITE: [HostName; 2] = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];

impl Plan {
    /// The same plan on these hosts. An outage of a site takes all that is there; a database that is a part
    /// of its pool goes down with that. It is to be done before names are drawn, which are no host's.
    #[must_use]
    pub fn on(mut self, hosts: &TargetHosts) -> Plan {
        for host in &hosts.further {
            add(&mut self.topology, *host);
        }
        if let Some(outage) = &mut self.walk.outage {
            take_away(outage, hosts);
        }
        self
    }
}

/// Of a host that the scenarios know as well, the target says where it is.
fn add(topology: &mut Topology, host: Host) {
    topology.hosts.retain(|known| known.name != host.name);
    topology.hosts.push(host);
}

fn take_away(outage: &mut Outage, hosts: &TargetHosts) {
    if SITE.iter().all(|host| outage.hosts.contains(host)) {
        let of_site = hosts.further.iter();
        let of_site = of_site.filter(|host| host.site == Site::Primary);
        for host in of_site.map(|host| host.name) {
            if !outage.hosts.contains(&host) {
                outage.hosts.push(host);
            }
        }
    }
    if !hosts.database {
        let is_there = |host: &HostName| *host != HostName::PRIMARY_DATABASE;
        outage.hosts.retain(is_there);
    }
}

#[cfg(test)]
mod tests {
    use model::Span;
    use model::fault::FaultKind;
    use rstest::rstest;

    use super::*;
    use crate::draw::tests::plan;

    fn host(name: &str, site: Site) -> Host {
        Host::new(name.parse().unwrap(), site)
    }

    /// The hosts that an outage of these takes away, of a target with a media server on each site, and a witness.
    fn taken(outage: &[HostName], database: bool) -> Vec<String> {
        let mut plan = plan();
        plan.walk.outage = Some(Outage {
            fault: FaultKind::ISOLATE,
            hosts: outage.to_vec(),
            healed: Span::from_secs(4),
        });
        let further = vec![
            host("media-1", Site::Primary),
            host("media-2", Site::Backup),
            host("witness", Site::Neither),
        ];
        let plan = plan.on(&TargetHosts { database, further });
        let outage = plan.walk.outage.unwrap();
        outage.hosts.iter().map(HostName::to_string).collect()
    }

    #[rstest]
    #[case::of_a_site(&SITE, true, &["primary", "primary-database", "media-1"])]
    #[case::of_a_site_without_a_database(&SITE, false, &["primary", "media-1"])]
    #[case::of_a_pool(&SITE[..1], true, &["primary"])]
    fn an_outage_takes_what_is_there(
        #[case] outage: &[HostName],
        #[case] database: bool,
        #[case] hosts: &[&str],
    ) {
        assert_eq!(taken(outage, database), hosts);
    }

    #[test]
    fn the_target_says_where_a_host_is_that_the_scenarios_know() {
        let mut plan = plan();
        plan.topology.hosts = vec![host("witness", Site::Backup)];
        let further = vec![host("witness", Site::Neither)];
        let database = true;
        let plan = plan.on(&TargetHosts { database, further });
        assert_eq!(plan.topology.hosts, [host("witness", Site::Neither)]);
    }
}
