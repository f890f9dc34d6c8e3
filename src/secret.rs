//! Secrets as they may be shown: enough to tell one from another, and no more.
//!
//! **Invariant:** what leaves here cannot be turned back into a secret, and the same secret always looks the same, so that
//! two calls with one token can be seen to be of one client.

/// How many letters of a secret are shown.
const SHOWN_CHARS: usize = 4;

/// A secret of at least so many letters shows how it begins; of a shorter one that would be too much of it.
const SHOWN_OF_CHARS_MIN: usize = 12;

/// What stands in place of a password: people choose them, and a digest of what people choose can be guessed.
pub const HIDDEN: &str = "***";

/// The longest name that is looked at, in bytes; of a longer one its end counts.
const NAME_BYTES_MAX: usize = 64;

/// A token or key without its secret: how it begins, and 32 bits of its FNV-1a digest, `acme…#1f0c33d2`.
pub fn masked(secret: &str) -> String {
    let fnv = |digest: u32, byte: u8| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let digest = secret.bytes().fold(0x811c_9dc5, fnv);
    let is_long = secret.chars().nth(SHOWN_OF_CHARS_MIN - 1).is_some();
    let begins = secret.char_indices().nth(SHOWN_CHARS).filter(|_| is_long).map_or(0, |(at, _)| at);
    let mut masked = String::with_capacity(begins + "…#01234567".len());
    masked.push_str(&secret[..begins]);
    masked.push_str("…#");
    // Each call comes here, some twice: a formatter takes five times as long.
    let digits = (0..8).rev().filter_map(|place| char::from_digit(digest >> (4 * place) & 0xf, 16));
    masked.extend(digits);
    masked
}

/// Whether a field, header or parameter of this name holds a secret, going by its name.
pub fn is_secret_name(name: &str) -> bool {
    let mut buffer = [0; NAME_BYTES_MAX];
    let name = plain(name, &mut buffer);
    // Tokens of pages are no secrets, and whoever looks for a mistake wants to see them.
    let is_token = name.ends_with(b"token") && !holds(name, b"page") && !name.starts_with(b"next");
    is_token || (0..name.len()).any(|at| is_password_at(&name[at..]) || is_key_at(&name[at..]))
}

/// Whether it holds a password.
pub fn is_password_name(name: &str) -> bool {
    let mut buffer = [0; NAME_BYTES_MAX];
    let name = plain(name, &mut buffer);
    (0..name.len()).any(|at| is_password_at(&name[at..]))
}

/// A name in lower case, without `-` and `_`.
fn plain<'b>(name: &str, buffer: &'b mut [u8; NAME_BYTES_MAX]) -> &'b [u8] {
    let from = name.len().saturating_sub(NAME_BYTES_MAX);
    let mut length = 0;
    for byte in name.bytes().skip(from).filter(|byte| !matches!(byte, b'-' | b'_')) {
        buffer[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    &buffer[..length]
}

fn holds(name: &[u8], part: &[u8]) -> bool {
    name.windows(part.len()).any(|window| window == part)
}

/// Whether a part of a name says that a password is behind it. By first letters: every header of every call comes here.
fn is_password_at(part: &[u8]) -> bool {
    part[0] == b'p' && [&b"password"[..], b"passwd", b"passphrase"].iter().any(|word| part.starts_with(word))
}

/// Whether it says that another secret is.
fn is_key_at(part: &[u8]) -> bool {
    match part[0] {
        b'a' => [&b"apikey"[..], b"authorization", b"assertion"].iter().any(|word| part.starts_with(word)),
        b'p' => part.starts_with(b"privatekey"),
        b's' => part.starts_with(b"secret"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_password_name, is_secret_name, masked};

    #[test]
    fn a_masked_secret_tells_itself_from_others_and_not_what_it_is() {
        assert_eq!(masked("acme-api-token"), masked("acme-api-token"));
        assert_ne!(masked("acme-api-token"), masked("acme-scim-token"));
        assert!(masked("acme-api-token").starts_with("acme…#"));
        assert!(masked("hunter2").starts_with("…#"));
    }

    #[test]
    fn a_secret_is_known_by_the_name_it_is_under() {
        for name in ["password", "newPassword", "client_secret", "X-Api-Key", "accessToken", "Authorization"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        assert!(is_secret_name("urn:ietf:params:scim:schemas:core:2.0:User:passWord"));
        for name in ["key", "userName", "nextPageToken", "token_type", "Idempotency-Key", "passage", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(is_password_name("NEW_PASSWORD") && !is_password_name("client_secret"));
    }
}
