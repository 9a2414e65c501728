//! `jira-host store`: looking after the secret store.

mod sealed_file;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jira_host::secrets::{
    KEY_VARIABLE, KeyFile, KeySource, MasterKey, SealedStoreError, StoreReport,
};
use serde_json::json;

use self::sealed_file::SealedFile;
use super::Context;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Table};
use crate::spinner::Spinner;

/// The environment variable with the key to change to, where the key itself is
/// in the environment.
const NEW_KEY_VARIABLE: &str = "JIRA_HOST_NEW_KEY";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host store check
    jira-host store export backup.sealed")]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    /// Checks the store, the key and every value, and counts the entries.
    #[command(after_long_help = "\
Examples:
    jira-host store check
    jira-host store check --json")]
    Check,
    /// Seals everything under a new key.
    ///
    /// The key file gets the new key, and whatever uses the store goes on
    /// working. Where the key is in JIRA_HOST_KEY, the new one is taken from
    /// JIRA_HOST_NEW_KEY, and what uses the store must be started again with it.
    #[command(after_long_help = "\
Examples:
    jira-host store rotate-key")]
    RotateKey,
    /// Writes everything but unfinished consents into a sealed file.
    ///
    /// Who is in the middle of `connect` then must begin again in the other store.
    Export(ExportArgs),
    /// Brings in what an export wrote: all of it, or nothing.
    Import(ImportArgs),
}

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host store export backup.sealed
    Under a key of its own, to be brought into another store:
    jira-host store export moving.sealed --key-file moving.key")]
struct ExportArgs {
    /// The file to write, which must not be there; `-` is standard output.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Seals it under the key in this file, which is made if it is not there,
    /// rather than under the store's own.
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host store import backup.sealed --replace
    Into a new store:
    jira-host --store new.db store import moving.sealed --key-file moving.key")]
struct ImportArgs {
    /// The file that an export wrote; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key file that the export was made with, if it was made with one.
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,
    /// Replaces what is in the store already.
    #[arg(long)]
    replace: bool,
}

impl StoreArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.command {
            StoreCommand::Check => check(context).await,
            StoreCommand::RotateKey => rotate_key(context).await,
            StoreCommand::Export(args) => args.run(context).await,
            StoreCommand::Import(args) => args.run(context).await,
        }
    }
}

async fn check(context: &Context) -> Result<(), Failure> {
    let store = context.store_address()?.open_existing().await?;
    let spinner = Spinner::begin("reading every entry");
    let report = store.check().await?;
    drop(spinner);
    let path = store.at();
    if context.json() {
        output::json(&json!({
            "path": path,
            "entries": report.entries,
            "by_prefix": report.by_prefix,
            "problems": report.problems,
            "warnings": report.warnings,
        }))?;
    } else {
        let mut table = Table::new(["KEYS", "ENTRIES"]);
        for (prefix, count) in &report.by_prefix {
            table.row([prefix, &count.to_string()]);
        }
        table.row(["all", &report.entries.to_string()]);
        table.write()?;
    }
    verdict(&path, &report)
}

fn verdict(path: &str, report: &StoreReport) -> Result<(), Failure> {
    for warning in &report.warnings {
        log::warning(warning);
    }
    if report.problems.is_empty() {
        log::note(format_args!(
            "The store `{path}` is whole, and the key opens it."
        ));
        return Ok(());
    }
    let problems = report.problems.join("\n  ");
    let message = format!("the store `{path}` is damaged:\n  {problems}");
    Err(Failure::new(Exit::SecretStore, message).with_hint(
        "stop what uses it, keep a copy, and bring the store back from a backup; a connection \
         whose entry is damaged can also be made anew with `jira-host connect`",
    ))
}

async fn rotate_key(context: &Context) -> Result<(), Failure> {
    let address = context.store_address()?;
    let (next, told) = match &address.keys()? {
        KeySource::File(file) => {
            let told = format!("`{}` has the new key", file.path().display());
            (MasterKey::generate()?, told)
        }
        KeySource::Key(_) => {
            let next = MasterKey::from_env_var(NEW_KEY_VARIABLE)?.ok_or_else(without_new_key)?;
            let told = format!("set {KEY_VARIABLE} to the new key now");
            (next, told)
        }
    };
    let store = address.open_existing().await?;
    let spinner = Spinner::begin("sealing every entry anew");
    let sealed = store.rotate_key(next).await?;
    drop(spinner);
    if context.json() {
        output::json(&json!({ "sealed": sealed }))?;
    }
    log::note(format_args!(
        "Sealed {} under the new key; {told}.",
        entries(sealed)
    ));
    log::note(
        "Exports made before under the store's key no longer open, unless you keep the old key; a \
         copy of the key kept elsewhere must be made anew.",
    );
    Ok(())
}

