use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::Full;

/// Nothing is loaded, nothing is run, and nobody learns of the URL, which holds
/// the code.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
];

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;\
                     padding:0 1.5rem;color:#172b4d}@media(prefers-color-scheme:dark)\
                     {body{background:#1d2125;color:#c7d1db}}";

/// What the browser shows at the end.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(status: StatusCode, title: &str, text: impl Into<String>) -> Self {
        Page {
            status,
            title: title.to_owned(),
            text: text.into(),
        }
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let (title, text) = (escaped(&self.title), escaped(&self.text));
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\"><title>{title}</title>\
             <style>{STYLE}</style><h1>{title}</h1><p>{text}</p></html>\n"
        );
        let mut response = Response::new(Full::from(html));
        *response.status_mut() = self.status;
        for (name, value) in HEADERS {
            let value = header::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
