//! The file of a database.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::floods::{asked, is_healthy};
use super::pair::Loopback;
use super::process::{Process, RGDRILL};

/// How long a database may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database on this file, once it answers; no file of it may be larger than `limit` says, as
/// `ulimit -f` takes it.
fn started(network: &Loopback, data: &Path, limit: &str) -> Process {
    let data = data.display();
    let command =
        format!("ulimit -f {limit} && exec {RGDRILL} database --config - --data '{data}'");
    let database = Process::start("sh", ["-c", &command], &network.config("primary-database"));
    let late = Instant::now() + PATIENCE;
    while !is_healthy(network.primary_database()) {
        assert!(Instant::now() < late, "the database does not answer");
        thread::sleep(Duration::from_millis(20));
    }
    database
}

/// How a database ends that cannot use this file.
fn refused(network: &Loopback, data: &Path) -> Output {
    Command::new(RGDRILL)
        .args(["database", "--config", "-", "--data"])
        .arg(data)
        .env("RGDRILL_CONFIG", network.config("primary-database"))
        .output()
        .unwrap()
}

/// What it says, in one line.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let words: Vec<_> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "│" | "|"))
        .collect();
    words.join(" ")
}

pub(crate) fn one_owner() {
    let (network, directory) = (Loopback::new(), tempfile::tempdir().unwrap());
    let data = directory.path().join("data");
    let _first = started(&network, &data, "unlimited");
    // It is found out before the port is, which another network has free.
    let text = complaint(&refused(&Loopback::new(), &data));
    assert!(
        text.contains("data` cannot be used: another process has it open"),
        "{text}"
    );
    assert!(text.contains("stop the other database first"), "{text}");
}

pub(crate) fn emptied() {
    let (network, directory) = (Loopback::new(), tempfile::tempdir().unwrap());
    let data = directory.path().join("data");
    assert!(started(&network, &data, "unlimited").terminate().success());
    fs::write(&data, "").unwrap();
    let text = complaint(&refused(&network, &data));
    assert!(
        text.contains("it is empty, and was a database before"),
        "{text}"
    );
    assert!(
        text.contains("put a copy of it back; or remove it"),
        "{text}"
    );
    fs::remove_file(&data).unwrap();
    assert!(started(&network, &data, "unlimited").terminate().success());
}

pub(crate) fn may_not_grow() {
    let (network, directory) = (Loopback::new(), tempfile::tempdir().unwrap());
    let data = directory.path().join("data");
    assert!(started(&network, &data, "unlimited").terminate().success());
    // In blocks of 512 bytes; of 1024 in some shells.
    let blocks = fs::metadata(&data).unwrap().len().div_ceil(512) + 16_384;
    let mut database = started(&network, &data, &blocks.to_string());
    let at = network.primary_database();
    let value = "x".repeat(100_000);
    let written = |n: usize| {
        let put = format!("{{\"put\":[{{\"key\":\"key-{n}\",\"value\":\"{value}\"}}]}}");
        exchanged(at, "POST /transaction", &put)
    };
    let full = (0..1000)
        .find(|n| !written(*n).starts_with("HTTP/1.1 200 "))
        .unwrap();
    let answer = written(full);
    assert!(
        answer.starts_with("HTTP/1.1 507 ") && answer.contains("the disk is full"),
        "{answer}"
    );
    assert!(full > 0 && is_healthy(at));
    let read = exchanged(at, "GET /read", "");
    for n in 0..full {
        assert!(
            read.contains(&format!("\"key-{n}\"")),
            "{n} was acknowledged"
        );
    }
    assert!(database.terminate().success());
}

/// What a database answers its pool.
fn exchanged(at: SocketAddr, what: &str, body: &str) -> String {
    asked(at, &request(what, body)).unwrap()
}

/// What the pool asks.
fn request(what: &str, body: &str) -> String {
    let length = body.len();
    // `primary:drill`
    format!(
        "{what} HTTP/1.1\r\nhost: a\r\nauthorization: Basic cHJpbWFyeTpkcmlsbA==\r\n\
         connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Who writes at once.
const WRITERS: usize = 4;

/// What a writer may find of its own after a kill: the last change that was acknowledged, or the one after it,
/// which was on its way.
fn is_kept(found: Option<u64>, acknowledged: u64) -> bool {
    (acknowledged..=acknowledged + 1).contains(&found.unwrap_or(0))
}

/// Writes one number after the other until nobody answers, and tells of each that was acknowledged.
fn write_on(at: SocketAddr, writer: usize, after: u64, told: &Sender<(usize, u64)>) {
    for number in after + 1.. {
        let put = format!(
            r#"{{"put":[{{"key":"writer-{writer}","value":{number}}},{{"key":"{writer}-{}","value":"{}"}}]}}"#,
            number % 50,
            "x".repeat(2_000)
        );
        match asked(at, &request("POST /transaction", &put)) {
            Some(answer) if answer.starts_with("HTTP/1.1 200 ") => {
                // Who listens has seen enough.
                let _ = told.send((writer, number));
            }
            _ => return,
        }
    }
}

/// A database that is killed so many times while four write to it: whatever it acknowledged is there again.
#[expect(clippy::print_stdout, reason = "it is measured as well")]
pub(crate) fn killed_under_load(kills: usize) {
    let (network, directory) = (Loopback::new(), tempfile::tempdir().unwrap());
    let (data, at) = (directory.path().join("data"), network.primary_database());
    let mut last = [0; WRITERS];
    for kill in 0..kills {
        let mut database = started(&network, &data, "unlimited");
        let (told, heard) = mpsc::channel();
        thread::scope(|scope| {
            for (writer, after) in last.into_iter().enumerate() {
                let told = told.clone();
                scope.spawn(move || write_on(at, writer, after, &told));
            }
            // Each time at another place of what it does: some changes later, in the midst of the next ones.
            for (writer, number) in heard.iter().take(1 + kill * 7 % 23) {
                last[writer] = number;
            }
            database.kill();
        });
        drop(told);
        for (writer, number) in heard {
            last[writer] = last[writer].max(number);
        }
        let _database = started(&network, &data, "unlimited");
        let read = exchanged(at, "GET /read?prefix=writer-", "");
        for (writer, acknowledged) in last.iter_mut().enumerate() {
            let found = value_of(&read, &format!("writer-{writer}"));
            assert!(
                is_kept(found, *acknowledged),
                "kill {kill}: writer {writer} finds {found:?}, and {acknowledged} was acknowledged"
            );
            *acknowledged = found.unwrap_or(0);
        }
    }
    let changes: u64 = last.iter().sum();
    println!("{kills} kills, {changes} changes, none that was acknowledged is lost");
}

/// The number under a key, in what a database answers.
fn value_of(read: &str, key: &str) -> Option<u64> {
    let (_, body) = read.split_once("\r\n\r\n")?;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let documents = body["documents"].as_array().unwrap();
    let document = documents.iter().find(|document| document["key"] == key)?;
    document["value"].as_u64()
}
