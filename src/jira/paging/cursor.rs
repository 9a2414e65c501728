//! Where to go on, as text that outlives the process.
//!
//! `1.{request}.{style}.{place}.{skip}.{size}.{step}.{total}.{empty}.{before}.{check}`:
//! a version, a fingerprint of the request, a place, and what is known there. It is no secret, and
//! cannot lead anywhere but to another page of the very request it is given
//! with; the check is against accidents.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::jira::{
    error::{Error, Result},
    path::Api,
    request::CheckedRequest,
    site::Site,
};

use super::{place::Place, report::PagingStyle};

/// The longest mark of Jira's that is put into a cursor, and cursor that is
/// read. Tokens have a few hundred characters.
pub const MAX_CURSOR_BYTES: usize = 16 * 1024;

const VERSION: &str = "1";
const FIELDS: usize = 10;

/// `~` stands for `%`, so that a cursor needs no encoding in a URL.
const MARK: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The styles in the order of their numbers in a cursor, which never change.
const STYLES: [Option<PagingStyle>; 12] = [
    None,
    Some(PagingStyle::StartAt),
    Some(PagingStyle::BareArray),
    Some(PagingStyle::NextPageToken),
    Some(PagingStyle::NextPageCursor),
    Some(PagingStyle::StartingAfter),
    Some(PagingStyle::NextUrl),
    Some(PagingStyle::Since),
    Some(PagingStyle::OffsetLimit),
    Some(PagingStyle::StartLimit),
    Some(PagingStyle::LinksNext),
    Some(PagingStyle::OffsetSize),
];

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which request it belongs to.
    pub request: u64,
    /// How the list is paged; nothing where one answer is all there is.
    pub style: Option<PagingStyle>,
    /// The page to begin with.
    pub place: Place,
    /// How many of its items were answered already.
    pub skip: u64,
    /// How many items were asked for on a page.
    pub size: Option<u32>,
    /// How far apart pages were.
    pub step: Option<u64>,
    /// How many items the list was said to have.
    pub total: Option<u64>,
    /// How many pages without any item came right before.
    pub empty_pages: u32,
    /// The fingerprint of the items on the page before.
    pub before: Option<u64>,
}

impl Cursor {
    /// As text; nothing where a mark is unreasonably long.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        let style = STYLES.iter().position(|style| *style == self.style)?;
        let place = match &self.place {
            Place::Start => "s".into(),
            Place::Offset(offset) => format!("o{offset}"),
            Place::Mark(mark) => format!("m{}", escaped(mark)),
        };
        let number = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        let text = format!(
            "{VERSION}.{:016x}.{style}.{place}.{}.{}.{}.{}.{}.{}",
            self.request,
            self.skip,
            number(self.size.map(u64::from)),
            number(self.step),
            number(self.total),
            self.empty_pages,
            number(self.before),
        );
        let check = check_of(&text);
        (text.len() < MAX_CURSOR_BYTES).then(|| format!("{text}.{check:08x}"))
    }

    /// Reads what [`Self::to_text`] has written.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once('.') {
            Some((VERSION, _)) => {}
            Some((version, _)) if version.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(refused(
                    "it comes from another version of the connector; begin anew",
                ));
            }
            _ => return Err(damaged()),
        }
        Self::parse_version_1(text).ok_or_else(damaged)
    }

    fn parse_version_1(text: &str) -> Option<Self> {
        let (text, check) = text.rsplit_once('.')?;
        if text.len() > MAX_CURSOR_BYTES || check != format!("{:08x}", check_of(text)) {
            return None;
        }
        let fields: Vec<&str> = text.split('.').collect();
        let [
            _,
            request,
            style,
            place,
            skip,
            size,
            step,
            total,
            empty,
            before,
        ] = <[&str; FIELDS]>::try_from(fields).ok()?;
        let number = |text: &str| match text {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        Some(Self {
            request: u64::from_str_radix(request, 16).ok()?,
            style: *STYLES.get(style.parse::<usize>().ok()?)?,
            place: match place.split_at_checked(1)? {
                ("s", "") => Place::Start,
                ("o", offset) => Place::Offset(offset.parse().ok()?),
                ("m", mark) => Place::Mark(unescaped(mark)?),
                _ => return None,
            },
            skip: skip.parse().ok()?,
            size: match number(size)? {
                Some(size) => Some(u32::try_from(size).ok()?),
                None => None,
            },
            step: number(step)?,
            total: number(total)?,
            empty_pages: empty.parse().ok()?,
            before: number(before)?,
        })
    }

    /// Refuses a cursor of another request.
    pub fn check_request(&self, request: u64) -> Result<()> {
        match self.request == request {
            true => Ok(()),
            false => Err(refused(
                "it belongs to another connection, site, path, method, query or body; \
                 give it with the request that it came from",
            )),
        }
    }
}

