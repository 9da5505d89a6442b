//! Keys are tuples of parts; each part has a fixed width and an order-preserving form.

use crate::digest::Digest;
use crate::engine::Key;
use model::{Class, DataflowNo, DatasetId, ExportSeq, JobNo, ProfileId, Timestamp};

/// A part of a key, or a whole key.
pub(crate) trait Part: Sized {
    /// Appends its bytes.
    fn write(&self, out: &mut Key);
    /// Reads itself from the front of `bytes` and leaves the rest there.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

macro_rules! big_endian {
    ($($part:ty, $width:ty, $to:expr, $from:expr;)*) => { $(
        impl Part for $part {
            fn write(&self, out: &mut Key) {
                let number: $width = $to(self);
                out.extend(&number.to_be_bytes());
            }
            fn read(bytes: &mut &[u8]) -> Option<Self> {
                let (head, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                $from(<$width>::from_be_bytes(*head))
            }
        }
    )* };
}

// A signed number sorts as bytes once its sign bit is turned over.
const SIGN: u64 = 1 << 63;

big_endian! {
    u64, u64, |n: &u64| *n, Some;
    ProfileId, u64, |p: &ProfileId| p.to_bits(), |n| Some(Self::from_bits(n));
    ExportSeq, u64, |s: &ExportSeq| s.0, |n| Some(Self(n));
    JobNo, u64, |j: &JobNo| j.0, |n| Some(Self(n));
    DataflowNo, u32, |d: &DataflowNo| d.0, |n| Some(Self(n));
    Timestamp, u64, |t: &Timestamp| t.millis().cast_unsigned() ^ SIGN,
        |n: u64| Some(Self::from_millis((n ^ SIGN).cast_signed()));
    Digest, u128, |d: &Digest| u128::from_be_bytes(d.0), |n: u128| Some(Self(n.to_be_bytes()));
    Class, u8, |c: &Class| match c { Class::Live => 0, Class::Bulk => 1 },
        |n| match n { 0 => Some(Self::Live), 1 => Some(Self::Bulk), _ => None };
}

impl Part for () {
    fn write(&self, _: &mut Key) {}
    fn read(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

/// Of variable width, so only ever the last part of a key.
impl Part for DatasetId {
    fn write(&self, out: &mut Key) {
        out.extend(self.as_str().as_bytes());
    }
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(std::mem::take(bytes)).ok()?;
        Self::new(text).ok()
    }
}

macro_rules! tuple {
    ($($part:ident $index:tt),*) => {
        impl<$($part: Part),*> Part for ($($part,)*) {
            fn write(&self, out: &mut Key) {
                $(self.$index.write(out);)*
            }
            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(bytes)?,)*))
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
