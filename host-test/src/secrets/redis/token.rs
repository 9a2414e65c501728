//! Something that nothing else is called.

use data_encoding::HEXLOWER;

use super::super::seal::SealError;

pub(super) fn token() -> Result<String, SealError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(SealError::Random)?;
    Ok(HEXLOWER.encode(&random))
}
