//! Allowed signers and revoked keys, compared with `ssh-keygen -Y verify` over a table of files: whom
//! it believes, rgdrill does, and nobody else. And what an SSH agent signs, `ssh-keygen` takes.
//!
//! Where the tools are not installed, the tests are listed as ignored.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use evidence::envelope::Armoured;
use evidence::signature::{Signature, SignaturePolicy};
use evidence::signers::AllowedSigners;
use evidence::signers::revoked::RevokedKeys;
use evidence::signers::time::time;
use evidence::signing::{KeyAccess, SigningKey};
use evidence::{Certificate, Members, seal};
use libtest_mimic::{Arguments, Failed, Trial};
use model::results::Results;
use ssh_key::{HashAlg, SshSig};
use tempfile::TempDir;

const TOOLS: [&str; 3] = ["ssh-add", "ssh-agent", "ssh-keygen"];
const KINDS: [&str; 4] = ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521"];
const MESSAGE: &str = "a statement";
/// When signatures are checked.
const AT: &str = "20261123120000Z";
const IDENTITY: &str = "me@example.org";

/// What `OWN`, `OTHER`, `ECDSA`, `RSA` and `CERT` stand for in the tables.
const STAND_FOR: [(&str, &str); 5] = [
    ("OWN", "ed25519.pub"),
    ("OTHER", "other.pub"),
    ("ECDSA", "ecdsa256.pub"),
    ("RSA", "rsa.pub"),
    ("CERT", "other-cert.pub"),
];

/// Files that both read alike: what is said of the key `OWN`.
const ALIKE: [&str; 38] = [
    "me@example.org OWN",
    "  me@example.org\tOWN with a comment",
    "# nobody\n\n",
    "you@example.org OWN",
    "you@example.org,me@example.org OWN",
    "*@example.org OWN",
    "me@example.or? OWN",
    "*@example.org,!me@example.org OWN",
    "!you@example.org,*@example.org OWN",
    "\"me@example.org\" OWN",
    "ME@example.org OWN",
    "me@example.org OTHER",
    "me@example.org ECDSA\nme@example.org OWN",
    "me@example.org RSA\nme@example.org OWN",
    "me@example.org CERT\nme@example.org OWN",
    "me@example.org cert-authority OWN",
    "me@example.org CERT-authority OWN",
    "me@example.org cert-authority OWN\nme@example.org OWN",
    "me@example.org namespaces=\"rgdrill\" OWN",
    "me@example.org namespaces=\"git\" OWN",
    "me@example.org NAMESPACES=\"git,rgdril?\" OWN",
    "me@example.org namespaces=\"r*,!rgdrill\" OWN",
    "me@example.org namespaces=\"git rgdrill\" OWN",
    "me@example.org namespaces=\"\" OWN",
    "me@example.org namespaces=rgdrill OWN",
    "me@example.org namespaces=\"rgdrill\",namespaces=\"git\" OWN",
    "me@example.org valid-after=\"20261123Z\" OWN",
    "me@example.org valid-after=\"20261124Z\" OWN",
    "me@example.org valid-before=\"202611231159Z\" OWN",
    "me@example.org valid-before=\"20261123120000Z\" OWN",
    "me@example.org valid-after=\"20261123120000Z\" OWN",
    "me@example.org valid-before=\"20261123115959Z\" OWN\nme@example.org OWN",
    "me@example.org valid-before=\"20200101\",valid-before=\"20300101\" OWN",
    "me@example.org valid-after=\"20261101Z\",valid-before=\"20261201Z\",namespaces=\"rgdrill\" OWN",
    "me@example.org valid-after=\"20261201Z\",valid-before=\"20261101Z\" OWN",
    "me@example.org valid-before=20261201Z OWN",
    "me@example.org colour=\"red\" OWN",
    "me@example.org",
];

