//! The image that holders, actors and the reference pools run: one program, with what it needs to
//! start, and nothing else.

use std::path::{Path, PathBuf};
use std::{fmt, future, io};

use bollard::body_stream;
use bollard::models::ImageInspect;
use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::TryStreamExt as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::archive::{File, archive};
use super::engine::Engine;
use super::error::DockerError;
use super::program::{LIBRARIES, PROGRAM, Program};
use super::progress::Progress;

/// What the image is called.
const NAME: &str = "rgdrill";

/// Where the image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// The engine has it already, under this name.
    Existing(String),
    /// It is made of this program, and what that needs.
    Program(PathBuf),
}

impl ImageSource {
    /// The program that runs.
    #[must_use]
    pub fn this_program() -> ImageSource {
        ImageSource::Program("/proc/self/exe".into())
    }

    /// The image, made if it is not there.
    ///
    /// # Errors
    ///
    /// [`DockerError::NoImage`] or [`DockerError::Build`].
    pub fn provide(&self, engine: &Engine) -> Result<Image, DockerError> {
        match self {
            ImageSource::Existing(reference) => Image::existing(engine, reference),
            ImageSource::Program(path) => Image::of_program(engine, path),
        }
    }
}

/// An image that the engine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    name: String,
    tag: String,
}

impl Image {
    /// The image that `reference` names, whether the engine has it or not.
    pub fn named(reference: &str) -> Image {
        Image::parse(reference)
    }

    /// The image that `reference` names: a lab pulls none.
    fn existing(engine: &Engine, reference: &str) -> Result<Image, DockerError> {
        let image = Image::parse(reference);
        if engine.wait(image.is_there(engine))? {
            Ok(image)
        } else {
            Err(DockerError::NoImage(reference.to_owned()))
        }
    }

    /// The image of a program, named after its content: it is made once.
    fn of_program(engine: &Engine, path: &Path) -> Result<Image, DockerError> {
        let failed = |why: String| DockerError::Build {
            program: path.to_owned(),
            why,
        };
        let program = Program::read(path).map_err(|error| failed(error.to_string()))?;
        engine.wait(async {
            let layer = program.archive().await;
            let layer = layer.map_err(|error| failed(error.to_string()))?;
            let config = config(&layer);
            let image = Image {
                name: NAME.to_owned(),
                tag: sha256(config.as_bytes()),
            };
            if !image.is_there(engine).await? {
                let packed = image.pack(&config, &layer).await;
                let packed = packed.map_err(|error| failed(error.to_string()))?;
                load(engine, packed).await?;
            }
            Ok(image)
        })
    }

    /// The digest of what it consists of, `sha256:…`: two images of one digest are the same.
    ///
    /// # Errors
    ///
    /// [`DockerError::NoImage`] if the engine does not have it any more.
    pub fn digest(&self, engine: &Engine) -> Result<String, DockerError> {
        match engine.wait(self.inspect(engine))? {
            Some(ImageInspect { id: Some(id), .. }) => Ok(id),
            _ => Err(DockerError::NoImage(self.to_string())),
        }
    }

    /// Its name without the tag.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its tag.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }

    /// Splits at the tag's colon; one before a slash belongs to the registry's port.
    fn parse(reference: &str) -> Image {
        let (name, tag) = match reference.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (reference, "latest"),
        };
        Image {
            name: name.to_owned(),
            tag: tag.to_owned(),
        }
    }

    async fn is_there(&self, engine: &Engine) -> Result<bool, DockerError> {
        Ok(self.inspect(engine).await?.is_some())
    }

    /// What the engine has under its name.
    async fn inspect(&self, engine: &Engine) -> Result<Option<ImageInspect>, DockerError> {
        let reference = self.to_string();
        let found = engine.docker().inspect_image(&reference);
        match engine.ask("look for an image", found).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The image as `docker save` writes it (Docker Image Specification 1.2).
    async fn pack(&self, config: &str, layer: &[u8]) -> io::Result<Vec<u8>> {
        let manifest = json!([{
            "Config": "config.json",
            "RepoTags": [self.to_string()],
            "Layers": ["layer.tar"],
        }]);
        let manifest = manifest.to_string();
        let files = [
            ("manifest.json", manifest.as_bytes()),
            ("config.json", config.as_bytes()),
            ("layer.tar", layer),
        ];
        let mode = 0o644;
        archive(&files.map(|(path, content)| File {
            path,
            mode,
            content,
        }))
        .await
    }
}

/// What an image consists of, and what runs in it. Its digest is the image's own; it has no date, so
/// that one program has one image everywhere.
fn config(layer: &[u8]) -> String {
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {
            "Entrypoint": [PROGRAM],
            "Env": [format!("LD_LIBRARY_PATH={LIBRARIES}")],
        },
        "rootfs": {
            "type": "layers",
            "diff_ids": [format!("sha256:{}", sha256(layer))],
        },
    });
    config.to_string()
}

/// What engines call the architecture of this binary: Go's word.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Has the engine load an image: as long as that takes, but no longer than it may take for a piece of it.
async fn load(engine: &Engine, packed: Vec<u8>) -> Result<(), DockerError> {
    let options = ImportImageOptionsBuilder::default().quiet(false).build();
    let progress = Progress::default();
    let body = body_stream(progress.of(packed));
    let told = engine.docker().import_image(options, body, None);
    let loaded = told.try_for_each(|_| {
        progress.made();
        future::ready(Ok(()))
    });
    engine
        .ask_with_progress("load an image", loaded, &progress)
        .await
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("rgdrill", "rgdrill", "latest")]
    #[case("rgdrill:7", "rgdrill", "7")]
    #[case(
        "registry.example:5000/rgdrill",
        "registry.example:5000/rgdrill",
        "latest"
    )]
    #[case(
        "registry.example:5000/rgdrill:7",
        "registry.example:5000/rgdrill",
        "7"
    )]
    #[case("rgdrill@sha256:00ff", "rgdrill@sha256", "00ff")]
    fn a_reference_is_split_at_its_tag(#[case] text: &str, #[case] name: &str, #[case] tag: &str) {
        let image = Image::parse(text);
        assert_eq!((&*image.name, &*image.tag), (name, tag));
    }
}
