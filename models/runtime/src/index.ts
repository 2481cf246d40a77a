/** The door of @timbre/models. */
export {
  DIFFUSE_RANGE,
  decodeDiffuse,
  decodeHighlight,
  HIGHLIGHT_RANGE,
  hexColour,
  type LinearColour,
  linearColour,
  mixColours,
  skinTone,
  toneGloss,
  toneLift,
} from './colour.ts';
export {
  type FaceDecoderContract,
  MODEL_CONTRACT_VERSION,
  type ModelContract,
  type ProbesContract,
  parseContract,
  type VerifyWeightsOptions,
  type VoiceEncoderContract,
  verifyWeights,
} from './contract.ts';
export { ModelError, type ModelErrorReason } from './errors.ts';
export { EXPRESSIONS, type Expression, type ExpressionWeights } from './expressions.ts';
export {
  averageFaceCode,
  blendFaceCodes,
  FACE_CODE_BYTES,
  FACE_CODE_LENGTH,
  type FaceCode,
  faceCodeDistance,
  faceCodeFromBytes,
  faceCodeToBytes,
  leanFaceCode,
  tameFaceCode,
} from './face-code.ts';
export { FaceDecoder, type FaceDecoderOptions } from './face-decoder.ts';
export {
  type Layer,
  type LayerIndex,
  type LayerKind,
  type LayerPaint,
  layersForStyle,
  parseLayerIndex,
  type StyleLayers,
} from './layers-index.ts';
export type { CreateTensor, ModelSession } from './model-session.ts';
export { type CatchLight, glassesQuad, type Quad } from './pose-sprites.ts';
export { type Strip, stripTriangles } from './pose-strips.ts';
export { FACE_SHAPES, type FaceShape, type Probes, parseProbes } from './probes.ts';
export { blendPuppets, type Puppet } from './puppet.ts';
export {
  LANDMARK_GROUPS,
  type LandmarkGroup,
  type PuppetMesh,
  parsePuppetMesh,
  type Rim,
  type SpriteBox,
} from './puppet-mesh.ts';
export {
  BACKGROUND_GRADIENT,
  CATCH_LIGHT_GRADIENT,
  type GradientStop,
  gradientAt,
  LASH_GRADIENT,
  LASH_OPACITY,
  LOWER_LIP_SHADOW_OPACITY,
  LOWER_TEETH_TINT,
  MOUTH_COLOUR,
  SHADOW_GRADIENT,
  TONGUE_TINT,
  UPPER_TEETH_TINT,
} from './puppet-paint.ts';
export { type Pose, type PosedPuppet, PuppetPoser } from './puppet-pose.ts';
export { type DrawPuppetOptions, drawPuppet } from './puppet-raster.ts';
export { SpeechGate, type SpeechGateOptions } from './speech-gate.ts';
export { SpeechWindow } from './speech-window.ts';
export { type PuppetStyle, styleFromSeed, TONES } from './style.ts';
export type { Texture } from './texture.ts';
export { SPEECH_BLOCK_SAMPLES, type SpeechBlock, VoiceActivity, type VoiceActivityOptions } from './voice-activity.ts';
export { VoiceEncoder, type VoiceEncoderOptions, type VoiceReading } from './voice-encoder.ts';
