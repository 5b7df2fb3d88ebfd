//! A certificate from its making to its checking, without a drill: its members say little, so that
//! every bit of it can be changed.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use chrono::{DateTime, Utc};
use evidence::signature::{Signature, SignaturePolicy};
use evidence::signers::AllowedSigners;
use evidence::signing::{KeyAccess, SigningKey};
use evidence::{Certificate, Environment, Members, member, seal};
use model::exit_code::Strictness;
use model::journal::Header;
use model::results::Results;
use model::walk::LabKind;
use report::REPORTS;
use rstest::rstest;

const KEY: &[u8] = include_bytes!("keys/ed25519");
const PUBLIC_KEY: &str = include_str!("keys/ed25519.pub");
const ENCRYPTED: &[u8] = include_bytes!("keys/encrypted");
const ECDSA: &[u8] = include_bytes!("keys/ecdsa");
const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn members() -> Members {
    let header = Header::new("reference", LabKind::Sim, 1, "");
    let results = Results::of(&header, [], &[], Strictness::Lenient);
    let command = vec!["rgdrill".to_owned(), "certify".to_owned()];
    let environment = Environment::new(LabKind::Sim, 1, Strictness::Lenient, command);
    let member = |name: &str, content: Vec<u8>| (name.to_owned(), content);
    Members::from([
        member(member::ENVIRONMENT, environment.to_json().unwrap()),
        member(member::JOURNAL, b"{}\n".to_vec()),
        member(member::RESULTS, results.to_json().unwrap().into_bytes()),
        member(member::TABLES, b"schema: x\n".to_vec()),
        member("scenarios/walks/control.yaml", b"walk: x\n".to_vec()),
        member(member::TARGET, b"target: x\n".to_vec()),
    ])
}

fn with(passphrase: Option<&str>) -> KeyAccess {
    KeyAccess {
        passphrase: passphrase.map(str::to_owned),
        agent: None,
    }
}

fn key() -> SigningKey {
    SigningKey::read(KEY, KeyAccess::default()).unwrap()
}

fn signers() -> AllowedSigners {
    AllowedSigners::read(&format!("release namespaces=\"rgdrill\" {PUBLIC_KEY}")).unwrap()
}

/// Everything that can be said of a certificate without knowing what its members are about.
fn check(file: &[u8], signers: Option<&AllowedSigners>) -> Result<Option<Signature>, String> {
    let certificate = Certificate::open(file, REPORTS).map_err(|error| error.to_string())?;
    certificate.check_manifest().map_err(|e| e.to_string())?;
    certificate.check_statement().map_err(|e| e.to_string())?;
    let signature = certificate.check_signature(SignaturePolicy {
        signers,
        identity: None,
        revoked: None,
        at: NOW,
    });
    signature.map_err(|error| error.to_string())
}

#[rstest]
#[case::unsigned(None)]
#[case::signed(Some(key()))]
fn any_bit_that_is_changed_is_found(#[case] key: Option<SigningKey>) {
    let file = seal(members(), key.as_ref()).unwrap();
    assert_eq!(check(&file, None).map(|by| by.is_some()), Ok(key.is_some()));
    for (at, bit) in (0..file.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut altered = file.clone();
        altered[at] ^= 1 << bit;
        assert!(check(&altered, None).is_err(), "byte {at}, bit {bit}");
    }
}

#[test]
fn the_same_run_and_key_give_the_same_certificate() {
    let made = || seal(members(), Some(&key())).unwrap();
    assert_eq!(made(), made());
}

#[test]
fn a_signature_is_by_whom_the_allowed_signers_know() {
    let file = seal(members(), Some(&key())).unwrap();
    let signature = check(&file, Some(&signers())).unwrap().unwrap();
    assert_eq!(signature.principals.as_deref(), Some("release"));
    assert_eq!(signature.fingerprint, key().fingerprint());
}

