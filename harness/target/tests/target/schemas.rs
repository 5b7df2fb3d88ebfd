//! The JSON Schema of targets' files is that of the type.

use std::fs;
use std::path::Path;

use target::Target;

#[test]
fn the_schema_is_that_of_its_type() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/schemas/target.json");
    let fresh = serde_json::to_string_pretty(&Target::json_schema()).expect("JSON") + "\n";
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
