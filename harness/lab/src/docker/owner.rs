//! Whether the harness that made something still lives.

use std::fmt;
use std::fs;

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
    /// It is on another machine; its holders tell whether they still hear it.
    Elsewhere,
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

    /// Whether it lives, as far as this machine knows.
    pub(super) fn life(&self) -> Life {
        if self.machine != machine() {
            return Life::Elsewhere;
        }
        match started(self.process) {
            Some(started) if started == self.started => Life::Lives,
            _ => Life::Dead,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.machine, self.process, self.started)
    }
}

/// This machine since its last start, and the namespace in which its processes are numbered.
/// Where the system does not tell, every machine looks alike, and nothing is known to be dead.
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{} {}", boot.trim(), namespace.display())
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
        assert_eq!(other.life(), Life::Elsewhere);
    }
}
