/** Protocol Buffers wire format (protobuf.dev/programming-guides/encoding), as much of it as writing ONNX needs. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not an unsigned integer: ${value}`);
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = (rest - low) / 128;
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

function tagged(field: number, type: number, ...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat([varint(field * 8 + type), ...parts]);
}

/** An unsigned integer or enum field. */
export function integer(field: number, value: number): Uint8Array {
  return tagged(field, VARINT, varint(value));
}

/** A float field. */
export function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return tagged(field, FIXED_32, bytes);
}

/** A string field. */
export function text(field: number, value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return tagged(field, LENGTH_DELIMITED, varint(bytes.length), bytes);
}

/** A message field of the fields given. */
export function message(field: number, ...fields: Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(fields);
  return tagged(field, LENGTH_DELIMITED, varint(bytes.length), bytes);
}
