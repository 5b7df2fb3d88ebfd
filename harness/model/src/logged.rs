//! What servers logged, as run directories have it: `logs/<walk>/<host>-workload.log`, of a target's own containers
//! `<host>-workload-<container>.log`. It is for people: no verdict depends on it.
//!
//! Before each line is the time since the lab was started, as in the journal.

use crate::host::HostName;

/// The directory of a run that has a directory of logs for each walk.
pub const DIR: &str = "logs";

/// The file of what runs on a host.
pub fn file(host: HostName, role: &str) -> String {
    format!("{host}-{role}.log")
}

/// Whether a file of this name is of a pool or a database, and not of what a lab has beside them.
pub fn is_of_server(file: &str) -> bool {
    let stem = file.strip_suffix(".log");
    stem.is_some_and(|stem| {
        stem.contains("-workload") && !stem.starts_with(&format!("{}-", HostName::CLIENTS))
    })
}

/// What goes before a line, of a time in microseconds.
pub fn stamp(t_us: u64) -> String {
    format!("{}.{:06} s ", t_us / 1_000_000, t_us % 1_000_000)
}

/// A line without its stamp, and the time in microseconds. `None`: it has none.
pub fn read(line: &str) -> Option<(u64, &str)> {
    let (stamp, text) = line.split_once(" s ")?;
    let (seconds, micros) = stamp.split_once('.')?;
    let number = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u64>().ok(),
        false => None,
    };
    if micros.len() != 6 {
        return None;
    }
    let seconds = number(seconds)?.checked_mul(1_000_000)?;
    Some((seconds.checked_add(number(micros)?)?, text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "one")]
    #[case(12_000_345, "waited 2.500000 s in all")]
    #[case(3_600_000_000, "")]
    fn a_stamp_is_read_as_it_was_written(#[case] t_us: u64, #[case] text: &str) {
        assert_eq!(read(&format!("{}{text}", stamp(t_us))), Some((t_us, text)));
    }

    #[rstest]
    #[case("")]
    #[case("waited for 12 s in vain")]
    #[case("12.5 s short")]
    #[case("-1.000000 s before")]
    #[case("+1.+00000 s signs")]
    #[case("99999999999999999999.000000 s late")]
    fn what_has_no_stamp_is_known(#[case] line: &str) {
        assert_eq!(read(line), None);
    }

    #[rstest]
    #[case("primary-workload.log", true)]
    #[case("backup-db-workload-asterisk.log", true)]
    #[case("primary-workload-holder.log", true)]
    #[case("primary-holder.log", false)]
    #[case("clients-workload.log", false)]
    #[case("primary-workload.txt", false)]
    fn logs_of_servers_are_known(#[case] file: &str, #[case] is_of_server: bool) {
        assert_eq!(super::is_of_server(file), is_of_server);
    }
}
