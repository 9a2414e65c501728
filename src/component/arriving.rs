//! A body that arrives in pieces.

/// A body of unknown length is kept in blocks of this size.
const BLOCK_BYTES: usize = 128 * 1024;

/// A body on its way. Where its length is known, all of it is reserved as soon
/// as something comes, and it is never moved: memory that nothing is written to
/// costs the host nothing. Where it is not known, it is kept in blocks and
/// joined once, instead of being moved again and again into ever larger memory.
pub struct Arriving {
    blocks: Vec<Vec<u8>>,
    first_bytes: usize,
    left: usize,
    truncated: bool,
}

impl Arriving {
    pub fn announced(length: Option<usize>, limit: usize) -> Self {
        Self {
            blocks: Vec::new(),
            first_bytes: length.unwrap_or(BLOCK_BYTES).min(limit),
            left: limit,
            truncated: false,
        }
    }

    /// Adds a piece, as much of it as the limit allows.
    pub fn add(&mut self, piece: &[u8]) {
        let (mut piece, beyond) = piece.split_at(piece.len().min(self.left));
        self.truncated = !beyond.is_empty();
        self.left -= piece.len();
        while !piece.is_empty() {
            match self.blocks.last_mut() {
                Some(block) if block.len() < block.capacity() => {
                    let room = block.capacity() - block.len();
                    let (now, later) = piece.split_at(piece.len().min(room));
                    block.extend_from_slice(now);
                    piece = later;
                }
                Some(_) => self.blocks.push(Vec::with_capacity(BLOCK_BYTES)),
                None => self
                    .blocks
                    .push(Vec::with_capacity(self.first_bytes.max(1))),
            }
        }
    }

    /// Whether there was more than the limit allows.
    pub const fn is_cut(&self) -> bool {
        self.truncated
    }

    /// All of it. Each block is freed once it is copied.
    pub fn joined(mut self) -> Vec<u8> {
        if self.blocks.len() > 1 {
            let length = self.blocks.iter().map(Vec::len).sum();
            let mut joined = Vec::with_capacity(length);
            for block in self.blocks {
                joined.extend_from_slice(&block);
            }
            return joined;
        }
        let mut whole = self.blocks.pop().unwrap_or_default();
        whole.shrink_to_fit();
        whole
    }
}
