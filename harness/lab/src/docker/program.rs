//! What a program needs to start where there is nothing else: itself, and, unless it is static, its
//! loader and shared libraries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use elf::ElfBytes;
use elf::abi::PT_INTERP;
use elf::endian::NativeEndian;

use super::archive::{File, archive};

/// Where the program is in its root file system.
pub(super) const PROGRAM: &str = "/rgdrill";

/// Where its shared libraries are: its loader has to be told, for what directories it searches by
/// itself differs from one distribution to the next.
pub(super) const LIBRARIES: &str = "/lib";

/// The files of a program, each with its path in the root file system.
#[derive(Debug)]
pub(super) struct Program {
    files: BTreeMap<String, Vec<u8>>,
}

/// Why it is not known what a program needs.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    /// A file cannot be read: often the program, which has been built anew since it was started.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is no program of this machine's kind.
    #[error("not an ELF program of this machine: {0}")]
    NotElf(#[from] elf::ParseError),
    /// Its loader cannot be run.
    #[error("cannot run its loader {loader}: {why}")]
    Loader {
        /// The loader.
        loader: String,
        /// What the system, or the loader, said.
        why: String,
    },
    /// Its loader does not find a shared library.
    #[error("its loader does not find {0}")]
    NoLibrary(String),
}

impl Program {
    /// Reads a program with all that it needs.
    pub(super) fn read(path: &Path) -> Result<Program, ProgramError> {
        let path = fs::canonicalize(path).map_err(unreadable(path))?;
        let binary = read(&path)?;
        let mut files = BTreeMap::new();
        if let Some(loader) = loader(&binary)? {
            for (place, library) in libraries(&loader, &path)? {
                files.insert(place, read(&library)?);
            }
            files.insert(loader.clone(), read(Path::new(&loader))?);
        }
        files.insert(PROGRAM.to_owned(), binary);
        Ok(Program { files })
    }

    /// Its root file system: one program always gives the same bytes.
    pub(super) async fn archive(&self) -> io::Result<Vec<u8>> {
        let files: Vec<File<'_>> = self
            .files
            .iter()
            .map(|(path, content)| File {
                path: path.trim_start_matches('/'),
                mode: 0o755,
                content,
            })
            .collect();
        archive(&files).await
    }
}

/// The loader that a program names; none if it is static.
fn loader(binary: &[u8]) -> Result<Option<String>, ProgramError> {
    let program = ElfBytes::<NativeEndian>::minimal_parse(binary)?;
    let mut segments = program.segments().into_iter().flatten();
    let Some(segment) = segments.find(|segment| segment.p_type == PT_INTERP) else {
        return Ok(None);
    };
    let name = program.segment_data(&segment)?;
    let name = String::from_utf8_lossy(name);
    Ok(Some(name.trim_end_matches('\0').to_owned()))
}

/// The shared libraries of a program, as its loader finds them: nobody else knows all the places
/// where it looks, or under which names. This is what `ldd` asks it.
fn libraries(loader: &str, program: &Path) -> Result<Vec<(String, PathBuf)>, ProgramError> {
    let failed = |why: String| ProgramError::Loader {
        loader: loader.to_owned(),
        why,
    };
    let answer = Command::new(loader)
        .arg("--list")
        .arg(program)
        .env_remove("LD_PRELOAD")
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !answer.status.success() {
        let why = String::from_utf8_lossy(&answer.stderr);
        return Err(failed(why.trim().to_owned()));
    }
    listed(&String::from_utf8_lossy(&answer.stdout))
}

/// From a loader's list, where each library must be, and where it is. A line is `NAME => PATH
/// (ADDRESS)`, or `PATH (ADDRESS)` for what is asked for by its path, or `NAME (ADDRESS)` for what
/// the kernel provides.
fn listed(list: &str) -> Result<Vec<(String, PathBuf)>, ProgramError> {
    let mut libraries = Vec::new();
    for line in list.lines() {
        let line = line.trim();
        let (name, found) = line.split_once(" => ").unwrap_or((line, line));
        let found = found.rsplit_once(" (").map_or(found, |(path, _)| path);
        let is_path = found.starts_with('/');
        match line.contains(" => ") {
            true if !is_path => return Err(ProgramError::NoLibrary(name.to_owned())),
            true => libraries.push((format!("{LIBRARIES}/{name}"), found.into())),
            false if is_path => libraries.push((found.to_owned(), found.into())),
            false => {}
        }
    }
    Ok(libraries)
}

