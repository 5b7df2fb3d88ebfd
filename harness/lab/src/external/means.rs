//! Which walks a target's commands are enough for.

use model::host::HostName;
use model::topology::Pool;
use model::walk::Walk;
use target::Running;
use target::running::NamedCommand;

use crate::LabError;

/// What this walk asks for and cannot be had of machines that the target alone breaks and mends, if
/// there is something.
pub fn lacks(running: &Running, walk: &Walk) -> Option<LabError> {
    let no_means = |what, host, why: String| Some(LabError::NoMeans { what, host, why });
    if walk.links.pools.is_some() {
        let why = "nothing of the lab runs there".to_owned();
        return no_means("have its links impaired", HostName::PRIMARY, why);
    }
    if walk.load.is_some() {
        let why = "it has no ports for the callers and agents of one".to_owned();
        return no_means("have a load", HostName::CLIENTS, why);
    }
    let outage = walk.outage.as_ref()?;
    let away = "be taken away";
    let host = outage.hosts.first().copied().unwrap_or(HostName::PRIMARY);
    let Some((breaks, mends)) = running.commands.of(outage.fault) else {
        let why = format!("there is no command for the fault `{}`", outage.fault);
        return no_means(away, host, why);
    };
    let missing = |named: &NamedCommand<'_>| named.command.is_none();
    if let Some(named) = [breaks, mends].into_iter().find(missing) {
        let why = format!("the target's file has no command `{}`", named.name);
        return no_means(away, host, why);
    }
    let mut hosts = outage.hosts.iter();
    if let Some(host) = hosts.find(|host| running.machine(**host).is_none()) {
        let why = "the target's file gives no address of it".to_owned();
        return no_means(away, *host, why);
    }
    let is_asked = |host: &HostName| Pool::BOTH.iter().any(|pool| pool.host() == *host);
    if !outage.hosts.iter().any(is_asked) {
        let why = "no probe that is there would see it".to_owned();
        return no_means(away, host, why);
    }
    None
}
