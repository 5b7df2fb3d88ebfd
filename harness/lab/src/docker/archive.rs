//! The tar archives in which engines take files.

use std::io;

use tokio_tar::{Builder, Header};

/// A file on its way into an image or a container.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    /// Its path, relative to where the archive is unpacked.
    pub(super) path: &'a str,
    /// Its mode.
    pub(super) mode: u32,
    /// Its content.
    pub(super) content: &'a [u8],
}

/// An archive of these files.
pub(super) async fn archive(files: &[File<'_>]) -> io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for file in files {
        let mut header = Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(file.mode);
        archive
            .append_data(&mut header, file.path, file.content)
            .await?;
    }
    archive.into_inner().await
}
