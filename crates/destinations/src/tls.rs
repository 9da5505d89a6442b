//! The words for a certificate that is not trusted: all clients have them from rustls.

/// What rustls says of it, for people: by "peer" it means whoever we connect to.
pub(crate) fn plainly(words: &str) -> String {
    words.replace("invalid peer certificate:", "its certificate is not trusted:")
}
