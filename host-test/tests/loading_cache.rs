//! Compiled code on disk: used when it is ours and whole, and never else.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

#[path = "support/stand_in.rs"]
mod stand_in;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jira_host::Loader;
use tempfile::TempDir;
use wasm_encoder::Instruction;

use self::stand_in::StandIn;

struct Cached {
    home: TempDir,
}

impl Cached {
    /// A cache that holds the code of one component.
    fn filled() -> Cached {
        let cached = Cached {
            home: tempfile::tempdir().unwrap(),
        };
        cached.load();
        cached
    }

    fn dir(&self) -> PathBuf {
        self.home.path().join("deep/cache")
    }

    fn load(&self) {
        let component = StandIn::doing([]).component();
        let loader = Loader::new().with_cache(self.dir());
        let connector = loader.load_bytes(&component).unwrap();
        assert_eq!(connector.inspection().size(), component.len());
    }

    fn file(&self) -> PathBuf {
        let files = files(&self.dir());
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    /// Whether code was compiled and written, rather than read: a new file takes
    /// the place of the old one.
    fn load_compiles(&self) -> bool {
        let before = fs::File::open(self.file()).unwrap();
        self.load();
        let after = fs::metadata(self.file()).unwrap();
        before.metadata().unwrap().ino() != after.ino()
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn compiled_code_is_kept_for_its_owner_alone_and_used_again() {
    let cached = Cached::filled();
    assert_eq!(mode(&cached.dir()), 0o700);
    assert_eq!(mode(&cached.file()), 0o600);
    assert!(!cached.load_compiles());
}

#[test]
fn another_component_has_code_of_its_own() {
    let cached = Cached::filled();
    let other = StandIn::repeating([]).component();
    let loader = Loader::new().with_cache(cached.dir());
    loader.load_bytes(&other).unwrap();
    assert_eq!(files(&cached.dir()).len(), 2);
}

#[test]
fn damaged_or_foreign_code_is_compiled_anew_and_replaced() {
    let cached = Cached::filled();
    let whole = fs::read(cached.file()).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for content in [
        &flipped[..],
        &whole[..whole.len() / 2],
        b"",
        b"\x7fELF foreign",
    ] {
        fs::write(cached.file(), content).unwrap();
        assert!(cached.load_compiles());
        assert!(!cached.load_compiles());
    }
}

#[test]
fn code_of_another_component_under_its_name_is_not_used() {
    let cached = Cached::filled();
    let ours = cached.file();
    let other = tempfile::tempdir().unwrap();
    let loader = Loader::new().with_cache(other.path().join("cache"));
    let component = StandIn::doing([Instruction::Nop]).component();
    loader.load_bytes(&component).unwrap();
    fs::copy(&files(&other.path().join("cache"))[0], &ours).unwrap();
    assert!(cached.load_compiles());
}

#[test]
fn a_file_that_others_may_write_is_not_used() {
    let cached = Cached::filled();
    fs::set_permissions(cached.file(), Permissions::from_mode(0o666)).unwrap();
    assert!(cached.load_compiles());
    assert_eq!(mode(&cached.file()), 0o600);
}

#[test]
fn a_folder_that_others_may_write_is_not_used() {
    let cached = Cached::filled();
    fs::remove_file(cached.file()).unwrap();
    fs::set_permissions(cached.dir(), Permissions::from_mode(0o777)).unwrap();
    cached.load();
    assert_eq!(files(&cached.dir()), [""; 0].map(PathBuf::from));
}

#[test]
fn a_cache_that_cannot_be_used_costs_time_and_nothing_else() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let loader = Loader::new().with_cache(file.path().join("cache"));
    loader.load_bytes(&StandIn::doing([]).component()).unwrap();
}

#[test]
fn only_so_many_are_kept() {
    let cached = Cached::filled();
    for number in 0..20 {
        fs::write(cached.dir().join(format!("{number}.cwasm")), "old").unwrap();
    }
    fs::write(cached.dir().join("notes.txt"), "not ours").unwrap();
    fs::remove_file(ours_in(&cached)).unwrap();
    cached.load();
    let left = files(&cached.dir());
    assert_eq!(left.len(), 16 + 1, "{left:?}");
    assert!(left.iter().any(|path| path.ends_with("notes.txt")));
}

/// The one that was made by loading, whose name is a digest.
fn ours_in(cached: &Cached) -> PathBuf {
    let mut files = files(&cached.dir()).into_iter();
    files
        .find(|path| path.as_os_str().len() > cached.dir().as_os_str().len() + 60)
        .unwrap()
}
