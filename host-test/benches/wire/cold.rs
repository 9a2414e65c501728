//! From nothing to the first answer, and what the component weighs.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use jira_host::Loader;
use jira_host::secrets::{Expect, KeySource, SecretStore, SqliteStore};
use jira_host::types::{OauthStep, Request};
use tempfile::TempDir;

use crate::Result;
use crate::awake::Awake;
use crate::paged::issues;
use crate::report::{Report, Target};
use crate::served::Served;
use crate::server::Server;
use crate::stage::{CONNECTION, Stage};
use crate::timing::{Sample, in_ms, in_us};

/// How often the program is started.
const STARTS: usize = 15;

/// How often the component is called.
const CALLS: usize = 5_000;

/// What the component may weigh, in bytes.
const MAX_BYTES: f64 = 250_000.0;

/// How long an instance and a call that sends nothing may take, in µs.
const MAX_CALL_US: f64 = 60.0;

pub(crate) async fn measure(stage: &Stage, report: &mut Report) -> Result<()> {
    let _awake = Awake::keep()?;
    weigh(stage, report)?;
    let mut calls = Calls::default();
    calls.time(stage).await?;
    compile(stage, report)?;
    calls.time(stage).await?;
    start(stage, report).await?;
    calls.time(stage).await?;
    calls.judge(report);
    Ok(())
}

fn weigh(stage: &Stage, report: &mut Report) -> Result<()> {
    let component = fs::read(&stage.component)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&component)?;
    let raw = component.len() as f64;
    report.judge(
        "cold: component",
        raw / 1e3,
        "kB",
        Target::Below(MAX_BYTES / 1e3),
    );
    let packed = packed.finish()?.len() as f64;
    report.tell("cold: component, gzip", packed / 1e3, "kB");

    let cache = TempDir::new()?;
    Loader::new()
        .with_cache(cache.path())
        .load(&stage.component)?;
    let mut code = 0;
    for entry in fs::read_dir(cache.path())? {
        code += entry?.metadata()?.len();
    }
    report.tell("cold: compiled code", code as f64 / 1e3, "kB");
    Ok(())
}

fn compile(stage: &Stage, report: &mut Report) -> Result<()> {
    let mut sample = Sample::default();
    for _ in 0..STARTS {
        let begun = std::time::Instant::now();
        Loader::new().load(&stage.component)?;
        sample.add(begun.elapsed());
    }
    report.tell("cold: compiling", in_ms(sample.median()), "ms");
    Ok(())
}

/// `jira-host api /myself`, from the start of the process to its end.
async fn start(stage: &Stage, report: &mut Report) -> Result<()> {
    let server = Server::start(Arc::new(Served::new(&issues(1)))).await?;
    let home = TempDir::new()?;
    let store = home.path().join("secrets.db");
    fill(&store, stage, &server).await?;
    let mut with_cache = Sample::default();
    let mut without = Sample::default();
    for _ in 0..STARTS {
        forget_code(home.path())?;
        without.time(ask(stage, home.path(), &store)).await?;
        with_cache.time(ask(stage, home.path(), &store)).await?;
    }
    let name = "cold: process to first answer";
    report.tell(
        format!("{name}, code in cache"),
        in_ms(with_cache.median()),
        "ms",
    );
    report.tell(format!("{name}, no cache"), in_ms(without.median()), "ms");
    Ok(())
}

async fn fill(path: &Path, stage: &Stage, server: &Server) -> Result<()> {
    let store = SqliteStore::open(path, KeySource::for_store(path)?)?;
    for (key, value) in stage.entries(server.origin())? {
        store.put(&key, value.into_bytes(), Expect::Absent).await?;
    }
    Ok(())
}

/// The caches of users are in one of these, by the platform.
fn forget_code(home: &Path) -> Result<()> {
    for folder in [".cache", "Library/Caches"] {
        let folder = home.join(folder);
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    Ok(())
}

async fn ask(stage: &Stage, home: &Path, store: &Path) -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_jira-host"))
        .args(["api", "/myself", "--connection", CONNECTION])
        .env_clear()
        .env("HOME", home)
        .env("JIRA_HOST_COMPONENT", &stage.component)
        .env("JIRA_HOST_STORE", store)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("jira-host: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

/// An instance and a call, without the network: the medians of each time.
#[derive(Default)]
struct Calls {
    reading: Sample,
    refused: Sample,
}

impl Calls {
    async fn time(&mut self, stage: &Stage) -> Result<()> {
        let server = Server::start(Arc::new(Served::new(&issues(1)))).await?;
        let tenant = stage.tenant(&server)?;
        let status = OauthStep::Status(Some(CONNECTION.to_owned()));
        let refused = Request::get(CONNECTION, "//");
        let mut reading = Sample::default();
        let mut refusing = Sample::default();
        for _ in 0..CALLS {
            reading
                .time(async { Ok(tenant.oauth_exchange(&status).await??) })
                .await?;
            refusing
                .time(async { Ok(tenant.api_request(&refused).await?.is_err()) })
                .await?;
        }
        self.reading.add(reading.median());
        self.refused.add(refusing.median());
        Ok(())
    }

    /// The least of them: what else the machine does makes a call only longer.
    fn judge(&self, report: &mut Report) {
        let target = Target::Below(MAX_CALL_US);
        for (what, medians) in [("`status`", &self.reading), ("refused", &self.refused)] {
            let label = format!("cold: instance and call, {what}");
            report.judge(label, in_us(medians.quantile(0.0)), "µs", target);
        }
    }
}
