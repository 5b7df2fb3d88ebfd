//! `rgdrill serve`, as a browser and as others meet it: what is shown of the runs, and what is not.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rstest::rstest;
use tempfile::TempDir;

const RGDRILL: &str = env!("CARGO_BIN_EXE_rgdrill");

/// The name of a run with markup in it.
const HOSTILE: &str = "<b onclick=x>&\" run";

/// The directory `runs`, with a run that passed, one that did not, and what somebody else has put there.
static DESK: LazyLock<TempDir> = LazyLock::new(|| {
    let desk = tempfile::tempdir().unwrap();
    let run = |name: &str, options: &[&str]| {
        let asked = [
            "certify",
            "--walk",
            "imported-kill",
            "--clause",
            "outage.connected.regular",
        ];
        let out = format!("runs/{name}");
        let options = [&asked[..], &["--quiet", "--out", &out], options].concat();
        let output = Command::new(RGDRILL)
            .args(options)
            .current_dir(desk.path())
            .output();
        assert!(output.unwrap().status.code() < Some(2));
    };
    run("passed", &[]);
    run("slow", &["--rto", "1ms"]);
    let at = |name: &str| desk.path().join("runs").join(name);
    fs::write(desk.path().join("secret"), "secret").unwrap();
    symlink(desk.path(), at("out")).unwrap();
    symlink("passed", at("latest")).unwrap();
    fs::create_dir(at("no-run")).unwrap();
    fs::write(at("no-run/report.html"), "secret").unwrap();
    fs::create_dir(at(HOSTILE)).unwrap();
    fs::copy(
        at("passed/journal.jsonl"),
        at(HOSTILE).join("journal.jsonl"),
    )
    .unwrap();
    let results = fs::read_to_string(at("passed/results.json")).unwrap();
    let results = results.replace("\"reference\"", "\"<script>alert(1)</script>\"");
    fs::write(at(HOSTILE).join("results.json"), results).unwrap();
    symlink("../../secret", at(HOSTILE).join("report.html")).unwrap();
    fs::write(at(HOSTILE).join("junit.xml"), "<script/>").unwrap();
    desk
});

