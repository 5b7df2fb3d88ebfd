//! What a walk says of impaired links, as links of nodes and hosts.

use model::impairment::{Impairment, Percent};
use node::sim::{Link, Probability};

/// What an impairment adds to whatever link there is.
pub fn of_datagrams(impairment: &Impairment) -> Link {
    Link {
        latency: impairment.delay.get(),
        jitter: impairment.jitter.get(),
        loss: probability(impairment.loss),
        duplicate: probability(impairment.duplicate),
        reorder: probability(impairment.reorder),
    }
}

/// A link between hosts of one site that is impaired.
pub(crate) fn of_hosts(impairment: &Impairment) -> Link {
    Link {
        latency: Link::SITE.latency + impairment.delay.get(),
        jitter: Link::SITE.jitter + impairment.jitter.get(),
        ..of_datagrams(impairment)
    }
}

fn probability(percent: Percent) -> Probability {
    Probability::in_million(percent.per_million())
}
