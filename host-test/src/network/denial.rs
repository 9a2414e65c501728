//! What was denied, and by which rule: for the operator, as the component gets
//! to see no more than a code.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{AddressKind, Origin};

/// The rule that denied a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The origin is not among those allowed.
    Origin,
    /// A tunnel would reach past the origin that was checked.
    Tunnel,
    /// The name leads to an address that is not public, and not allowed.
    Address(AddressKind),
}

impl Rule {
    /// Its name in logs.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Origin => "origin",
            Rule::Tunnel => "tunnel",
            Rule::Address(_) => "address",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Origin => f.write_str("the origin is not among those allowed"),
            Rule::Tunnel => f.write_str("a tunnel is never allowed"),
            Rule::Address(kind) => write!(f, "its address is {kind}, which is not allowed"),
        }
    }
}

/// A request that the network did not let out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    origin: Option<Origin>,
    rule: Rule,
}

impl Denial {
    /// Where it wanted to go, unless that cannot be told for sure.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// What it fell under.
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "denied `{origin}`: {}", self.rule),
            None => write!(f, "denied a request: {}", self.rule),
        }
    }
}

pub(super) type Hook = Box<dyn Fn(&Denial) + Send + Sync>;

/// The denials of one network.
#[derive(Default)]
pub(super) struct Denials {
    count: AtomicU64,
    last: Mutex<Option<Denial>>,
    hook: Option<Hook>,
}

impl Denials {
    pub(super) fn told_to(hook: Option<Hook>) -> Denials {
        Denials {
            hook,
            ..Denials::default()
        }
    }

    pub(super) fn record(&self, origin: Option<Origin>, rule: Rule) {
        let denial = Denial { origin, rule };
        tracing::warn!(
            rule = rule.name(),
            origin = denial.origin.as_ref().map(tracing::field::display),
            "{rule}"
        );
        self.count.fetch_add(1, Ordering::Relaxed);
        if let Some(hook) = &self.hook {
            hook(&denial);
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(denial);
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn last(&self) -> Option<Denial> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing::field::Field;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata};

    use super::*;

    #[test]
    fn a_denial_names_the_origin_and_the_rule() {
        let origin = Origin::parse("https://a.example").unwrap();
        let told = |origin: Option<&Origin>, rule| {
            Denial {
                origin: origin.cloned(),
                rule,
            }
            .to_string()
        };
        assert_eq!(
            told(Some(&origin), Rule::Origin),
            "denied `https://a.example`: the origin is not among those allowed"
        );
        assert_eq!(
            told(Some(&origin), Rule::Address(AddressKind::LinkLocal)),
            "denied `https://a.example`: its address is link-local, which is not allowed"
        );
        assert_eq!(
            told(None, Rule::Tunnel),
            "denied a request: a tunnel is never allowed"
        );
    }

    /// Keeps what it is told, as text.
    #[derive(Clone, Default)]
    struct Book(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Book {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn event(&self, event: &Event<'_>) {
            let mut line = event.metadata().level().to_string();
            event.record(&mut |field: &Field, value: &dyn fmt::Debug| {
                line.push_str(&format!(" {field}={value:?}"));
            });
            self.0.lock().unwrap().push(line);
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_denial_is_an_event() {
        let book = Book::default();
        tracing::subscriber::with_default(book.clone(), || {
            let origin = Origin::parse("https://a.example").ok();
            Denials::default().record(origin, Rule::Address(AddressKind::Private));
        });
        assert_eq!(
            *book.0.lock().unwrap(),
            [
                "WARN message=its address is private, which is not allowed rule=\"address\" \
                 origin=https://a.example"
            ]
        );
    }
}
