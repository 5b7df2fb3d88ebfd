//! A pair of Asterisk servers: containers, files and commands of a target that nobody here wrote.

use lab::docker::{Engine, ImageSource};
use serde_json::Value;

use crate::drill::{Drill, has_nothing};

const IMAGE: &str = "rgdrill-asterisk:22";

/// What Asterisk does by itself, whoever its adapter is: each is seen on the wire.
const OF_ASTERISK: [&str; 5] = [
    "outage.connected.regular",
    "outage.connected.anonymous",
    "outage.in-progress.all",
    "outage.new.imported",
    "failed-over.connected.regular",
];

/// Whether the engine has the image.
pub(crate) fn has_image(engine: &Engine) -> bool {
    ImageSource::Existing(IMAGE.to_owned())
        .provide(engine)
        .is_ok()
}

pub(crate) fn is_drilled() {
    let target = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/targets/asterisk.yaml"
    );
    let arguments = [
        "certify",
        "--target",
        target,
        "--seed",
        "1",
        "--walk",
        "imported-kill",
        "--jobs",
        "1",
    ];
    let drill = Drill::begin(&arguments, &[]);
    let process = drill.process();
    let outcome = drill.outcome();
    assert!(
        matches!(outcome.code, Some(1 | 2)),
        "{:?}: {}",
        outcome.code,
        outcome.told
    );
    let results = outcome.run().join("results.json");
    let results: Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    let ran = results["ran"]["primary"][0].as_str().unwrap();
    assert!(
        ran.starts_with("asterisk: rgdrill-asterisk:22 sha256:"),
        "{ran}"
    );
    for id in OF_ASTERISK {
        let mut clauses = results["clauses"].as_array().unwrap().iter();
        let clause = clauses.find(|clause| clause["id"] == id).unwrap();
        assert_eq!(clause["observed"], "on-the-wire", "{id}");
        assert_eq!(clause["verdict"], "pass", "{clause:#}");
    }
    let unsupported = &results["summary"]["unsupported"];
    assert!(
        unsupported.as_u64().unwrap() > 0,
        "what the target does not claim is told"
    );
    has_nothing(process);
}
