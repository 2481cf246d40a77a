/** Avatar messages: what any server that carries Timbre faces must speak, whatever its own call signalling is. */
import * as v from 'valibot';

/** A participant's id: 1 to 64 characters, letters, digits, `-`, `_`, `.` or `@`. */
export const participantId = v.pipe(v.string(), v.regex(/^[\w.@-]{1,64}$/));

/** `#rrggbb`. */
const colour = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/i));
/** The name of a style layer, or '' for none. */
const layerName = v.pipe(v.string(), v.regex(/^[a-z0-9_]{0,40}$/));

/**
 * Everything about a face that the voice must not decide. Chosen by the participant, otherwise drawn from a seed of the
 * participant's id; never from audio.
 *
 * Keys that a receiver doesn't know are left out: styles may gain keys without a new protocol version.
 */
export const style = v.object({
  look: v.picklist(['illustrated', 'initials']),
  /** Skin tone in linear palette position, 0 lightest to 1 darkest. */
  tone: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  hair: layerName,
  hairColour: colour,
  beard: layerName,
  brows: layerName,
  browColour: colour,
  eyes: layerName,
  clothes: layerName,
  clothesColour: colour,
  /** Missing is none; a name that a receiver's layers don't have is none there. */
  glasses: v.optional(layerName),
  /** Inner and outer colour of the background's radial gradient. */
  background: v.strictTuple([colour, colour]),
});
export type Style = v.InferOutput<typeof style>;

/** A face code as it travels: bytes whose meaning `contract` (the model contract's version) fixes. At most 1 KiB. */
export const wireFaceCode = v.strictObject({
  contract: v.pipe(v.number(), v.integer(), v.minValue(1)),
  bytes: v.pipe(
    v.unknown(),
    // socket.io hands binary to a browser as an ArrayBuffer, to Node as a Buffer (which is a Uint8Array).
    v.transform((input) => (input instanceof ArrayBuffer ? new Uint8Array(input) : input)),
    v.custom<Uint8Array>((input) => input instanceof Uint8Array, 'face code bytes must be a Uint8Array'),
    v.check((bytes) => bytes.byteLength > 0 && bytes.byteLength <= 1024, 'face code must be 1 to 1024 bytes'),
  ),
});
export type WireFaceCode = v.InferOutput<typeof wireFaceCode>;

const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Why listening gave no face: too little speech, too noisy, two voices on one line, or the server has no inference now. */
export const abstentionReason = v.picklist(['no-speech', 'too-noisy', 'two-voices', 'no-inference']);
export type AbstentionReason = v.InferOutput<typeof abstentionReason>;

/**
 * What is known of one participant's avatar.
 *
 *     none -> listening -> forming -> settled
 *       ^         \-> abstained -/       |
 *       \--------- withdrawn <-----------/
 */
export const avatarState = v.variant('state', [
  /** No consent was given (the initial state). */
  v.strictObject({ state: v.literal('none') }),
  /** Consented; no face yet. `progress` is voiced audio heard over what a face needs. */
  v.strictObject({ state: v.literal('listening'), progress: unit, style }),
  /** A provisional code; it leans towards the voice as `confidence` grows. */
  v.strictObject({ state: v.literal('forming'), progress: unit, confidence: unit, code: wireFaceCode, style }),
  /** The face; it doesn't change any more. */
  v.strictObject({ state: v.literal('settled'), confidence: unit, code: wireFaceCode, style }),
  /** Listened, and honestly no face; the tap may still be open. */
  v.strictObject({ state: v.literal('abstained'), reason: abstentionReason, style }),
  /** Consent was withdrawn: forget code and face now. */
  v.strictObject({ state: v.literal('withdrawn') }),
]);
export type AvatarState = v.InferOutput<typeof avatarState>;

/** Server to everyone in the room: one participant's avatar changed. */
export const avatarChanged = v.strictObject({ participantId, avatar: avatarState });
export type AvatarChanged = v.InferOutput<typeof avatarChanged>;
