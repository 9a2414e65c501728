//! Connections that end at each byte of an answer, in good order and not.

use super::fault::{Act, Comes, Fault, Over, body};

const KNOWN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n\
                     {\"a\":\"bcd\"}";

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                       5\r\n{\"a\":\r\n6\r\n\"bcd\"}\r\n0\r\nX-Last: 1\r\n\r\n";

/// How a connection ends.
const ENDS: [(&str, Option<Act>); 3] = [
    ("closed", None),
    ("dropped", Some(Act::Drop)),
    ("reset", Some(Act::Reset)),
];

pub fn all() -> Vec<Fault> {
    let mut faults = Vec::new();
    for (form, answer) in [("a length", KNOWN), ("chunks", CHUNKED)] {
        for over in [Over::Tcp, Over::Tls] {
            for (end, act) in ENDS {
                // In the clear, to drop a connection is to close it.
                if over == Over::Tcp && end == "dropped" {
                    continue;
                }
                let cut = |at| cut(over, answer, at, &act);
                faults.extend((0..answer.len()).map(|at| {
                    let name = format!("an answer with {form}, {end} after byte {at}");
                    Fault::new(over, name, cut(at), Comes::Interrupted)
                }));
            }
        }
    }
    faults.extend(without_an_end());
    faults
}

/// One cut in each part of an answer.
pub fn in_each_part() -> Vec<Fault> {
    let parts = [
        ("before the answer", ""),
        ("in the status line", "HTTP/1.1 2"),
        ("in the head", "HTTP/1.1 200 OK\r\nContent-"),
        (
            "before the body",
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n",
        ),
        (
            "in a pair",
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"access_token\":\"",
        ),
        (
            "in a pair that seems whole",
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"access_token\":\"a\"}",
        ),
        (
            "between chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"access_token\":\"a\"}\r\n",
        ),
    ];
    let mut faults = Vec::new();
    for (part, said) in parts {
        for (end, act) in ENDS {
            for over in [Over::Tcp, Over::Tls] {
                let name = format!("{end} {part}");
                let acts = cut(over, said, said.len(), &act);
                faults.push(Fault::new(over, name, acts, Comes::Interrupted));
            }
        }
    }
    faults
}

fn cut(over: Over, answer: &str, at: usize, end: &Option<Act>) -> Vec<Act> {
    debug_assert_ne!(over, Over::H2);
    let said = Act::Say(answer.as_bytes()[..at].to_vec());
    [Some(said), end.clone()].into_iter().flatten().collect()
}

/// A body that ends with its connection is whole only where TLS says so.
fn without_an_end() -> Vec<Fault> {
    let answer = b"HTTP/1.1 200 OK\r\n\r\nthe end is the end".to_vec();
    let text = "the end is the end";
    let say = || Act::Say(answer.clone());
    let closed = Fault::said(
        "a body up to the end of the connection",
        answer.clone(),
        body(text),
    );
    let mut faults = closed.to_vec();
    for (end, act) in [("dropped", Act::Drop), ("reset", Act::Reset)] {
        let name = format!("a body up to an end that is {end}");
        faults.push(Fault::new(
            Over::Tls,
            name,
            vec![say(), act],
            Comes::Interrupted,
        ));
    }
    faults
}
