//! HTTP/2 as bytes (RFC 9113 section 4.1), so that they can be wrong.

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

/// The head of a frame.
const HEAD_BYTES: usize = 9;

/// A frame; its stream is known when it is sent.
#[derive(Clone, Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub on: On,
    pub payload: Vec<u8>,
    /// Where the length that is told is not that of the payload.
    pub told: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Connection,
    Request,
    Stream(u32),
}

impl Frame {
    pub fn new(kind: u8, flags: u8, on: On, payload: impl Into<Vec<u8>>) -> Frame {
        Frame {
            kind,
            flags,
            on,
            payload: payload.into(),
            told: None,
        }
    }

    pub fn on_request(kind: u8, flags: u8, payload: impl Into<Vec<u8>>) -> Frame {
        Frame::new(kind, flags, On::Request, payload)
    }

    pub fn telling(mut self, length: u32) -> Frame {
        self.told = Some(length);
        self
    }

    pub fn bytes(&self, request: u32) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).unwrap();
        let length = self.told.unwrap_or(length).to_be_bytes();
        let stream = match self.on {
            On::Connection => 0,
            On::Request => request,
            On::Stream(stream) => stream,
        };
        let mut bytes = length[1..].to_vec();
        bytes.extend([self.kind, self.flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }
}

/// What a client has sent, frame by frame.
#[derive(Default)]
pub struct Heard(Vec<u8>);

/// What every client begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

impl Heard {
    pub fn hear(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// The stream of the first request that is there with all of its body.
    pub fn request(&self) -> Option<u32> {
        let mut rest = self.0.strip_prefix(PREFACE)?;
        while let Some((head, after)) = rest.split_at_checked(HEAD_BYTES) {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            let is_message = matches!(head[3], DATA | HEADERS);
            rest = after.get(usize::try_from(length).unwrap()..)?;
            if is_message && head[4] & END_STREAM != 0 {
                return Some(stream);
            }
        }
        None
    }
}

/// `:status: 200`, from the static table.
const STATUS_200: u8 = 0x88;

/// A field with a name that no table has, neither packed (RFC 7541 section
/// 6.2.2).
pub fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 127, "a longer one has another form");
        bytes.push(length);
        bytes.extend(text);
    }
    bytes
}

/// The head of a success with these fields.
pub fn head(flags: u8, fields: &[(&str, &str)]) -> Frame {
    let mut block = vec![STATUS_200];
    for (name, value) in fields {
        block.extend(field(name.as_bytes(), value.as_bytes()));
    }
    Frame::on_request(HEADERS, flags | END_HEADERS, block)
}

pub fn data(flags: u8, payload: &[u8]) -> Frame {
    Frame::on_request(DATA, flags, payload)
}

pub fn settings() -> Frame {
    Frame::new(SETTINGS, 0, On::Connection, [])
}

/// The client's own settings hold from then on.
pub fn settings_taken() -> Frame {
    Frame::new(SETTINGS, ACK, On::Connection, [])
}
