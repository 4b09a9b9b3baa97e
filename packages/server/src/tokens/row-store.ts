/**
 * The columns of the token table: rows of a fixed width in segments of typed arrays. A segment more is all that
 * growing costs, where doubled arrays would need three times their memory while they are copied. Nothing here knows
 * what a row means.
 */

/** Rows of a segment. */
const SEGMENT_BITS = 16;
const SEGMENT_ROWS = 2 ** SEGMENT_BITS;
const WITHIN = SEGMENT_ROWS - 1;

/** 32-bit words of a row; even, so that a column of doubles over the same memory is aligned. */
const ROW_WORDS = 14;

interface Segment {
  readonly words: Uint32Array;
  /** The same memory: word 2n and the one after it are double n. */
  readonly doubles: Float64Array;
}

export class RowStore {
  readonly #segments: Segment[] = [];

  /** Rows there is room for. */
  get capacity(): number {
    return this.#segments.length * SEGMENT_ROWS;
  }

  /** Room for one segment of rows more, all zero. */
  grow(): void {
    // Left untouched on purpose: the system gives zeroed memory page by page, as rows are written.
    const buffer = new ArrayBuffer(SEGMENT_ROWS * ROW_WORDS * Uint32Array.BYTES_PER_ELEMENT);
    this.#segments.push({ words: new Uint32Array(buffer), doubles: new Float64Array(buffer) });
  }

  word(row: number, column: number): number {
    return cell(this.#segment(row).words, (row & WITHIN) * ROW_WORDS + column);
  }

  setWord(row: number, column: number, value: number): void {
    this.#segment(row).words[(row & WITHIN) * ROW_WORDS + column] = value;
  }

  /** `column` is the first of the two words that a double takes. */
  double(row: number, column: number): number {
    return cell(this.#segment(row).doubles, ((row & WITHIN) * ROW_WORDS + column) >>> 1);
  }

  setDouble(row: number, column: number, value: number): void {
    this.#segment(row).doubles[((row & WITHIN) * ROW_WORDS + column) >>> 1] = value;
  }

  #segment(row: number): Segment {
    const segment = this.#segments[row >>> SEGMENT_BITS];
    if (segment === undefined) throw new RangeError('token table: row out of range');
    return segment;
  }
}

/** An element that has to be there. */
export function cell(array: Uint32Array | Float64Array, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError('token table: index out of range');
  return value;
}