fn without_new_key() -> Failure {
    let message = format!("the key comes from {KEY_VARIABLE}, and there is no new one");
    Failure::new(Exit::Usage, message).with_hint(format!(
        "keep a new key safely, such as one from `openssl rand -base64 32`, and set \
         {NEW_KEY_VARIABLE} to it"
    ))
}

impl ExportArgs {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let file = SealedFile::new(&self.file);
        if file.is_standard() {
            context.refuse_json("standard output gets the export itself")?;
        }
        file.check_place()?;
        let store = context.store_address()?.open_existing().await?;
        let key = match &self.key_file {
            Some(path) => Some(MasterKey::load_or_create(path)?),
            None => None,
        };
        let spinner = Spinner::begin("reading every entry");
        let export = store.export(key).await?;
        drop(spinner);
        file.write(&export.bytes)?;
        if context.json() {
            output::json(&json!({ "exported": export.entries }))?;
        }
        let opens = match &self.key_file {
            Some(path) => format!("the key in `{}` opens it", path.display()),
            None => "the store's key opens it: keep that too".to_owned(),
        };
        let exported = entries(export.entries);
        log::note(format_args!(
            "Exported {exported} to {}; {opens}.",
            file.as_output()
        ));
        Ok(())
    }
}

impl ImportArgs {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let export = SealedFile::new(&self.file).read()?;
        let key = match self.key_file {
            Some(path) => Some(existing_key(KeyFile::new(path))?),
            None => None,
        };
        let address = context.store_address()?;
        let store = match address.open_existing().await {
            Err(SealedStoreError::Missing(_)) => {
                let checked = check_for_new_store(&export, key.as_ref(), &address.keys()?);
                checked.map_err(not_imported)?;
                address.open().await?
            }
            opened => opened?,
        };
        let spinner = Spinner::begin("bringing in every entry");
        let imported = store.import(export, key, self.replace).await;
        drop(spinner);
        let imported = imported.map_err(not_imported)?;
        if context.json() {
            output::json(&json!({ "imported": imported }))?;
        }
        let path = store.at();
        log::note(format_args!(
            "Imported {} into `{path}`.",
            entries(imported)
        ));
        log::note(
            "Refresh tokens are good for one use: those in an old export may be spent, and then \
             people must connect again. Two machines must not use one export: each would spend the \
             other's tokens.",
        );
        Ok(())
    }
}

/// Sees to it that no store is made for what cannot be imported.
fn check_for_new_store(
    export: &[u8],
    key: Option<&MasterKey>,
    of_store: &KeySource,
) -> Result<(), SealedStoreError> {
    let of_store = match of_store {
        KeySource::Key(key) => Some(key.clone()),
        KeySource::File(file) => file.read()?,
    };
    match key.or(of_store.as_ref()) {
        Some(key) => key.check_export(export),
        None => Err(SealedStoreError::NotAnExport),
    }
}

/// The failure of an import, with the options that may help.
fn not_imported(error: SealedStoreError) -> Failure {
    let hint = match error {
        SealedStoreError::Occupied { .. } => {
            "nothing was imported; `--replace` replaces what is there, or import into a new store"
        }
        SealedStoreError::NotAnExport => {
            "name the file that an export wrote, and with `--key-file PATH` the key file that it \
             was made with, if it was made with one"
        }
        _ => return error.into(),
    };
    Failure::new(Exit::SecretStore, &error).with_hint(hint)
}

fn existing_key(file: KeyFile) -> Result<MasterKey, Failure> {
    file.read()?.ok_or_else(|| {
        let path = file.path().display();
        Failure::new(Exit::Usage, format!("there is no key file `{path}`"))
            .with_hint("name the key file that the export was made with")
    })
}

fn entries(count: usize) -> String {
    output::counted(count, "entry", "entries")
}
