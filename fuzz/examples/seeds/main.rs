//! Writes the seed corpora: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.
//!
//! The choices of an input come first, in the bytes that `arbitrary` reads them from; its text comes last, as it is. So a seed
//! is written here as a list of parts, and can be read in a hex dump.

mod addresses;
mod keys;
mod requests;
mod schemes;
mod voyado;

use std::{error::Error, fs, io, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    requests::head()?;
    keys::signature_list()?;
    addresses::forwarded()?;
    addresses::networks()?;
    keys::header_token()?;
    keys::secrets()?;
    keys::decryption()?;
    voyado::events()?;
    voyado::envelope()?;
    voyado::soft_identification()?;
    requests::layer()?;
    schemes::scheme()?;
    schemes::explain()?;
    Ok(())
}

fn choice(variant: u64, variants: u64) -> [u8; 4] {
    let number = (variant << 32).div_ceil(variants);
    let [bytes @ .., _, _, _, _] = number.to_le_bytes();
    bytes
}

fn seed(target: &str, name: &str, parts: &[&[u8]]) -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    fs::create_dir_all(&directory)?;
    fs::write(directory.join(name), parts.concat())
}
