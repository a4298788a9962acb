//! Columns of texts with a dictionary, to pages. The `parquet` crate would look up every row's text and compare it with the
//! least and the greatest, which takes ten times as long as writing the codes that rows have already.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::dictionary::{NULL, TextColumn};

/// A page has at most so many rows.
const PAGE_ROWS: usize = 1 << 16;
/// A value that comes so often in a row is written once. Others are packed, so many at a time.
const GROUP: usize = 8;

/// What was written so far.
struct Pages<'w> {
    writer: SerializedPageWriter<'w, Vec<u8>>,
    level: i32,
    packed: i64,
    unpacked: i64,
}

impl Pages<'_> {
    /// Packs a page and writes it.
    fn add(&mut self, bytes: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<PageWriteSpec, ParquetError> {
        let packed = zstd::bulk::compress(bytes, self.level)?;
        let written = self.writer.write_page(CompressedPage::new(page(packed.into()), bytes.len()))?;
        self.packed += written.compressed_size as i64;
        self.unpacked += written.uncompressed_size as i64;
        Ok(written)
    }
}

/// Writes a column to pages, packed at that level of zstd. Its values are written in the order of their first use.
pub fn write(
    column: ColumnDescPtr,
    values: &TextColumn,
    level: i32,
    out: &mut TrackedWrite<Vec<u8>>,
) -> Result<ColumnCloseResult, ParquetError> {
    let (texts, codes) = used(values);
    let nullable = column.max_def_level() > 0;
    let width = u32::BITS - (texts.len() as u32).saturating_sub(1).leading_zeros();
    let mut pages = Pages { writer: SerializedPageWriter::new(out), level, packed: 0, unpacked: 0 };
    let num_values = texts.len() as u32;
    let page = |buf| Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
    let dictionary_offset = pages.add(&plain(&texts), page)?.offset;
    let mut offsets = OffsetIndexBuilder::new();
    let mut data_offset = None;
    for codes in codes.chunks(PAGE_ROWS) {
        let page = |buf| Page::DataPage {
            buf,
            num_values: codes.len() as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let mut bytes = if nullable { levels(codes) } else { Vec::new() };
        data(codes, width, &mut bytes);
        let written = pages.add(&bytes, page)?;
        data_offset.get_or_insert(written.offset);
        offsets.append_row_count(codes.len() as i64);
        offsets.append_offset_and_size(written.offset as i64, written.compressed_size as i32);
    }
    let Pages { mut writer, packed, unpacked, .. } = pages;
    writer.close()?;
    let nulls = codes.iter().filter(|code| **code == NULL).count() as u64;
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(level)?))
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_total_compressed_size(packed)
        .set_total_uncompressed_size(unpacked)
        .set_num_values(codes.len() as i64)
        .set_dictionary_page_offset(Some(dictionary_offset as i64))
        .set_data_page_offset(data_offset.unwrap_or(dictionary_offset) as i64)
        .set_statistics(Statistics::byte_array(None, None, None, Some(nulls), false))
        .build()?;
    Ok(ColumnCloseResult {
        bytes_written: packed as u64,
        rows_written: codes.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: Some(offsets.build()),
    })
}

/// Texts one after the other, each with its length before it.
fn plain(texts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// The texts that rows have, in the order of their first use, and the code of every row among these.
fn used(column: &TextColumn) -> (Vec<&str>, Vec<u32>) {
    let mut new = vec![NULL; column.values().len()];
    let mut texts = Vec::new();
    let code = |code: &u32| {
        let Some(new) = new.get_mut(*code as usize) else {
            return NULL;
        };
        if *new == NULL {
            *new = texts.len() as u32;
            texts.extend(column.values().get(*code));
        }
        *new
    };
    let codes = column.codes().iter().map(code).collect();
    (texts, codes)
}

/// Which rows have a value, with how many bytes say so.
fn levels(codes: &[u32]) -> Vec<u8> {
    let levels: Vec<_> = codes.iter().map(|code| u32::from(*code != NULL)).collect();
    let mut packed = Vec::new();
    hybrid(&levels, 1, &mut packed);
    [&(packed.len() as u32).to_le_bytes(), &*packed].concat()
}

/// The codes of those that have a value.
fn data(codes: &[u32], width: u32, out: &mut Vec<u8>) {
    out.push(width as u8);
    let present: Vec<_> = codes.iter().copied().filter(|code| *code != NULL).collect();
    hybrid(&present, width, out);
}

/// Numbers of `width` bits as runs of the same one, and packed bits for others.
fn hybrid(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    let mut packed = 0..0;
    while packed.end < numbers.len() {
        let rest = &numbers[packed.end..];
        let run = rest.iter().take_while(|number| **number == rest[0]).count();
        if run < GROUP {
            packed.end = (packed.end + GROUP).min(numbers.len());
            continue;
        }
        pack(&numbers[packed.clone()], width, out);
        count(run << 1, out);
        out.extend_from_slice(&rest[0].to_le_bytes()[..width.div_ceil(8) as usize]);
        packed = packed.end + run..packed.end + run;
    }
    pack(&numbers[packed], width, out);
}

/// Numbers one after the other, the lowest bit first, in groups of which the last one is filled up.
fn pack(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    count(groups << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    let (mut buffer, mut bits) = (0_u64, 0);
    for number in numbers {
        buffer |= u64::from(*number) << bits;
        bits += width;
        if bits >= u32::BITS {
            out.extend_from_slice(&(buffer as u32).to_le_bytes());
            (buffer, bits) = (buffer >> u32::BITS, bits - u32::BITS);
        }
    }
    out.extend_from_slice(&buffer.to_le_bytes());
    // What was not filled is zero, and so is the end of the last group.
    out.resize(end, 0);
}

/// A number of any size, seven bits at a time.
fn count(mut number: usize, out: &mut Vec<u8>) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