fn refused(why: &str) -> Error {
    Error::invalid("paginate.cursor", why)
}

fn damaged() -> Error {
    refused("it is damaged; give it as it came")
}

fn escaped(mark: &str) -> String {
    utf8_percent_encode(mark, MARK)
        .to_string()
        .replace('%', "~")
}

fn unescaped(mark: &str) -> Option<String> {
    let mark = mark.replace('~', "%");
    let decoded = percent_decode_str(&mark).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn check_of(text: &str) -> u32 {
    let hash = Fingerprint::of(text.as_bytes());
    (hash >> 32) as u32 ^ hash as u32
}

/// 64 bits of FNV-1a over parts and their lengths.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(pub u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    /// Of everything of a request that decides what the list is.
    #[must_use]
    pub fn of_request(request: &CheckedRequest, site: &Site) -> Self {
        let target = request.target();
        let api = match request.api {
            Api::Platform => "platform",
            Api::ServiceDesk => "servicedesk",
        };
        let mut print = Self::default();
        for part in [
            request.connection.as_str(),
            &site.cloud_id,
            api,
            request.method().as_str(),
            &target.path,
            target.query.as_deref().unwrap_or_default(),
        ] {
            print.add(part.as_bytes());
        }
        print.add(request.body().unwrap_or_default());
        print
    }

    /// Adds a part.
    pub fn add(&mut self, part: &[u8]) {
        let length = (part.len() as u64).to_le_bytes();
        for byte in part.iter().chain(&length) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Of one part alone.
    #[must_use]
    pub fn of(part: &[u8]) -> u64 {
        let mut print = Self::default();
        print.add(part);
        print.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(place: Place) -> Cursor {
        Cursor {
            request: 0x1234,
            style: Some(PagingStyle::OffsetSize),
            place,
            skip: 7,
            size: Some(50),
            step: None,
            total: Some(120),
            empty_pages: 3,
            before: Some(u64::MAX),
        }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_needs_no_encoding_in_a_url() {
        for place in [
            Place::Start,
            Place::Offset(u64::MAX),
            Place::Mark("Cg==&a b.~%ü\n".into()),
        ] {
            let text = cursor(place.clone()).to_text().unwrap();
            let is_plain = |byte: u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
            };
            assert!(text.bytes().all(is_plain), "{text}");
            assert_eq!(Cursor::parse(&text).unwrap(), cursor(place));
        }
    }

    #[test]
    fn every_damage_is_seen() {
        let text = cursor(Place::Mark("token".into())).to_text().unwrap();
        let damaged = "paginate.cursor: it is damaged; give it as it came";
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let error = Cursor::parse(&String::from_utf8(bytes).unwrap()).unwrap_err();
            let other =
                "paginate.cursor: it comes from another version of the connector; begin anew";
            assert_eq!(error.to_string(), if at == 0 { other } else { damaged });
            let error = Cursor::parse(&text[..at]).unwrap_err();
            assert_eq!(error.to_string(), damaged, "{at}");
        }
    }

    #[test]
    fn a_mark_without_end_gives_no_cursor() {
        let mark = "x".repeat(MAX_CURSOR_BYTES);
        assert_eq!(cursor(Place::Mark(mark)).to_text(), None);
    }
}
