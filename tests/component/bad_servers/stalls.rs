//! Servers that stop in the middle, and say nothing more.

use super::fault::{Act, Comes, Fault, Over};
use super::frames::{DATA, Frame, data, head};

const PARTS: [(&str, &str); 8] = [
    ("before the answer", ""),
    ("in the status line", "HTTP/1.1 20"),
    ("in a name", "HTTP/1.1 200 OK\r\nConte"),
    ("in a value", "HTTP/1.1 200 OK\r\nContent-Length: 1"),
    (
        "before the end of the head",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
    ),
    (
        "before the body",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
    ),
    (
        "in the body",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
    ),
    (
        "between chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    ),
];

pub fn all() -> Vec<Fault> {
    let mut faults: Vec<_> = PARTS
        .into_iter()
        .flat_map(|(place, said)| {
            let acts = vec![Act::Say(said.into()), Act::Stall];
            Fault::http(format!("silence {place}"), acts, Comes::TimedOut)
        })
        .collect();
    let drip = Act::Flood(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec());
    faults.extend(Fault::http(
        "answers that announce an answer",
        vec![drip],
        Comes::TimedOut,
    ));
    let h2 = |name: &str, acts: Vec<Act>| {
        let mut acts = acts;
        acts.push(Act::Stall);
        Fault::new(Over::H2, format!("silence {name}"), acts, Comes::TimedOut)
    };
    let half = Frame::on_request(DATA, 0, "ab").telling(3);
    faults.extend([
        h2("before the answer", vec![]),
        h2("before the body", vec![Act::Send(head(0, &[]))]),
        h2(
            "in the body",
            vec![Act::Send(head(0, &[])), Act::Send(data(0, b"ab"))],
        ),
        h2("in a frame", vec![Act::Send(head(0, &[])), Act::Send(half)]),
        h2("in the head of a frame", vec![Act::Say(vec![0, 0])]),
    ]);
    faults
}
