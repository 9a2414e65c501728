//! The one TLS configuration of a network, shared by all its connections.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::CertificateResult;

use super::{NetworkError, Origin};

/// How many servers' sessions are kept, to resume them without a full
/// handshake. A network has a handful of origins.
const SESSIONS: usize = 64;

/// The protocols that are offered, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Certificate authorities in PEM, and where they come from.
#[derive(Clone)]
pub(super) enum Authorities {
    File(PathBuf),
    Pem(Vec<u8>),
}

/// Trusts the platform's roots and these authorities. The roots must be there for
/// whatever is not on loopback; a simulator, with its own authority or with no
/// TLS at all, runs where there are none.
pub(super) fn config(
    allowed: &BTreeSet<Origin>,
    authorities: &[Authorities],
) -> Result<ClientConfig, NetworkError> {
    let mut roots = RootCertStore::empty();
    for authorities in authorities {
        add(&mut roots, authorities)?;
    }
    if allowed.iter().any(Origin::is_https) {
        let added = add_platform(&mut roots, rustls_native_certs::load_native_certs());
        let is_simulated = allowed.iter().all(Origin::is_loopback);
        if roots.is_empty() || !is_simulated {
            added?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetworkError::Tls(error.to_string()))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(config)
}

/// The platform's own. A certificate among them that cannot be parsed is passed
/// over, as platforms keep very old ones. There must be one at the least: an
/// authority that was named vouches for its own servers, not for Atlassian's.
fn add_platform(roots: &mut RootCertStore, found: CertificateResult) -> Result<(), NetworkError> {
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(());
    }
    let causes: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
    Err(NetworkError::Roots(std::io::Error::other(
        if causes.is_empty() {
            "there are none".to_owned()
        } else {
            causes.join(", ")
        },
    )))
}

fn add(roots: &mut RootCertStore, authorities: &Authorities) -> Result<(), NetworkError> {
    let (pem, path) = match authorities {
        Authorities::Pem(pem) => (pem.clone(), None),
        Authorities::File(path) => {
            let read = std::fs::read(path);
            let pem = read.map_err(|error| refused(Some(path), &error.to_string()))?;
            (pem, Some(path.as_path()))
        }
    };
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refused(path, &error.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|error| refused(path, &error.to_string()))?;
        found = true;
    }
    if found {
        Ok(())
    } else {
        Err(refused(
            path,
            "there is no certificate in it (PEM is expected)",
        ))
    }
}

fn refused(path: Option<&Path>, why: &str) -> NetworkError {
    NetworkError::Authority {
        path: path.map(Path::to_owned),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn named() -> RootCertStore {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        let pem = certificate.pem().into_bytes();
        add(&mut roots, &Authorities::Pem(pem)).unwrap();
        roots
    }

    #[test]
    fn a_named_authority_does_not_stand_in_for_the_platform() {
        let refused = add_platform(&mut named(), CertificateResult::default()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the platform's certificate authorities cannot be read: there are none; install its \
             CA bundle, or name one in `SSL_CERT_FILE`"
        );
    }
}
