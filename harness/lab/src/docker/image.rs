//! The image that holders, actors and the reference pools run: one static binary, and nothing else.

use std::fmt;

use bytes::Bytes;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use testcontainers::bollard::body_full;
use testcontainers::bollard::query_parameters::BuildImageOptionsBuilder;

use super::archive::{File, archive};
use super::engine::Engine;
use super::error::DockerError;

/// What the image is called.
const NAME: &str = "rgdrill";

/// How the image is made, for people and for this lab alike.
const DOCKERFILE: &str = include_str!("../../../../docker/Dockerfile");

/// What the Dockerfile calls the binary.
const BINARY: &str = "rgdrill";

/// An image that the engine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    name: String,
    tag: String,
}

impl Image {
    /// The image that `reference` names.
    ///
    /// # Errors
    ///
    /// [`DockerError::NoImage`] if the engine does not have it: a lab pulls none.
    pub fn existing(engine: &Engine, reference: &str) -> Result<Image, DockerError> {
        let image = Image::parse(reference);
        if engine.wait(image.is_there(engine))? {
            Ok(image)
        } else {
            Err(DockerError::NoImage(reference.to_owned()))
        }
    }

    /// The image of a static binary, named after its content: it is built once.
    ///
    /// # Errors
    ///
    /// [`DockerError::Build`].
    pub fn of_binary(engine: &Engine, binary: &[u8]) -> Result<Image, DockerError> {
        let image = Image {
            name: NAME.to_owned(),
            tag: hexadecimal(&Sha256::digest(binary)),
        };
        engine.wait(async {
            if !image.is_there(engine).await? {
                image.build(engine, binary).await?;
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
        let reference = self.to_string();
        let found = engine.wait(engine.docker().inspect_image(&reference));
        let digest = found.ok().and_then(|image| image.id);
        digest.ok_or(DockerError::NoImage(reference))
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
        use testcontainers::bollard::errors::Error;
        match engine.docker().inspect_image(&self.to_string()).await {
            Ok(_) => Ok(true),
            Err(Error::DockerResponseServerError {
                status_code: 404, ..
            }) => Ok(false),
            Err(error) => Err(DockerError::refused("look for an image")(error)),
        }
    }

    async fn build(&self, engine: &Engine, binary: &[u8]) -> Result<(), DockerError> {
        let failed = |why: String| DockerError::Build {
            image: self.to_string(),
            why,
        };
        let files = [
            File {
                path: "Dockerfile",
                mode: 0o644,
                content: DOCKERFILE.as_bytes(),
            },
            File {
                path: BINARY,
                mode: 0o755,
                content: binary,
            },
        ];
        let context = archive(&files).await.map_err(|e| failed(e.to_string()))?;
        let options = BuildImageOptionsBuilder::default()
            .t(&self.to_string())
            .rm(true)
            .forcerm(true)
            .build();
        let body = body_full(Bytes::from(context));
        let mut told = Box::pin(engine.docker().build_image(options, None, Some(body)));
        while let Some(line) = told.next().await {
            let line = line.map_err(|error| failed(error.to_string()))?;
            if let Some(why) = line.error_detail.and_then(|error| error.message) {
                return Err(failed(why));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        assert_eq!((image.name(), image.tag()), (name, tag));
    }
}
