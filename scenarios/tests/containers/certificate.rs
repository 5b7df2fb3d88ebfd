//! What a certificate says of where its drill was held.

use std::fs;

use serde_json::Value;

use crate::drill::Drill;

pub(crate) fn names_its_ground() {
    let desk = tempfile::tempdir().unwrap();
    let path = desk.path().join("drill.tar");
    let evidence = path.to_str().unwrap();
    let arguments = ["certify", "--walk", "control", "--evidence", evidence];
    let outcome = Drill::begin(&arguments, &[]).outcome();
    assert!(
        outcome.told.contains("The certificate is in"),
        "{}",
        outcome.told
    );
    let environment = environment(&fs::read(&path).unwrap());
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
