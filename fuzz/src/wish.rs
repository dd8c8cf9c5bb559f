//! A cookie that somebody wants to be set, and whether that may be.

use cookie::Cookie as Theirs;
use cookie::time::OffsetDateTime;
use samewire::app::{Cookie, SameSite};
use samewire::http::lines::{FieldLines, Lines};
use samewire::{Misuse, Status};

/// The last second of the year 9999: a date has four digits for it.
const LAST_SECOND: u64 = 253_402_300_799;

/// All that can be said of a cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    name: String,
    value: Vec<u8>,
    path: Option<String>,
    domain: Option<String>,
    max_age: Option<u32>,
    expires: Option<u64>,
    is_secure: bool,
    is_http_only: bool,
    same_site: Option<SameSite>,
}

impl Wish {
    /// Any bytes are a wish: flags, and lines of which the first two are name and value.
    pub(crate) fn read(input: &[u8]) -> Self {
        let (flags, rest) = input.split_first().unwrap_or((&0, &[]));
        let mut lines = rest.split(|byte| *byte == b'\n');
        let mut line = || lines.next().unwrap_or_default();
        let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        let has = |bit: u8| flags >> bit & 1 == 1;
        Self {
            name: text(line()),
            value: line().to_vec(),
            path: has(0).then(|| text(line())),
            domain: has(1).then(|| text(line())),
            max_age: has(2).then(|| text(line()).parse().unwrap_or_default()),
            expires: has(3).then(|| text(line()).parse().unwrap_or_default()),
            is_secure: has(4),
            is_http_only: has(5),
            same_site: match flags >> 6 {
                0 => None,
                1 => Some(SameSite::Lax),
                2 => Some(SameSite::Strict),
                _ => Some(SameSite::None),
            },
        }
    }

    pub(crate) fn cookie(&self) -> Result<Cookie<'_>, Misuse> {
        let mut cookie = Cookie::new(&self.name, &self.value)?;
        if let Some(same_site) = self.same_site {
            cookie = cookie.same_site(same_site);
        }
        if let Some(path) = &self.path {
            cookie = cookie.path(path)?;
        }
        if let Some(domain) = &self.domain {
            cookie = cookie.domain(domain)?;
        }
        cookie = self.max_age.map_or(cookie, |seconds| cookie.max_age(seconds));
        cookie = self.expires.map_or(cookie, |seconds| cookie.expires(seconds));
        cookie = if self.is_secure { cookie.secure() } else { cookie };
        Ok(if self.is_http_only { cookie.http_only() } else { cookie })
    }

    /// By the grammar of RFC 6265 §4.1.1, and of the names that promise something (rfc6265bis
    /// §4.1.3).
    pub(crate) fn is_valid(&self) -> bool {
        let is_graphic = |text: &[u8], but: &[u8]| {
            text.iter().all(|byte| byte.is_ascii_graphic() && !but.contains(byte))
        };
        let is_path = |path: &String| {
            path.starts_with('/')
                && path.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
                && (!self.is_host() || path == "/")
        };
        let is_domain = |domain: &String| {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            !domain.is_empty() && domain.bytes().all(is_name) && !self.is_host()
        };
        !self.name.is_empty()
            && is_graphic(self.name.as_bytes(), b"\"(),/:;<=>?@[\\]{}")
            && is_graphic(&self.value, b"\",;\\")
            && self.path.as_ref().is_none_or(is_path)
            && self.domain.as_ref().is_none_or(is_domain)
    }

    fn is_host(&self) -> bool {
        self.name.to_ascii_lowercase().starts_with("__host-")
    }

    /// The crate reads in the answer what was wished for.
    pub(crate) fn compare(&self, theirs: &Theirs<'_>) {
        assert_eq!((theirs.name(), theirs.value().as_bytes()), (&*self.name, &*self.value));
        let path = if self.is_host() { Some("/") } else { self.path.as_deref() };
        assert_eq!(theirs.path(), path.map(str::trim));
        // It takes the dot off that means nothing any more (RFC 6265 §4.1.2.3).
        let domain = self.domain.as_deref().map(|name| name.strip_prefix('.').unwrap_or(name));
        assert_eq!(theirs.domain().unwrap_or_default(), domain.unwrap_or_default());
        let seconds = theirs.max_age().map(cookie::time::Duration::whole_seconds);
        assert_eq!(seconds, self.max_age.map(i64::from));
        let expires = theirs.expires_datetime().map(OffsetDateTime::unix_timestamp);
        assert_eq!(expires, self.expires.map(|at| at.min(LAST_SECOND) as i64));
        let is_prefixed = self.is_host() || self.name.to_ascii_lowercase().starts_with("__secure-");
        let is_secure = self.is_secure || is_prefixed || self.same_site == Some(SameSite::None);
        assert_eq!(theirs.secure().unwrap_or_default(), is_secure);
        assert_eq!(theirs.http_only().unwrap_or_default(), self.is_http_only);
        let same_site = self.same_site.map(|same_site| format!("{same_site:?}"));
        assert_eq!(theirs.same_site().map(|same_site| same_site.to_string()), same_site);
    }
}

/// What cannot be a cookie is left out.
impl Lines for Wish {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        if let Ok(cookie) = self.cookie() {
            cookie.put(status, to);
        }
    }
}
