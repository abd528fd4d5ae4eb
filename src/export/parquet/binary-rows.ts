/** The signature, the flags and the length of the header's extension, which is empty. */
const HEADER_BYTES = 19;

/** The bytes of each field; null is NULL. */
export type BinaryRow = readonly (Buffer | null)[];

/**
 * Splits the output of COPY in binary format, which arrives in pieces of any length, into rows.
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
 */
export class BinaryRows {
  private rest: Buffer = Buffer.alloc(0);
  private toSkip = HEADER_BYTES;

  /** The rows that end in this piece. Their fields share its memory. */
  *add(piece: Buffer): Generator<BinaryRow> {
    let buffer = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    const skipped = Math.min(this.toSkip, buffer.length);
    this.toSkip -= skipped;
    buffer = buffer.subarray(skipped);
    let at = 0;
    for (let end = endOfRow(buffer, at); end !== null; end = endOfRow(buffer, at)) {
      yield fieldsOf(buffer, at);
      at = end;
    }
    this.rest = buffer.subarray(at);
  }
}

/** Where the row ends that begins at `start`; null if it is incomplete, or the trailer. */
function endOfRow(buffer: Buffer, start: number): number | null {
  if (start + 2 > buffer.length) return null;
  const fields = buffer.readInt16BE(start);
  if (fields < 0) return null;
  let at = start + 2;
  for (let field = 0; field < fields; field++) {
    if (at + 4 > buffer.length) return null;
    at += 4 + Math.max(0, buffer.readInt32BE(at));
  }
  return at > buffer.length ? null : at;
}

function fieldsOf(buffer: Buffer, start: number): BinaryRow {
  const fields: (Buffer | null)[] = new Array<Buffer | null>(buffer.readInt16BE(start));
  let at = start + 2;
  for (let field = 0; field < fields.length; field++) {
    const length = buffer.readInt32BE(at);
    at += 4;
    fields[field] = length < 0 ? null : buffer.subarray(at, at + length);
    at += Math.max(0, length);
  }
  return fields;
}
