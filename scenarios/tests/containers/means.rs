//! What a lab has not the means for leaves everything open.

use std::fs;
use std::path::Path;

use crate::drill::{Drill, read};

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/lync-2013");

/// A walk like `imported-kill` whose pools' links are impaired: the kernel may have netem, or not.
pub(crate) fn of_the_kernel() {
    let scenarios = tempfile::tempdir().unwrap();
    copy(Path::new(SCENARIOS), scenarios.path());
    let walks = scenarios.path().join("walks");
    let walk = read(&walks.join("imported-kill.yaml"))
        .replace("walk: imported-kill", "walk: impaired")
        .replace("judges:", "links: { pools: { delay: 5ms } }\njudges:");
    fs::write(walks.join("impaired.yaml"), walk).unwrap();
    let arguments = [
        "certify",
        "--scenarios",
        scenarios.path().to_str().unwrap(),
        "--walk",
        "impaired",
        "--clause",
        "outage.new.imported",
    ];
    let outcome = Drill::begin(&arguments, &[]).outcome();
    let results = read(&outcome.run().join("results.json"));
    if has_netem() {
        assert_eq!(outcome.code, Some(0), "{results}");
    } else {
        assert_eq!(outcome.code, Some(2), "{results}");
        let why = "host primary cannot impair its links: this kernel has no netem";
        assert!(results.contains(why), "{results}");
    }
}

/// Whether the kernel was built with it, or has it as a module.
fn has_netem() -> bool {
    let release = read(Path::new("/proc/sys/kernel/osrelease"));
    let modules = format!("/lib/modules/{}", release.trim());
    ["modules.builtin", "modules.dep"].iter().any(|list| {
        let list = fs::read_to_string(format!("{modules}/{list}"));
        list.is_ok_and(|list| list.contains("sch_netem"))
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