fn read(path: &Path) -> Result<Vec<u8>, ProgramError> {
    fs::read(path).map_err(unreadable(path))
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> ProgramError {
    let path = path.to_owned();
    move |cause| ProgramError::Unreadable { path, cause }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const GLIBC: &str = "\tlinux-vdso.so.1 (0x00007fda50dcc000)
\tlibgcc_s.so.1 => /lib/x86_64-linux-gnu/libgcc_s.so.1 (0x00007fda50d9b000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fda4d33e000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007fda50dce000)
";

    const MUSL: &str = "\t/lib/ld-musl-x86_64.so.1 (0x7f0a6b2f1000)
\tlibgcc_s.so.1 => /usr/lib/libgcc_s.so.1 (0x7f0a6b2c4000)
\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f0a6b2f1000)
";

    #[rstest]
    #[case::glibc(GLIBC, &[
        ("/lib/libgcc_s.so.1", "/lib/x86_64-linux-gnu/libgcc_s.so.1"),
        ("/lib/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6"),
        ("/lib64/ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2"),
    ])]
    #[case::musl(MUSL, &[
        ("/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-x86_64.so.1"),
        ("/lib/libgcc_s.so.1", "/usr/lib/libgcc_s.so.1"),
        ("/lib/libc.musl-x86_64.so.1", "/lib/ld-musl-x86_64.so.1"),
    ])]
    #[case::no_libraries("\tstatically linked\n", &[])]
    fn libraries_are_read_from_a_loaders_list(
        #[case] list: &str,
        #[case] expected: &[(&str, &str)],
    ) {
        let expected: Vec<(String, PathBuf)> = expected
            .iter()
            .map(|(place, path)| ((*place).to_owned(), path.into()))
            .collect();
        assert_eq!(listed(list).unwrap(), expected);
    }

    #[test]
    fn a_library_that_is_missing_is_named() {
        let error = listed("\tlibquick.so.2 => not found\n").unwrap_err();
        assert_eq!(error.to_string(), "its loader does not find libquick.so.2");
    }

    /// What this process has mapped and may execute is found by another way than by its loader's
    /// list.
    #[test]
    fn a_program_comes_with_everything_that_it_runs() {
        let program = Program::read(Path::new("/proc/self/exe")).unwrap();
        let contents: Vec<&Vec<u8>> = program.files.values().collect();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut executable = maps.lines().filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let path = words.get(5).filter(|path| path.starts_with('/'))?;
            words[1].contains('x').then(|| (*path).to_owned())
        });
        assert!(executable.all(|path| contents.contains(&&fs::read(path).unwrap())));
    }

    #[test]
    fn a_static_program_is_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("static");
        fs::write(&path, static_program()).unwrap();
        let program = Program::read(&path).unwrap();
        assert_eq!(program.files.into_keys().collect::<Vec<_>>(), [PROGRAM]);
    }

    #[test]
    fn a_script_is_no_program() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("script");
        fs::write(&path, "#!/bin/sh\necho what is this?\n").unwrap();
        let error = Program::read(&path).unwrap_err();
        assert!(matches!(error, ProgramError::NotElf(_)), "{error}");
    }

    /// The header of an ELF program without segments.
    fn static_program() -> Vec<u8> {
        let mut header = vec![0; 64];
        header[..4].copy_from_slice(b"\x7fELF");
        header[4] = 2; // 64 bits
        header[5] = if cfg!(target_endian = "little") { 1 } else { 2 };
        header[6] = 1; // the current version
        header[20..24].copy_from_slice(&1_u32.to_ne_bytes());
        header
    }
}
