//! A pair of Asterisk servers with further hosts beside them: containers, files and commands of a target that
//! nobody here wrote.

use std::fs;
use std::path::{Path, PathBuf};

use lab::docker::{Engine, ImageSource};
use serde_json::Value;
use tempfile::TempDir;

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

/// What a witness and a recorder of calls run: something that listens.
const LISTENS: &str = "import socket, sys
listening = socket.create_server((sys.argv[1], 8000))
while True:
    listening.accept()[0].close()
";

/// A witness of neither site, and a recorder of the primary's: the one finds addresses in a file of its own, the
/// other is told its own by its command.
const FURTHER_HOSTS: &str = r#"
    further-hosts:
      witness:
        site: neither
        containers:
          - name: quorum
            image: rgdrill-asterisk:22
            command: [sh, -c, "grep -q 'neither 198.* recorder=198.* primary=198' /srv/hosts && exec /usr/bin/python3 /srv/listen {address}"]
            files: [{ from: srv, at: /srv }]
            ready: { run: [/usr/bin/python3, -c, "import socket; socket.create_connection(('{address}', 8000))"] }
      recorder:
        site: primary
        containers:
          - name: recorder
            image: rgdrill-asterisk:22
            command: [/usr/bin/python3, /srv/listen, "{address}"]
            files: [{ from: srv, at: /srv }]

"#;

/// What the file of the witness is made of.
const HOSTS: &str = "{{ host.site }} {{ host.address }} recorder={{ hosts.recorder.address }} primary={{ primary.address }}";

/// A deployment in which nobody takes part: who does is created by verbs.
const NOBODY: &str =
    r#"{{ {"pool": pool, "partner": partner, "agents": [], "groups": []} | tojson }}"#;

/// The verbs that create who takes part.
const CREATES: &str = r#"
  create-agent:
    command: { in: container, run: [rgdrill-adapter, create-agent, "{agent}", "{home}"], read: *ended }
  create-group:
    command:
      in: container
      run: [rgdrill-adapter, create-group, "{group}", "{owner}", "{members}", "{routing}", "{anonymous}", "{formal}", "{alert-seconds}", "{queue-seconds}"]
      read: *ended
"#;

/// The target with further hosts, and with agents and groups that its verbs create: its file, in a directory of its
/// own with what its containers find.
fn in_another_way() -> (TempDir, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("scenarios/targets/asterisk.yaml")).unwrap();
    let text = text.replace("../../docker", root.join("docker").to_str().unwrap());
    let before = "\n# One management surface";
    assert_eq!(text.matches(before).count(), 1);
    let text = text.replace(before, &format!("{FURTHER_HOSTS}{before}")) + CREATES;
    let before = "        volumes: &volumes";
    assert_eq!(text.matches(before).count(), 1);
    let nobody = "          - { from: nobody.j2, at: /etc/asterisk/deployment.json }\n";
    let text = text.replace(before, &format!("{nobody}{before}"));
    let beside = tempfile::tempdir().unwrap();
    fs::create_dir(beside.path().join("srv")).unwrap();
    fs::write(beside.path().join("srv/listen"), LISTENS).unwrap();
    fs::write(beside.path().join("srv/hosts.j2"), HOSTS).unwrap();
    fs::write(beside.path().join("nobody.j2"), NOBODY).unwrap();
    let file = beside.path().join("asterisk.yaml");
    fs::write(&file, text).unwrap();
    (beside, file)
}

/// Under an outage of the primary's site.
pub(crate) fn is_drilled() {
    let (_beside, target) = in_another_way();
    let arguments = [
        "certify",
        "--target",
        target.to_str().unwrap(),
        "--seed",
        "1",
        "--walk",
        "imported-isolate",
        "--all-walks",
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
    let results: Value = serde_json::from_slice(&fs::read(results).unwrap()).unwrap();
    let ran = results["ran"]["primary"][0].as_str().unwrap();
    assert!(
        ran.starts_with("asterisk: rgdrill-asterisk:22 sha256:"),
        "{ran}"
    );
    let ran: Vec<&String> = results["ran"].as_object().unwrap().keys().collect();
    assert_eq!(ran, ["backup", "primary", "recorder", "witness"]);
    let journal = fs::read_to_string(outcome.run().join("journal.jsonl")).unwrap();
    let isolated = r#""kind":"fault-injected","fault":"isolate","hosts":["primary","recorder"]"#;
    assert!(journal.contains(isolated));
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
