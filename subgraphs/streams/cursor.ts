import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { TributaryError } from '../../platform/errors.ts';
import type { KeyRing } from './keys.ts';
import type { Position } from './position.ts';
import { digestScope, type Scope, scopeBytes } from './scope.ts';

/*
 * A cursor is the base64url text of
 *
 *   version      1 byte, 1
 *   key id       1 byte of length, then ASCII
 *   stream       1 byte of length, then UTF-8
 *   scope        8 bytes, see scope.ts
 *   position     count of partitions, then the next offset of each, as LEB128 varints
 *   mark         a varint, of streams that keep a number beside their position; else nothing
 *   signature    first 16 bytes of the HMAC-SHA-256 of all before it
 *
 * The scope lies inside what is signed. So one signature tells both stories apart: it does not fit when the cursor
 * was edited, and it fits but the scope is another when the cursor was moved.
 */
const version = 1;
const signatureBytes = 16;
const receiptScope: Scope = { field: 'receipt' };

/** Makes cursors out of positions, and positions out of cursors that this installation has signed. */
export class Cursors {
  readonly #keys: KeyRing;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** The encoder of one subscription. */
  encoder(stream: string, scope: Scope): (position: Position, mark?: number) => string {
    const { signing, secrets } = this.#keys;
    const secret = secrets.get(signing)!;
    const name = Buffer.from(stream);
    const head = Buffer.concat([
      Buffer.from([version, signing.length]),
      Buffer.from(signing, 'ascii'),
      Buffer.from([name.length]),
      name,
      digestScope(scope),
    ]);
    return (position, mark) => {
      const bytes = Buffer.allocUnsafe(head.length + (position.length + 2) * maxVarint + signatureBytes);
      let end = head.copy(bytes);
      end = writeVarint(bytes, end, position.length);
      for (const offset of position) end = writeVarint(bytes, end, offset);
      if (mark !== undefined) end = writeVarint(bytes, end, mark);
      end += sign(secret, bytes.subarray(0, end)).copy(bytes, end);
      return bytes.toString('base64url', 0, end);
    };
  }

  /**
   * The position of a cursor that was made for the same stream and scope.
   * @throws TributaryError CURSOR_INVALID, CURSOR_FOREIGN.
   */
  decode(cursor: string, stream: string, scope: Scope): Position {
    return this.decodeMarked(cursor, stream, scope).position;
  }

  /** As `decode`, with the mark of the cursor, if it has one. */
  decodeMarked(cursor: string, stream: string, scope: Scope): { position: Position; mark: number | undefined } {
    const found = this.#open(cursor);
    if (found.stream !== stream) throw foreign('The cursor belongs to another stream.');
    if (!found.scope.equals(digestScope(scope)))
      throw foreign('The cursor belongs to another field, other filter arguments or another tenant.');
    return { position: found.position, mark: found.mark };
  }

  /** The cursor of a mutation's receipt: a position that is bound to its stream alone. */
  receipt(stream: string, position: Position): string {
    return this.encoder(stream, receiptScope)(position);
  }

  /** @throws TributaryError CURSOR_INVALID, and CURSOR_FOREIGN for a cursor that is not a receipt's. */
  readReceipt(cursor: string): { stream: string; position: Position } {
    const { stream, scope, position } = this.#open(cursor);
    if (!scope.equals(digestScope(receiptScope)))
      throw foreign("The cursor is an event's, not the position of a mutation's receipt.");
    return { stream, position };
  }

  #open(cursor: string): { stream: string; scope: Buffer; position: Position; mark: number | undefined } {
    const bytes = Buffer.from(cursor, 'base64url');
    // Node skips what is not base64url and drops spare bits, so only the one true spelling may pass.
    if (bytes.toString('base64url') !== cursor) throw invalid('The cursor is not base64url.');
    if (bytes.length < 2) throw invalid('The cursor is truncated.');
    if (bytes[0] !== version) throw invalid(`The cursor is of version ${bytes[0]}; this server reads ${version}.`);
    const signed = bytes.subarray(0, -signatureBytes);
    const read = new Reader(signed, 1);
    const keyId = read.text();
    const secret = this.#keys.secrets.get(keyId);
    if (!secret) throw invalid('The cursor was edited, or its key is no longer known.');
    if (!timingSafeEqual(sign(secret, signed), bytes.subarray(-signatureBytes)))
      throw invalid('The cursor was edited or truncated.');
    return { stream: read.text(), scope: read.bytes(scopeBytes), position: read.position(), mark: read.mark() };
  }
}

const invalid = (what: string) =>
  new TributaryError('CURSOR_INVALID', `${what} Use a cursor exactly as it was handed out, or start from \`since\`.`);
const foreign = (what: string) =>
  new TributaryError('CURSOR_FOREIGN', `${what} Use it only where it was handed out, or start from \`since\`.`);

function sign(secret: KeyObject, bytes: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(bytes).digest().subarray(0, signatureBytes);
}

/** 2^53 takes eight groups of seven bits. */
const maxVarint = 8;

function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest >= 0x80) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80); // not `>>> 7`, which keeps only 32 bits
  }
  bytes[end++] = rest;
  return end;
}

/** Reads the parts of a cursor one after the other. */
class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  bytes(count: number): Buffer {
    const start = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) throw invalid('The cursor is truncated.');
    return this.#bytes.subarray(start, this.#at);
  }

  text(): string {
    return this.bytes(this.bytes(1)[0]!).toString();
  }

  position(): Position {
    return Array.from({ length: this.#varint() }, () => this.#varint());
  }

  /** What is left, if anything is. */
  mark(): number | undefined {
    return this.#at < this.#bytes.length ? this.#varint() : undefined;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.bytes(1)[0]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
