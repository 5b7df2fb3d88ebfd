//! The files of a target's containers.

use std::fs;
use std::path::Path;

use model::file::SourceFile;
use model::host::Site;
use model::topology::{Pool, Routing};
use rstest::rstest;
use target::files::{
    DeployedAgent, DeployedGroup, DeployedHost, DeployedOutsider, DeployedPool, RenderedFile,
};
use target::{Container, Deployed, FilesError, Runs, Target, TargetFiles};

use crate::common::{VENDOR, secrets, vendor};

fn deployed() -> Deployed {
    let pool = |name: Pool, last: u8| DeployedPool {
        name,
        word: format!("{name}.example.com"),
        address: format!("198.18.0.{last}"),
        database: format!("198.18.0.{}", last + 1),
        sip: 5060,
        http: 443,
    };
    let host = |name: &str, site, address: &str| DeployedHost {
        name: name.parse().unwrap(),
        site,
        address: address.to_owned(),
    };
    let hosts = [
        host("primary", Site::Primary, "198.18.0.11"),
        host("arbiter", Site::Neither, "198.18.0.41"),
    ];
    Deployed {
        domain: Some("voice.example".to_owned()),
        host: hosts[0].clone(),
        hosts: hosts.into_iter().map(|host| (host.name, host)).collect(),
        primary: pool(Pool::Primary, 11),
        backup: pool(Pool::Backup, 21),
        pool: Some(pool(Pool::Primary, 11)),
        partner: Some(pool(Pool::Backup, 21)),
        agents: vec![DeployedAgent {
            name: "paul".to_owned(),
            home: Pool::Primary,
            user: "paul".to_owned(),
            password: Some("drill".to_owned()),
        }],
        groups: vec![DeployedGroup {
            name: "sales".to_owned(),
            owner: Pool::Primary,
            anonymous: false,
            formal: true,
            routing: Routing::Serial,
            alert_time: 20,
            queue_timeout: None,
            members: vec!["paul".to_owned()],
        }],
        callers: Vec::new(),
        callees: vec![DeployedOutsider {
            name: "carol".to_owned(),
            sip: "198.18.0.30:6001".to_owned(),
        }],
    }
}

fn container(target: &Target) -> &Container {
    let Runs::Containers(containers) = &target.runs else {
        panic!("no containers");
    };
    &containers.pool[0]
}

/// What the vendor's container finds of these files beside the target's own.
fn rendered(files: &[(&str, &str)]) -> Result<Vec<RenderedFile>, FilesError> {
    let beside = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = beside.path().join("files").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let target = vendor();
    let files = TargetFiles::read(&target, beside.path())?;
    files.render(&container(&target).files, &deployed(), &secrets(&target))
}

#[test]
fn a_directory_is_copied_and_its_templates_are_rendered() {
    let agents = "{% for agent in agents if agent.home == pool.name %}\n\
                  [{{ agent.name }}]\npassword={{ agent.password }}\n{% endfor %}\n";
    let files = rendered(&[
        ("deep/agents.conf.j2", agents),
        ("plain.conf", "{{ as it is }}\n"),
        (
            "token.j2",
            "{{ secret('VENDOR_TOKEN') }} {{ groups[0].members | join(',') }} {{ hosts.arbiter.address }}\n",
        ),
    ])
    .unwrap();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|file| {
            (
                file.path.as_str(),
                std::str::from_utf8(&file.content).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        files,
        [
            ("/etc/vendor/deep/agents.conf", "[paul]\npassword=drill\n"),
            ("/etc/vendor/plain.conf", "{{ as it is }}\n"),
            ("/etc/vendor/token", "s3cr3t paul 198.18.0.41\n"),
        ]
    );
}

#[test]
fn a_file_is_named_itself() {
    let beside = tempfile::tempdir().unwrap();
    fs::write(beside.path().join("one.conf.j2"), "{{ partner.address }}").unwrap();
    let text = VENDOR.replace(
        "from: files, at: /etc/vendor",
        "from: one.conf.j2, at: /etc/one",
    );
    let target = Target::load(&SourceFile::new("vendor.yaml", text)).unwrap();
    let files = TargetFiles::read(&target, beside.path()).unwrap();
    let files = files.render(&container(&target).files, &deployed(), &secrets(&target));
    let files = files.unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(
        (files[0].path.as_str(), &files[0].content[..]),
        ("/etc/one", &b"198.18.0.21"[..])
    );
}

#[rstest]
#[case::no_template("one\n{% for %}\n", "a.j2:2: syntax error")]
#[case::not_there("one\n\n{{ agents[0].nmae }}\n", "a.j2:3: undefined value")]
#[case::no_secret(
    "{{ secret('PIN') }}",
    "a.j2:1: invalid operation: the secret `PIN` is not declared"
)]
fn what_is_wrong_with_a_template_is_said_with_its_line(#[case] text: &str, #[case] said: &str) {
    let error = rendered(&[("a.j2", text)]).unwrap_err().to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn a_template_of_bytes_is_none() {
    let beside = tempfile::tempdir().unwrap();
    fs::create_dir(beside.path().join("files")).unwrap();
    fs::write(beside.path().join("files/a.j2"), b"one\n\xff\n").unwrap();
    let error = TargetFiles::read(&vendor(), beside.path()).unwrap_err();
    assert!(
        error.to_string().contains("a.j2:2: it is not UTF-8"),
        "{error}"
    );
}

#[test]
fn files_that_are_not_there_are_named() {
    let error = TargetFiles::read(&vendor(), Path::new("/no/such/directory")).unwrap_err();
    assert!(
        error.to_string().contains("/no/such/directory/files"),
        "{error}"
    );
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    let beside = tempfile::tempdir().unwrap();
    fs::create_dir(beside.path().join("files")).unwrap();
    let sparse = fs::File::create(beside.path().join("files/disk.img")).unwrap();
    sparse.set_len(8 << 30).unwrap();
    let error = TargetFiles::read(&vendor(), beside.path()).unwrap_err();
    assert!(matches!(error, FilesError::TooMany(_)), "{error}");
}

/// The hosts that drills of the vendor's target have, beside those of its pools.
#[test]
fn what_is_a_part_of_its_pool_is_no_host_and_further_ones_are() {
    let hosts = vendor().hosts();
    let further = hosts.further.iter();
    let further: Vec<_> = further
        .map(|host| (host.name.word(), host.site.word()))
        .collect();
    assert!(!hosts.database);
    assert_eq!(further, [("arbiter", "neither"), ("media-west", "primary")]);
}
