//! `multipart/form-data` (RFC 7578).

use data_encoding::HEXLOWER;

use crate::exit::{Exit, Failure};

/// What Jira calls every file that is attached.
const PART: &str = "file";

/// How many random bytes a boundary has: nobody who writes a file can guess
/// them.
const BOUNDARY_BYTES: usize = 16;

/// A file to be sent.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) content: Vec<u8>,
}

/// The body, and its `Content-Type`.
pub(super) fn written(files: Vec<File>) -> Result<(String, Vec<u8>), Failure> {
    let boundary = loop {
        let boundary = random_boundary()?;
        if !files.iter().any(|file| holds(&file.content, &boundary)) {
            break boundary;
        }
    };
    let mut body = Vec::with_capacity(files.iter().map(|file| file.content.len() + 256).sum());
    for file in files {
        body.extend_from_slice(file.head(&boundary).as_bytes());
        body.extend_from_slice(&file.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

impl File {
    fn head(&self, boundary: &str) -> String {
        let File {
            name, media_type, ..
        } = self;
        let name = escaped(name);
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{PART}\"; \
             filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        )
    }
}

fn random_boundary() -> Result<String, Failure> {
    let mut bytes = [0; BOUNDARY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(Exit::Other, error))?;
    Ok(HEXLOWER.encode(&bytes))
}

/// Whether a line begins like one that parts files. Only there it would count.
fn holds(content: &[u8], boundary: &str) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n');
    lines.any(|line| {
        let after = line.strip_prefix(b"--".as_slice());
        after.is_some_and(|after| after.starts_with(boundary.as_bytes()))
    })
}

/// A name as browsers write it: UTF-8, with a percent sign for what would end
/// the quotes or the line. <https://html.spec.whatwg.org/#multipart-form-data>
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for character in name.chars() {
        if character == '"' || character.is_ascii_control() {
            escaped.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &[u8]) -> File {
        File {
            name: name.to_owned(),
            media_type: "text/plain".to_owned(),
            content: content.to_vec(),
        }
    }

    #[test]
    fn each_file_is_a_part_named_file() {
        let (content_type, body) = written(vec![file("a.txt", b"A\r\n"), file("b", b"")]).unwrap();
        let boundary = content_type
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        let part = |name: &str, content: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{content}\r\n"
            )
        };
        let expected = part("a.txt", "A\r\n") + &part("b", "") + &format!("--{boundary}--\r\n");
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn no_two_forms_have_the_same_boundary() {
        let content_type = || written(vec![file("a", b"")]).unwrap().0;
        assert_ne!(content_type(), content_type());
    }

    #[test]
    fn a_line_that_would_part_the_content_is_seen_and_nothing_else_is() {
        for content in ["--B", "x\r\n--B--\r\n", "x\n--Bx"] {
            assert!(holds(content.as_bytes(), "B"), "{content:?}");
        }
        for content in ["", "B", "x--B", "--b\r\n-B"] {
            assert!(!holds(content.as_bytes(), "B"), "{content:?}");
        }
    }

    #[test]
    fn a_name_cannot_end_its_quotes_or_its_line() {
        assert_eq!(
            escaped("a \"b\"\r\nc;ü\\100%\u{7f}"),
            "a %22b%22%0D%0Ac;ü\\100%%7F"
        );
    }
}