/// A server that is ended with the test.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(RGDRILL);
        command.args(["serve", "runs"]);
        Server::run(command)
    }

    /// One that may open so many files, its connections among them.
    fn with_descriptors(most: usize) -> Self {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            &format!("ulimit -n {most} && exec {RGDRILL} serve runs"),
        ]);
        Server::run(command)
    }

    fn run(mut command: Command) -> Self {
        let command = command.current_dir(DESK.path());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut said).unwrap();
        let rest = said.strip_prefix("http://127.0.0.1:").unwrap();
        let port = rest.split('/').next().unwrap().parse().unwrap();
        Server { process, port }
    }

    /// The answer to what is sent as it stands: its head and its body.
    fn send(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn ask(&self, method: &str, path: &str) -> (String, String) {
        let port = self.port;
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        ))
    }

    /// How many files it has open.
    fn open_files(&self) -> usize {
        let open = fs::read_dir(format!("/proc/{}/fd", self.process.id()));
        open.unwrap().count()
    }

    /// The time that it has turned a processor for.
    fn worked(&self) -> Duration {
        let status = fs::read_to_string(format!("/proc/{}/schedstat", self.process.id())).unwrap();
        let nanoseconds = status.split(' ').next().unwrap();
        Duration::from_nanos(nanoseconds.parse().unwrap())
    }

    /// The page at this path, which is there.
    fn page(&self, path: &str) -> String {
        let (head, body) = self.ask("GET", path);
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        body
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn of_run(path: &str) -> PathBuf {
    DESK.path().join("runs").join(path)
}

#[test]
fn the_runs_are_listed_with_their_verdicts() {
    let page = Server::start().page("/");
    for shown in [
        "<a href=\"/passed/report.html\">passed</a>",
        "<a href=\"/slow/report.html\">slow</a>",
        "1 pass; exit code 0: every clause asked for was judged, and passed",
        "exit code 1: at least one clause or objective failed",
        "reference, sim lab",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(
        !page.contains("no-run") && !page.contains(">latest<"),
        "{page}"
    );
}

#[test]
fn what_a_run_brings_along_is_shown_as_it_is_and_kept_apart() {
    let server = Server::start();
    let (head, _) = server.ask("GET", "/passed/report.html");
    assert!(
        head.contains("content-security-policy: sandbox allow-scripts allow-forms;"),
        "{head}"
    );
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    for file in ["report.html", "results.json", "summary.md"] {
        let body = server.page(&format!("/passed/{file}"));
        assert!(
            body == fs::read_to_string(of_run("passed").join(file)).unwrap(),
            "{file}"
        );
    }
    let (head, body) = server.ask("HEAD", "/passed/report.html");
    assert!(
        head.starts_with("HTTP/1.1 200 ") && body.is_empty(),
        "{head}"
    );
    let (head, _) = server.ask("GET", "/passed/junit.xml");
    assert!(head.contains("content-type: text/plain"), "{head}");
}

#[test]
fn two_runs_are_compared() {
    let server = Server::start();
    let page = server.page("/diff?before=passed&after=slow");
    assert!(
        page.contains("<strong>something regressed</strong>"),
        "{page}"
    );
    assert!(page.contains("<td>recovery_time_ms</td>"), "{page}");
    let page = server.page("/diff?before=passed&after=passed");
    assert!(
        page.contains("<strong>nothing regressed</strong>"),
        "{page}"
    );
}

#[test]
fn nothing_from_a_run_is_markup() {
    let server = Server::start();
    let written = "%3Cb+onclick%3Dx%3E%26%22+run";
    for path in [
        "/".to_owned(),
        format!("/diff?before={written}&after=passed"),
    ] {
        let page = server.page(&path);
        assert!(
            !page.contains("<script") && !page.contains("<b onclick"),
            "{page}"
        );
        assert!(page.contains("onclick=x"), "it is there, as text: {page}");
    }
    let (head, _) = server.ask("GET", "/%3Cb%20onclick%3Dx%3E%26%22%20run/junit.xml");
    assert!(head.contains("content-type: text/plain"), "{head}");
}

#[rstest]
#[case("/secret")]
#[case("/../secret")]
#[case("/passed/../../secret")]
#[case("/%2e%2e/secret")]
#[case("/passed/..%2f..%2fsecret")]
#[case("/passed/journal.jsonl")]
#[case("/passed/")]
#[case("/out/report.html")]
#[case("/latest/report.html")]
#[case("/no-run/report.html")]
#[case("/%3Cb%20onclick%3Dx%3E%26%22%20run/report.html")]
#[case("//passed/report.html")]
#[case("/%zz/report.html")]
#[case("/%F/report.html")]
#[case("/diff?before=passed&after=out")]
#[case("/diff?before=passed")]
#[case("/diff")]
fn nothing_else_is_found(#[case] path: &str) {
    let (head, body) = Server::start().ask("GET", path);
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    assert!(!body.contains("secret"));
}

#[test]
fn who_asks_by_another_name_or_wants_more_than_to_read_is_refused() {
    let server = Server::start();
    let port = server.port;
    for host in [
        "Host: evil.example\r\n".to_owned(),
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        String::new(),
    ] {
        let (head, body) = server.send(&format!("GET / HTTP/1.1\r\n{host}\r\n"));
        assert!(head.starts_with("HTTP/1.1 421 "), "{host}: {head}");
        assert!(!body.contains("passed"));
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let (head, _) = server.ask(method, "/");
        assert!(head.starts_with("HTTP/1.1 405 "), "{method}: {head}");
    }
    let ours = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    assert!(server.send(&ours).0.starts_with("HTTP/1.1 200 "));
    assert!(
        TcpStream::connect(("127.0.0.2", port)).is_err(),
        "on one address only"
    );
}

#[test]
fn it_ends_when_it_is_asked_to_whoever_is_connected() {
    let mut server = Server::start();
    let _idle = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let began = Instant::now();
    let pid = Pid::from_raw(i32::try_from(server.process.id()).unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3));
}

/// Its descriptors are used up by connections on which nothing is asked. What is measured is its own time,
/// not how busy the machine is.
#[test]
fn a_connection_that_cannot_be_accepted_is_waited_for_at_rest() {
    const DESCRIPTORS: usize = 20;
    let server = Server::with_descriptors(DESCRIPTORS);
    let idle: Vec<TcpStream> = (0..DESCRIPTORS)
        .map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap())
        .collect();
    let began = Instant::now();
    while server.open_files() < DESCRIPTORS {
        assert!(began.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(10));
    }
    let before = server.worked();
    thread::sleep(Duration::from_secs(1));
    let worked = server.worked() - before;
    assert!(worked < Duration::from_millis(200), "{worked:?}");
    drop(idle);
    server.page("/");
}
