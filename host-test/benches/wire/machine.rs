//! What the figures were measured on.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// In one line: cores, processor, system, compiler.
pub(crate) fn describe() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let processor = processor().unwrap_or_else(|| "unknown processor".to_owned());
    let system = output("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.to_owned());
    let compiler = output("rustc", &["--version"]).unwrap_or_else(|| "unknown rustc".to_owned());
    format!("{cores} cores of {processor}; {system}; {compiler}")
}

fn processor() -> Option<String> {
    let told = fs::read_to_string("/proc/cpuinfo").ok();
    let named = told.as_deref().and_then(|told| {
        let line = told.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    named.or_else(|| output("sysctl", &["-n", "machdep.cpu.brand_string"]))
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| told.trim().to_owned())
}
