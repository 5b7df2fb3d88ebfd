//! The image that containers run: one that is there already, or that of the static binary.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use lab::docker::{Engine, Image};
use miette::Diagnostic;

use super::docker::DockerTrouble;
use crate::output;

/// The target of the static binary. It is named, although it is this machine's own: otherwise
/// static linking would be asked of procedural macros too, which cannot be linked so.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// The profile of the static binary: see the workspace's `Cargo.toml`.
const PROFILE: &str = "image";

/// Where the image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// It is there already, under this name.
    Existing(String),
    /// It is made from a static binary, which cargo builds from the sources.
    Built,
}

/// Why there is no static binary.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum BuildError {
    /// There is no cargo, or there are no sources.
    #[error("the static binary for the image could not be built: {why}")]
    #[diagnostic(help(
        "build it where rgdrill's sources and cargo are, or name an image that the engine has already: --image REF, or RGDRILL_IMAGE=REF"
    ))]
    NoCargo {
        /// What is missing.
        why: String,
    },
    /// Cargo has told what is wrong.
    #[error("the static binary for the image could not be built")]
    #[diagnostic(help(
        "cargo has told why, above; with --image REF an image is used that the engine has already"
    ))]
    Cargo,
    /// The binary that was built cannot be read.
    #[error("the static binary {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl ImageSource {
    /// The image, made if it is not there.
    pub(super) fn provide(&self, engine: &Engine) -> Result<Image, DockerTrouble> {
        match self {
            ImageSource::Existing(reference) => Ok(Image::existing(engine, reference)?),
            ImageSource::Built => {
                let binary = static_binary()?;
                Ok(Image::of_binary(engine, &binary)?)
            }
        }
    }
}

/// Has cargo build the static binary, which takes some minutes for the first time and next to
/// nothing later, and gives it.
fn static_binary() -> Result<Vec<u8>, BuildError> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !sources.join("Cargo.toml").is_file() {
        let why = format!("there are no sources in {}", sources.display());
        return Err(BuildError::NoCargo { why });
    }
    let directory = sources.join("target/image");
    let path = directory.join(TRIPLE).join(PROFILE).join("rgdrill");
    if !path.exists() {
        output::tell("building the static binary for the image: some minutes, this once");
    }
    let status = Command::new("cargo")
        .current_dir(sources)
        .args(["build", "--locked", "--bin", "rgdrill"])
        .args(["--profile", PROFILE, "--target", TRIPLE, "--target-dir"])
        .arg(&directory)
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .map_err(|error| BuildError::NoCargo {
            why: format!("cargo cannot be run: {error}"),
        })?;
    if !status.success() {
        return Err(BuildError::Cargo);
    }
    fs::read(&path).map_err(|cause| BuildError::Unreadable { path, cause })
}
