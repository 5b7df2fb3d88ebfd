//! The JSON Schemas of targets and of results are those of the types.

use std::fs;
use std::path::{Path, PathBuf};

use model::results::Results;
use rstest::rstest;
use target::Target;

#[rstest]
#[case::target("target", Target::json_schema())]
#[case::results("results", Results::json_schema())]
fn a_schema_is_that_of_its_type(#[case] name: &str, #[case] schema: schemars::Schema) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../scenarios/schemas")
        .join(format!("{name}.json"));
    let fresh = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).expect("a schema that can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "{} is stale: UPDATE=1 cargo test -p rgdrill-target --test target",
        path.display()
    );
}