#[test]
fn a_signature_of_nobody_known_is_refused() {
    let other = SigningKey::read(ENCRYPTED, with(Some("open sesame"))).unwrap();
    let file = seal(members(), Some(&other)).unwrap();
    assert!(check(&file, None).is_ok());
    let why = check(&file, Some(&signers())).unwrap_err();
    assert!(why.ends_with("is none of the allowed signers'"), "{why}");
}

#[test]
fn without_a_signature_no_allowed_signer_has_signed() {
    let file = seal(members(), None).unwrap();
    let why = check(&file, Some(&signers())).unwrap_err();
    assert!(why.contains("has no signature"), "{why}");
}

/// All members of a file, the journal among them.
fn members_of(file: &[u8]) -> Members {
    evidence::tar::read(file, |name| member::longest(name, REPORTS)).unwrap()
}

#[test]
fn a_signature_does_not_hold_for_another_certificate() {
    let mut other = members();
    other.insert(member::JOURNAL.to_owned(), b"{\"other\":1}\n".to_vec());
    let signed =
        Certificate::open(seal(members(), Some(&key())).unwrap().as_slice(), REPORTS).unwrap();
    let other = seal(other, None).unwrap();
    let unsigned = Certificate::open(other.as_slice(), REPORTS).unwrap();
    let mut mixed = members_of(&other);
    let envelope = |certificate: &Certificate| -> serde_json::Value {
        serde_json::from_slice(certificate.member(member::STATEMENT)).unwrap()
    };
    let payload = envelope(&unsigned)["payload"].to_string();
    let wanted = String::from_utf8(signed.member(member::STATEMENT).to_vec()).unwrap();
    let forged = wanted.replace(&envelope(&signed)["payload"].to_string(), &payload);
    mixed.insert(member::STATEMENT.to_owned(), forged.into_bytes());
    let why = check(&evidence::tar::write(&mixed).unwrap(), None).unwrap_err();
    assert!(why.contains("is not of this statement"), "{why}");
}

#[rstest]
#[case::added("scenarios/walks/other.yaml", Some("walk: other\n"), "was added")]
#[case::removed("scenarios/walks/control.yaml", None, "is missing")]
#[case::altered(member::JOURNAL, Some("[]\n"), "was altered")]
fn the_member_that_is_not_as_the_manifest_says_is_named(
    #[case] name: &str,
    #[case] content: Option<&str>,
    #[case] what: &str,
) {
    let mut altered = members_of(&seal(members(), None).unwrap());
    match content {
        Some(content) => altered.insert(name.to_owned(), content.as_bytes().to_vec()),
        None => altered.remove(name),
    };
    let why = check(&evidence::tar::write(&altered).unwrap(), None).unwrap_err();
    assert!(why.starts_with(&format!("`{name}` {what}")), "{why}");
}

#[test]
fn a_file_without_a_member_that_every_certificate_has_is_none() {
    let why = check(&evidence::tar::write(&members()).unwrap(), None).unwrap_err();
    assert_eq!(why, "`manifest.sha256` is missing");
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    let read = |passphrase| {
        let key = SigningKey::read(ENCRYPTED, with(passphrase));
        key.map_err(|error| error.to_string())
    };
    assert!(read(Some("open sesame")).is_ok());
    assert_eq!(
        read(None).unwrap_err(),
        "it is encrypted, and the environment has no RGDRILL_SIGN_PASSPHRASE"
    );
    assert_eq!(
        read(Some("wrong")).unwrap_err(),
        "it is encrypted, and RGDRILL_SIGN_PASSPHRASE does not open it"
    );
}

#[rstest]
#[case::of_another_type(
    ECDSA,
    "it is no private key of OpenSSH of type ssh-ed25519, and no public key"
)]
#[case::public(
    PUBLIC_KEY.as_bytes(),
    "it is a public key, and the environment has no agent: SSH_AUTH_SOCK"
)]
#[case::no_key(
    b"",
    "it is no private key of OpenSSH of type ssh-ed25519, and no public key"
)]
fn only_a_private_ed25519_key_signs(#[case] file: &[u8], #[case] expected: &str) {
    let why = SigningKey::read(file, KeyAccess::default())
        .unwrap_err()
        .to_string();
    assert_eq!(why, expected);
}
