use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer, as a browser gets it.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub head: String,
    /// Where it sends the browser.
    pub location: Option<String>,
    pub body: String,
}

/// Opens a page over a socket.
pub fn open(url: &str) -> Page {
    send("GET", url)
}

pub fn send(method: &str, url: &str) -> Page {
    send_form(method, url, "")
}

/// With the fields of a form, as they are written.
pub fn send_form(method: &str, url: &str, fields: &str) -> Page {
    let rest = url.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{fields}",
        fields.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let location = fields.find(|(name, _)| name.eq_ignore_ascii_case("location"));
    Page {
        location: location.map(|(_, url)| url.to_owned()),
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}
