/** The command line's parts, for those who want them without the command line. */
export { type AudioFile, decodeAudioFile, readAudioFile } from './audio-file.ts';
export { paintCartoon } from './cartoon-picture.ts';
export { type ContactSheetOptions, contactSheet, type SheetPicture } from './contact-sheet.ts';
export { CommandError, type CommandErrorReason } from './errors.ts';
export { type CommandOutputs, type FaceCommandOptions, faceCommand } from './face-command.ts';
export type { FaceLine } from './face-line.ts';
export { averageReadings, chooseWindows, readVoice, voicedPcm } from './face-reading.ts';
export { DIGITAL_SOURCE_TYPE, generatedXmp } from './generated-mark.ts';
export { loadFaceDecoder, loadModels, loadPuppetAssets, type Models, type PuppetAssets } from './model-files.ts';
export { DEFAULT_MODELS_FOLDER } from './models-folder.ts';
export { pictureNames } from './picture-names.ts';
export { PortraitPainter } from './portrait.ts';
export { type SheetCommandOptions, sheetCommand } from './sheet-command.ts';
