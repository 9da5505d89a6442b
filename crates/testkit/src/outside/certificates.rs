//! Certificates of a private authority, made when a test runs, so that none is kept and none expires.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// An authority that nobody knows. Everything here panics if it cannot be done.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: String,
}

impl Authority {
    /// A new one, with a key of its own.
    #[expect(
        clippy::new_without_default,
        reason = "each is another one, which a default is not expected to be"
    )]
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::default();
        // No two have the same name: one with the right name and another key would be taken for a forger.
        let name = format!("An authority of tests, {:?}", key.public_key_raw());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = params.self_signed(&key).expect("a certificate can be signed");
        Self {
            root: root.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Its own certificate, PEM: for whoever is to trust it.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// A key, and a certificate of it for these names and addresses: one PEM, for a server.
    pub fn identity(&self, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(names).expect("names and addresses");
        let signed = params
            .signed_by(&key, &self.issuer)
            .expect("a certificate can be signed");
        key.serialize_pem() + &signed.pem()
    }
}
