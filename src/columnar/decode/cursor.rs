//! Bytes that are taken one after the other.

/// What bytes say, or why they say nothing.
pub type Decoded<T> = Result<T, &'static str>;

/// What remains to be taken.
#[derive(Clone, Copy)]
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// So many bytes.
    pub fn take(&mut self, count: usize) -> Decoded<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    /// Everything that remains.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Whether nothing remains.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte.
    pub fn byte(&mut self) -> Decoded<u8> {
        let (first, rest) = self.0.split_first().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*first)
    }

    /// A length in four bytes, the lowest first.
    pub fn length(&mut self) -> Decoded<usize> {
        let (four, rest) = self.0.split_first_chunk().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*four) as usize)
    }

    /// A number of up to 64 bits, seven in a byte, the lowest first.
    pub fn varint(&mut self) -> Decoded<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number is too large")
    }

    /// The same for a number that counts something.
    pub fn count(&mut self) -> Decoded<usize> {
        usize::try_from(self.varint()?).map_err(|_| "a number is too large")
    }

    /// A signed number, whose lowest bit is its sign.
    pub fn zigzag(&mut self) -> Decoded<i64> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}
