//! Where a certificate is to be written, and with which key it is signed: looked at before anybody
//! waits for a drill.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use model::bounded::{self, ReadError, Size};

use crate::certificate::{SealError, seal};
use crate::materials::{Materials, MaterialsError};
use crate::signing::{KeyAccess, SigningError, SigningKey};

/// The longest file of a key that is read.
const LONGEST_KEY: Size = Size::mib(1);

/// Where a certificate is to be written, and the key that signs it.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    key: Option<SigningKey>,
}

/// Why a certificate cannot be written there, or not be signed.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// A certificate is never written over another file.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// There is no directory for it.
    #[error("there is no directory {} for the certificate", .0.display())]
    NoDirectory(PathBuf),
    /// The key's file cannot be read.
    #[error("cannot read the key {}: {cause}", path.display())]
    KeyUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: ReadError,
    },
    /// The key cannot sign.
    #[error("cannot use the key {}: {cause}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// Why.
        cause: SigningError,
    },
}

/// Why there is no certificate of a run.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Something that goes into it is missing, or must not go into it.
    #[error(transparent)]
    Materials(#[from] MaterialsError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It cannot be written.
    #[error("cannot write the certificate {}: {cause}", path.display())]
    Write {
        /// Its file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl Destination {
    /// Looks at the place, and reads the key if the certificate is to be signed.
    ///
    /// # Errors
    ///
    /// [`DestinationError`].
    pub fn prepare(
        path: PathBuf,
        key: Option<&Path>,
        access: KeyAccess,
    ) -> Result<Self, DestinationError> {
        if path.symlink_metadata().is_ok() {
            return Err(DestinationError::Exists(path));
        }
        let directory = directory_of(&path);
        if !directory.is_dir() {
            return Err(DestinationError::NoDirectory(directory.to_owned()));
        }
        let key = key.map(|key| read_key(key, access)).transpose()?;
        Ok(Destination { path, key })
    }

    /// The certificate's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The fingerprint of the key that signs it.
    pub fn fingerprint(&self) -> Option<String> {
        self.key.as_ref().map(SigningKey::fingerprint)
    }

    /// Writes the certificate of a run, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`CertificateError`].
    pub fn write(&self, materials: &Materials<'_>) -> Result<(), CertificateError> {
        let archive = seal(materials.members()?, self.key.as_ref())?;
        write_new(&self.path, &archive).map_err(|cause| {
            let path = self.path.clone();
            CertificateError::Write { path, cause }
        })
    }
}

fn read_key(path: &Path, access: KeyAccess) -> Result<SigningKey, DestinationError> {
    let file =
        bounded::read(path, LONGEST_KEY).map_err(|cause| DestinationError::KeyUnreadable {
            path: path.to_owned(),
            cause,
        })?;
    SigningKey::read(&file, access).map_err(|cause| DestinationError::Key {
        path: path.to_owned(),
        cause,
    })
}

/// The directory that a file is to stand in.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Writes a file under a name of its own, and gives it `path` as its name once it is on the disk.
/// A disk that is full leaves nothing.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = directory_of(path).join(format!(".{name}.{}.part", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&draft)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| File::open(directory_of(path))?.sync_all());
    if written.is_err() {
        // What stays has a name that is not taken for a certificate.
        let _ = fs::remove_file(&draft);
    }
    written
}
