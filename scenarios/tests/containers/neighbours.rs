//! Two drills at once, on one engine: one that reaches it as usual and writes a certificate, and one
//! that reaches it over a network.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::drill::{Drill, has_nothing};
use crate::road::Road;

pub(crate) fn leave_each_other_alone() {
    let desk = tempfile::tempdir().unwrap();
    let evidence = desk.path().join("drill.tar");
    let path = evidence.to_str().unwrap();
    let road = Road::open();
    let drills = [
        Drill::begin(&["certify", "--walk", "control", "--evidence", path], &[]),
        Drill::of_control(&[("DOCKER_HOST", road.host().as_str())]),
    ];
    for drill in drills {
        let process = drill.process();
        let outcome = drill.outcome();
        // The control judges no clause: it is incomplete by itself, and all was well in it.
        assert_eq!(outcome.code, Some(3), "{}", outcome.told);
        assert!(outcome.run().join("results.json").exists());
        has_nothing(process);
    }
    names_engine_kernel_and_image(&evidence);
}

/// What a certificate says of where its drill was run.
fn names_engine_kernel_and_image(certificate: &Path) {
    let environment = environment(&fs::read(certificate).unwrap());
    let text = |key: &str| environment[key].as_str().unwrap_or_default();
    assert!(
        text("engine").contains(|c: char| c.is_ascii_digit()),
        "{environment}"
    );
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    if std::env::var_os("DOCKER_HOST").is_none() {
        assert_eq!(text("kernel"), format!("linux {}", release.trim()));
    }
    let images = environment["images"].as_object().unwrap();
    let digests: Vec<&str> = images.values().filter_map(Value::as_str).collect();
    assert!(
        matches!(digests[..], [digest] if digest.starts_with("sha256:")),
        "{environment}"
    );
}

/// The member of the archive, which is stored as it is.
fn environment(archive: &[u8]) -> Value {
    let text = String::from_utf8_lossy(archive);
    let begin = text
        .find("{\n  \"schema\": \"rgdrill-environment/1\"")
        .unwrap();
    let mut values = serde_json::Deserializer::from_str(&text[begin..]).into_iter();
    values.next().unwrap().unwrap()
}
