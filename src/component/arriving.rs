//! A body that arrives in pieces.

/// A body of unknown length is kept in blocks of this size, and read in pieces
/// of it: that keeps the calls few and the copies small.
const BLOCK_BYTES: usize = 128 * 1024;

/// A piece of at least this length is kept as it came, and not copied into a
/// block.
const LARGE_PIECE_BYTES: usize = BLOCK_BYTES / 2;

/// A body on its way. Where its length is known, all of it is reserved as soon
/// as something comes, and it is never moved: memory that nothing is written to
/// costs the host nothing. Where it is not known, it is kept in blocks and
/// joined once, instead of being moved again and again into ever larger memory.
/// A piece that is all of it is taken as it came.
pub struct Arriving {
    announced: Option<usize>,
    blocks: Vec<Vec<u8>>,
    left: usize,
    truncated: bool,
}

impl Arriving {
    pub fn announced(length: Option<usize>, limit: usize) -> Self {
        Self {
            announced: length.map(|length| length.min(limit)),
            blocks: Vec::new(),
            left: limit,
            truncated: false,
        }
    }

    /// Adds a piece, as much of it as the limit allows.
    pub fn add(&mut self, mut piece: Vec<u8>) {
        self.truncated = piece.len() > self.left;
        piece.truncate(self.left);
        self.left -= piece.len();
        match self.announced {
            Some(length) if self.blocks.is_empty() && piece.len() >= length => {
                self.blocks.push(piece);
            }
            None if piece.len() >= LARGE_PIECE_BYTES => self.blocks.push(piece),
            _ => self.copy(&piece),
        }
    }

    fn copy(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            match self.blocks.last_mut() {
                Some(block) if block.len() < block.capacity() => {
                    let room = block.capacity() - block.len();
                    let (now, later) = piece.split_at(piece.len().min(room));
                    block.extend_from_slice(now);
                    piece = later;
                }
                Some(_) => self.blocks.push(Vec::with_capacity(BLOCK_BYTES)),
                None => {
                    let length = self.announced.unwrap_or(BLOCK_BYTES).max(1);
                    self.blocks.push(Vec::with_capacity(length));
                }
            }
        }
    }

    /// How much is worth reading at once: the rest, where that is known.
    pub fn wanted(&self) -> u64 {
        let rest = self.announced.map_or(BLOCK_BYTES, |length| {
            let here = self.blocks.iter().map(Vec::len).sum();
            length.saturating_sub(here)
        });
        rest.max(BLOCK_BYTES) as u64
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
