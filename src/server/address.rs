//! Where a door is: written, read and printed.
//!
//! **Invariant:** nothing here opens a socket or looks up a name. `localhost` is known by heart, because a lookup
//! needs files that an image without a shell may not have.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// The start of an address that is a path.
const UNIX: &str = "unix:";

/// What a port is, for the one who wrote another thing.
const PORT: &str = "a port is a number from 0 to 65535";

/// Where the server listens, or where a probe knocks.
///
/// Written as `127.0.0.1:8080`, `[::1]:0` (any free port), `localhost:8080` (the IPv4 loopback), `:8080` (all
/// IPv4 interfaces), `8080` (the IPv4 loopback) or `unix:/run/standin.sock`. [`Display`](fmt::Display) prints a
/// form that reads back as the same address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a port; port 0 asks the system for a free one.
    Tcp(SocketAddr),
    /// A socket file.
    Unix(PathBuf),
}

impl Address {
    /// Where a client on this machine reaches a server that listens here: "all interfaces" is no destination, so
    /// it becomes the loopback.
    pub fn as_destination(&self) -> Self {
        match self {
            Self::Tcp(address) if address.ip().is_unspecified() => {
                let loopback = match address.ip() {
                    IpAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
                    IpAddr::V6(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
                };
                Self::Tcp(SocketAddr::new(loopback, address.port()))
            }
            Self::Tcp(_) | Self::Unix(_) => self.clone(),
        }
    }

    /// Whether other machines may reach a server that listens here.
    pub fn is_beyond_machine(&self) -> bool {
        match self {
            Self::Tcp(address) => !address.ip().is_loopback(),
            Self::Unix(_) => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |why: &'static str, instead: String| AddressError { text: text.into(), why, instead };
        if let Some(path) = text.strip_prefix(UNIX) {
            if path.is_empty() || path.contains('\0') {
                return Err(wrong("it names no file", format!("{UNIX}/run/standin.sock")));
            }
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Tcp(address));
        }
        if let Some((_, rest)) = text.split_once("://") {
            let rest = rest.split('/').next().unwrap_or_default();
            return Err(wrong("an address has no scheme", rest.to_owned()));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some(parts) => parts,
            None if is_number(text) => ("localhost", text),
            None if text.contains('/') => return Err(wrong("it looks like a file", format!("{UNIX}{text}"))),
            None if text.is_empty() => return Err(wrong("it is empty", "127.0.0.1:8080".to_owned())),
            None => return Err(wrong("the port is missing", format!("{text}:8080"))),
        };
        if host.contains(':') && !host.starts_with('[') {
            let (ip, port) = match text.parse::<Ipv6Addr>() {
                Ok(_) => (text, "8080"),
                Err(_) => (host, port),
            };
            return Err(wrong("an IPv6 address stands in brackets", format!("[{ip}]:{port}")));
        }
        let ip = match host {
            "" => Ipv4Addr::UNSPECIFIED,
            "localhost" => Ipv4Addr::LOCALHOST,
            // A good IP address with a good port was read above.
            _ if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() => {
                return Err(wrong(PORT, format!("{host}:8080")));
            }
            _ => {
                let port = if is_number(port) { port } else { "8080" };
                return Err(wrong("no name but localhost is known", format!("127.0.0.1:{port}")));
            }
        };
        match port.parse::<u16>() {
            Ok(number) if is_number(port) => Ok(Self::Tcp((ip, number).into())),
            _ => Err(wrong(PORT, format!("{host}:8080"))),
        }
    }
}

/// A text that is no [`Address`]: what is wrong with it and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError {
    text: Box<str>,
    why: &'static str,
    instead: String,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, why, instead } = self;
        write!(f, "`{text}` is not an address to listen on: {why}; write `{instead}`")
    }
}

impl std::error::Error for AddressError {}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    #[test]
    fn an_address_is_read_and_printed() {
        for (text, printed) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[::1]:0", "[::1]:0"),
            ("localhost:8080", "127.0.0.1:8080"),
            (":8080", "0.0.0.0:8080"),
            ("8080", "127.0.0.1:8080"),
            ("unix:/run/standin.sock", "unix:/run/standin.sock"),
            ("unix:here.sock", "unix:here.sock"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(address), "{text}");
        }
    }

    #[test]
    fn a_wrong_address_says_what_to_write() {
        for (text, why, instead) in [
            ("", "it is empty", "127.0.0.1:8080"),
            ("127.0.0.1", "the port is missing", "127.0.0.1:8080"),
            ("localhost", "the port is missing", "localhost:8080"),
            ("http://127.0.0.1:8080/x", "an address has no scheme", "127.0.0.1:8080"),
            ("::1", "an IPv6 address stands in brackets", "[::1]:8080"),
            ("fe80::1:g", "an IPv6 address stands in brackets", "[fe80::1]:g"),
            ("example.com:80", "no name but localhost is known", "127.0.0.1:80"),
            ("127.0.0.1:65536", PORT, "127.0.0.1:8080"),
            ("127.0.0.1:+1", PORT, "127.0.0.1:8080"),
            ("localhost:+1", PORT, "localhost:8080"),
            ("localhost:http", PORT, "localhost:8080"),
            ("[::1]:", PORT, "[::1]:8080"),
            (":", PORT, ":8080"),
            ("70000", PORT, "localhost:8080"),
            ("/run/standin.sock", "it looks like a file", "unix:/run/standin.sock"),
            ("unix:", "it names no file", "unix:/run/standin.sock"),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!((error.why, error.instead.as_str()), (why, instead), "{text}");
        }
        let error = "127.0.0.1".parse::<Address>().unwrap_err();
        let sentence =
            "`127.0.0.1` is not an address to listen on: the port is missing; write `127.0.0.1:8080`";
        assert_eq!(error.to_string(), sentence);
    }

    #[test]
    fn all_interfaces_are_reached_by_the_loopback() {
        for (listening, destination) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("unix:/a", "unix:/a"),
        ] {
            let listening: Address = listening.parse().unwrap();
            assert_eq!(listening.as_destination().to_string(), destination);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_printed_reads_back(ip in any::<IpAddr>(), port in any::<u16>()) {
            let address = Address::Tcp(SocketAddr::new(ip, port));
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }

        #[test]
        fn no_text_makes_the_reader_fall(text in "\\PC{0,24}|[0-9a-f:.\\[\\]/]{0,24}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
