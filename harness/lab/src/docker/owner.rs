//! Whether the harness that made something still lives.

use std::fmt;
use std::fs;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// A process of some machine. It is told from later ones of the same number by its start, and
/// machines (or containers, which have process numbers of their own) by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    machine: String,
    process: u32,
    started: String,
}

/// What is known of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It lives.
    Lives,
    /// It is dead.
    Dead,
    /// It is on another machine, or this one does not tell; its holders tell whether they still hear it.
    Unknown,
}

impl Owner {
    /// This process.
    pub(super) fn this() -> Owner {
        let process = std::process::id();
        Owner {
            machine: machine(),
            process,
            started: started(process).unwrap_or_default(),
        }
    }

    /// Reads what [`Owner`] prints.
    pub(super) fn parse(label: &str) -> Option<Owner> {
        let mut parts = label.rsplitn(3, '/');
        let started = parts.next()?.to_owned();
        let process = parts.next()?.parse().ok()?;
        let machine = parts.next()?.to_owned();
        Some(Owner {
            machine,
            process,
            started,
        })
    }

    /// Whether it lives, as far as this machine knows. Where `/proc` hides the processes of others
    /// (`hidepid`), a signal that may not be sent tells that there is somebody (kill(2)).
    pub(super) fn life(&self) -> Life {
        if self.machine.is_empty() || self.machine != machine() {
            return Life::Unknown;
        }
        let Ok(process) = i32::try_from(self.process) else {
            return Life::Unknown;
        };
        match kill(Pid::from_raw(process), None) {
            Err(Errno::ESRCH) => Life::Dead,
            Err(Errno::EPERM) | Ok(()) => self.life_of_number(started(self.process)),
            Err(_) => Life::Unknown,
        }
    }

    /// The same, where a process has its number that was started then, if that is known.
    fn life_of_number(&self, started: Option<String>) -> Life {
        match started {
            Some(started) if started == self.started => Life::Lives,
            Some(_) if !self.started.is_empty() => Life::Dead,
            _ => Life::Unknown,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.machine, self.process, self.started)
    }
}

/// This machine since its last start, and the namespace in which its processes are numbered; nothing
/// where the system does not tell.
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = fs::read_link("/proc/self/ns/pid");
    match (boot, namespace) {
        (Ok(boot), Ok(namespace)) => format!("{} {}", boot.trim(), namespace.display()),
        _ => String::new(),
    }
}

/// When a process started, in ticks since the machine did: field 22 of `stat`, counted after the
/// command's name, which may contain anything (proc(5)).
fn started(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_is_read_back() {
        let this = Owner::this();
        assert_eq!(Owner::parse(&this.to_string()), Some(this.clone()));
        assert_eq!(this.life(), Life::Lives);
    }

    #[test]
    fn a_later_process_of_the_same_number_is_another_one() {
        let mut earlier = Owner::this();
        earlier.started = "1".to_owned();
        assert_eq!(earlier.life(), Life::Dead);
    }

    #[test]
    fn of_a_process_elsewhere_nothing_is_known() {
        let mut other = Owner::this();
        other.machine = "another".to_owned();
        assert_eq!(other.life(), Life::Unknown);
    }

    #[test]
    fn of_a_process_that_the_system_hides_its_holders_tell() {
        let this = Owner::this();
        assert_eq!(this.life_of_number(None), Life::Unknown);
    }

    /// The first process of the machine is another user's for whoever is not root, and never dead.
    #[test]
    fn a_process_that_no_signal_may_be_sent_to_is_not_dead() {
        let mut first = Owner::this();
        first.process = 1;
        first.started = String::new();
        assert_eq!(first.life(), Life::Unknown);
    }

    #[test]
    fn a_process_that_has_ended_is_dead() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let mut ended = Owner::this();
        ended.process = child.id();
        child.wait().unwrap();
        assert_eq!(ended.life(), Life::Dead);
    }
}
