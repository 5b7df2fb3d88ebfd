//! The page's own style and script, and the policy that lets no others in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// How it looks.
pub(super) const STYLE: &str = include_str!("templates/report.css");

/// What it does when it is clicked.
pub(super) const SCRIPT: &str = include_str!("templates/report.js");

/// The Content Security Policy: this style and this script by their hashes, and nothing from anywhere.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
