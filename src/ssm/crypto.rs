//! Encryption of a session whose account demands it: AES-256-GCM with one key for each direction, a fresh nonce in
//! front of every payload, no further data. Keys come from KMS and never leave this file in the clear.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// How many bytes of key KMS is asked for: both directions'.
pub const KEY_BYTES: usize = 64;

/// A key as KMS gives it: in the clear for us, and sealed for the agent.
pub struct DataKey {
    /// The key itself.
    pub plain: Zeroizing<Vec<u8>>,
    /// The same, for the agent to have decrypted.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// Both directions' keys.
pub struct Cipher {
    opens: LessSafeKey,
    seals: LessSafeKey,
    random: SystemRandom,
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// Our side: the first half opens what the agent sends, the second seals what we send. `None` if the key is not
    /// of [`KEY_BYTES`].
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        let (opens, seals) = key.split_at_checked(KEY_BYTES / 2)?;
        let half = |bytes: &[u8]| UnboundKey::new(&AES_256_GCM, bytes).ok().map(LessSafeKey::new);
        Some(Self { opens: half(opens)?, seals: half(seals)?, random: SystemRandom::new() })
    }

    /// Encrypts. `None` only if the system has no randomness.
    #[must_use]
    pub fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).ok()?;
        let mut body = plain.to_vec();
        self.seals.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body).ok()?;
        Some([nonce.as_slice(), &body].concat())
    }

    /// Decrypts; `None` if it was not sealed by the agent's key.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.opens.open_in_place(nonce, Aad::empty(), &mut body).ok()?.len();
        body.truncate(plain);
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cipher, KEY_BYTES};

    fn pair() -> (Cipher, Cipher) {
        let key: Vec<u8> = (0u8..64).collect();
        let turned = [&key[32..], &key[..32]].concat();
        (Cipher::new(&key).expect("a key"), Cipher::new(&turned).expect("a key"))
    }

    #[test]
    fn what_one_seals_only_the_other_opens() {
        let (ours, agents) = pair();
        let sealed = ours.seal(b"ls\r").expect("sealed");
        assert_eq!(sealed.len(), 12 + 3 + 16);
        assert_eq!(agents.open(&sealed).as_deref(), Some(&b"ls\r"[..]));
        assert_eq!(ours.open(&sealed), None);
        assert_ne!(ours.seal(b"ls\r"), Some(sealed), "never the same nonce");
    }

    #[test]
    fn damage_and_short_input_are_noticed() {
        let (ours, agents) = pair();
        let mut sealed = ours.seal(b"").expect("sealed");
        assert_eq!(agents.open(&sealed).as_deref(), Some(&b""[..]));
        for length in 0..sealed.len() {
            assert_eq!(agents.open(&sealed[..length]), None);
        }
        sealed[20] ^= 1;
        assert_eq!(agents.open(&sealed), None);
        assert!(Cipher::new(&[0; KEY_BYTES - 1]).is_none() && Cipher::new(&[0; 10]).is_none());
    }

    #[test]
    fn a_known_answer() {
        // AES-256-GCM, all-zero key, nonce and 16-byte plaintext: test case 14 of the GCM specification.
        let agents = Cipher::new(&[0; KEY_BYTES]).expect("a key");
        let text = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
        let body: Vec<u8> =
            (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect();
        assert_eq!(agents.open(&[vec![0; 12], body].concat()), Some(vec![0; 16]));
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", pair().0), "Cipher(…)");
    }
}