/// Files with a line that `ssh-keygen` passes over, or does not come to.
const STRICTER: [&str; 4] = [
    "me@example.org ssh-ed25519 AAAA\nme@example.org OWN",
    "me@example.org OWN\nme@example.org ssh-ed25519 AAAA",
    "me@example.org OWN\nme",
    "you@example.org colour=\"red\" OTHER\nme@example.org OWN",
];

/// Files of revoked keys.
const REVOKED: [&str; 8] = [
    "",
    "# none\n",
    "OTHER",
    "OWN",
    "OTHER\nECDSA\nOWN",
    "RSA",
    "RSA\nOWN",
    "what?",
];

type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() {
    let tests: [Test; 6] = [
        (
            "allowed_signers_are_read_alike",
            allowed_signers_are_read_alike,
        ),
        ("some_are_read_more_strictly", some_are_read_more_strictly),
        ("revoked_keys_are_read_alike", revoked_keys_are_read_alike),
        (
            "a_revocation_list_is_read_alike",
            a_revocation_list_is_read_alike,
        ),
        (
            "signatures_of_each_kind_are_taken",
            signatures_of_each_kind_are_taken,
        ),
        ("an_agent_signs", an_agent_signs),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there =
        |tool: &&str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    let all_there = TOOLS.iter().all(is_there);
    let trials = tests.map(|(name, test)| Trial::test(name, test).with_ignored_flag(!all_there));
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

fn allowed_signers_are_read_alike() -> Result<(), Failed> {
    for signers in ALIKE {
        let theirs = ssh_keygen_believes("ed25519", signers, None);
        let ours = believed("ed25519", signers, None);
        let same = theirs == ours.is_ok();
        holds(
            same,
            format!("{signers}\nssh-keygen: {theirs}, rgdrill: {ours:?}"),
        )?;
    }
    let believed = ALIKE
        .iter()
        .filter(|signers| believed("ed25519", signers, None).is_ok());
    holds(believed.count() > 12, "hardly any of the files is believed")
}

fn some_are_read_more_strictly() -> Result<(), Failed> {
    for signers in STRICTER {
        holds(ssh_keygen_believes("ed25519", signers, None), signers)?;
        holds(believed("ed25519", signers, None).is_err(), signers)?;
    }
    Ok(())
}

fn revoked_keys_are_read_alike() -> Result<(), Failed> {
    for revoked in REVOKED {
        compare_revoked(&filled(revoked).into_bytes(), revoked)?;
    }
    Ok(())
}

fn a_revocation_list_is_read_alike() -> Result<(), Failed> {
    for (name, of) in [
        ("own", "ed25519.pub"),
        ("both", "other.pub"),
        ("none", "ecdsa256.pub"),
    ] {
        let list = keys().path().join(format!("{name}.krl"));
        let mut make = tool("ssh-keygen");
        make.args(["-q", "-k", "-f"]).arg(&list).arg(of);
        if name == "both" {
            make.arg("ed25519.pub");
        }
        run(&mut make);
        compare_revoked(&fs::read(&list)?, name)?;
    }
    // By their hashes, as its specification has them.
    let fingerprint = run(tool("ssh-keygen").args(["-l", "-f", "ed25519.pub"]));
    let sha256 = fingerprint.split(' ').nth(1).unwrap().to_owned();
    for (name, specification) in [
        ("by-sha256", format!("hash: {sha256}\n")),
        ("by-sha1", filled("sha1: OWN\n")),
        ("another-by-sha1", filled("sha1: OTHER\n")),
        ("rsa-by-sha1", filled("sha1: RSA\n")),
    ] {
        let (text, list) = (keys().path().join(name), keys().path().join("hashes.krl"));
        fs::write(&text, specification)?;
        run(tool("ssh-keygen")
            .args(["-q", "-k", "-f"])
            .arg(&list)
            .arg(&text));
        compare_revoked(&fs::read(&list)?, name)?;
    }
    Ok(())
}

fn compare_revoked(revoked: &[u8], what: &str) -> Result<(), Failed> {
    let signers = "me@example.org OWN";
    let theirs = ssh_keygen_believes("ed25519", signers, Some(revoked));
    let ours = believed("ed25519", signers, Some(revoked));
    let same = theirs == ours.is_ok();
    holds(
        same,
        format!("{what}: ssh-keygen: {theirs}, rgdrill: {ours:?}"),
    )
}

fn signatures_of_each_kind_are_taken() -> Result<(), Failed> {
    for kind in KINDS {
        let key = fs::read_to_string(keys().path().join(format!("{kind}.pub")))?;
        let signers = format!("{IDENTITY} {key}");
        believed(kind, &signers, None).map_err(|why| format!("{kind}: {why}"))?;
        let other = believed(kind, "me@example.org OTHER", None);
        holds(other.is_err(), kind)?;
    }
    Ok(())
}

fn an_agent_signs() -> Result<(), Failed> {
    let agent = Agent::start();
    for kind in KINDS {
        let private = keys().path().join(kind);
        run(tool("ssh-add")
            .arg("-q")
            .arg(&private)
            .env("SSH_AUTH_SOCK", agent.socket()));
        let public = fs::read(private.with_extension("pub"))?;
        let access = KeyAccess {
            passphrase: None,
            agent: Some(agent.socket()),
        };
        let key = SigningKey::read(&public, access).unwrap();
        let certificate = seal(members(), Some(&key)).map_err(|error| error.to_string())?;
        let certificate = Certificate::open(certificate.as_slice(), report::REPORTS)?;
        let signers = format!("{IDENTITY} {}", String::from_utf8(public)?);
        let signers = AllowedSigners::read(&signers)?;
        let signature = certificate.check_signature(SignaturePolicy {
            signers: Some(&signers),
            identity: Some(IDENTITY),
            revoked: None,
            at: now(),
        })?;
        holds(signature.is_some(), kind)?;
    }
    let stranger = fs::read(keys().path().join("other.pub"))?;
    let access = KeyAccess {
        passphrase: None,
        agent: Some(agent.socket()),
    };
    let key = SigningKey::read(&stranger, access).unwrap();
    let why = seal(members(), Some(&key)).unwrap_err().to_string();
    holds(why.contains("ssh-add -l"), why)
}

/// Just what a statement needs.
fn members() -> Members {
    use evidence::{Environment, member};
    use model::exit_code::Strictness;
    use model::journal::Header;
    use model::walk::LabKind;

    let header = Header::new("reference", LabKind::Sim, 1, "");
    let results = Results::of(&header, [], &[], Strictness::Lenient);
    let environment = Environment::new(LabKind::Sim, 1, Strictness::Lenient, Vec::new());
    [
        (member::ENVIRONMENT, environment.to_json().unwrap()),
        (member::JOURNAL, b"{}\n".to_vec()),
        (member::RESULTS, results.to_json().unwrap().into_bytes()),
        (member::TABLES, b"schema: x\n".to_vec()),
        (member::TARGET, b"target: x\n".to_vec()),
    ]
    .map(|(name, content)| (name.to_owned(), content))
    .into()
}

fn now() -> DateTime<Utc> {
    time(AT).unwrap()
}

/// Whether `ssh-keygen` believes the signature that a key of this kind made.
fn ssh_keygen_believes(kind: &str, signers: &str, revoked: Option<&[u8]>) -> bool {
    let place = tempfile::tempdir().unwrap();
    let (allowed, list) = (place.path().join("signers"), place.path().join("revoked"));
    fs::write(&allowed, filled(signers)).unwrap();
    let mut verify = tool("ssh-keygen");
    verify.args(["-Y", "verify", "-n", "rgdrill", "-I", IDENTITY, "-s"]);
    verify.arg(format!("{kind}.sig")).arg("-f").arg(&allowed);
    verify.arg(format!("-Overify-time={AT}"));
    if let Some(revoked) = revoked {
        fs::write(&list, revoked).unwrap();
        verify.arg("-r").arg(&list);
    }
    let message = fs::File::open(keys().path().join("message")).unwrap();
    verify.stdin(message).output().unwrap().status.success()
}

/// Whom rgdrill takes for the one who made it, or why for nobody.
fn believed(kind: &str, signers: &str, revoked: Option<&[u8]>) -> Result<String, String> {
    let signers = AllowedSigners::read(&filled(signers)).map_err(|error| error.to_string())?;
    let revoked = revoked.map(RevokedKeys::read).transpose();
    let revoked = revoked.map_err(|error| error.to_string())?;
    let text = fs::read(keys().path().join(format!("{kind}.sig"))).unwrap();
    let signature = SshSig::from_pem(&text).unwrap();
    let key = ssh_key::PublicKey::from(signature.public_key().clone());
    let armoured = Armoured {
        keyid: key.fingerprint(HashAlg::Sha256).to_string(),
        text,
    };
    let policy = SignaturePolicy {
        signers: Some(&signers),
        identity: Some(IDENTITY),
        revoked: revoked.as_ref(),
        at: now(),
    };
    let signature = Signature::check(&armoured, MESSAGE.as_bytes(), policy);
    let signature = signature.map_err(|error| error.to_string())?;
    Ok(signature.principals.unwrap_or_default())
}

fn filled(table: &str) -> String {
    STAND_FOR
        .iter()
        .fold(table.to_owned(), |text, (word, file)| {
            match text.contains(word) {
                true => {
                    let key = fs::read_to_string(keys().path().join(file)).unwrap();
                    text.replace(word, key.trim())
                }
                false => text,
            }
        })
}

/// Keys of each kind, and a signature of the message by each of [`KINDS`].
fn keys() -> &'static TempDir {
    static PLACE: OnceLock<TempDir> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = tempfile::tempdir().unwrap();
        let make = |arguments: &[&str]| {
            let mut make = Command::new("ssh-keygen");
            run(make.args(arguments).current_dir(place.path()));
        };
        fs::write(place.path().join("message"), MESSAGE).unwrap();
        for (name, kind, bits) in [
            ("ed25519", "ed25519", "256"),
            ("other", "ed25519", "256"),
            ("ecdsa256", "ecdsa", "256"),
            ("ecdsa384", "ecdsa", "384"),
            ("ecdsa521", "ecdsa", "521"),
            ("rsa", "rsa", "2048"),
        ] {
            make(&["-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", name]);
        }
        make(&["-q", "-s", "ed25519", "-I", "x", "-n", "x", "other.pub"]);
        for kind in KINDS {
            make(&["-q", "-Y", "sign", "-f", kind, "-n", "rgdrill", "message"]);
            let signature = place.path().join("message.sig");
            fs::rename(signature, place.path().join(format!("{kind}.sig"))).unwrap();
        }
        place
    })
}

/// A tool, run among the keys.
fn tool(name: &str) -> Command {
    let mut tool = Command::new(name);
    tool.current_dir(keys().path());
    tool
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// An agent without a key, ended with the test.
struct Agent {
    place: TempDir,
    process: Child,
}

impl Agent {
    fn start() -> Agent {
        use std::io::{BufRead as _, BufReader};

        let place = tempfile::tempdir().unwrap();
        let mut agent = Command::new("ssh-agent");
        agent.arg("-D").arg("-a").arg(place.path().join("agent"));
        let mut process = agent.stdout(Stdio::piped()).spawn().unwrap();
        // It says where it listens once it does.
        let said = process.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut String::new()).unwrap();
        Agent { place, process }
    }

    fn socket(&self) -> std::path::PathBuf {
        Path::join(self.place.path(), "agent")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn holds(condition: bool, found: impl std::fmt::Debug) -> Result<(), Failed> {
    match condition {
        true => Ok(()),
        false => Err(format!("{found:?}").into()),
    }
}
