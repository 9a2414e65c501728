pub mod download;
mod file;
mod filter;
mod form;
#[cfg(target_os = "linux")]
mod unwritten;

use atlassian_simulator::{Fault, On};

use crate::consent::connect;
use crate::stage::Stage;

pub async fn connected() -> Stage {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage
}

/// What the next request for `/myself` is answered.
pub fn answer(stage: &Stage, media_type: &str, body: &[u8]) {
    let answer = Fault::Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
        body: body.to_vec(),
    };
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), answer);
}

pub fn answer_json(stage: &Stage, json: &str) {
    answer(stage, "application/json", json.as_bytes());
}

/// The names of the files in the home, half a download included.
pub fn files(stage: &Stage) -> Vec<String> {
    let entries = std::fs::read_dir(stage.home.path()).unwrap();
    let entries = entries.map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> = files
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn read(stage: &Stage, name: &str) -> String {
    std::fs::read_to_string(stage.home.path().join(name)).unwrap()
}
