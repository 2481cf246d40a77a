/**
 * To be imported before `onnxruntime-node`, on the main thread (a Worker's environment is a copy). From version 1.29 on, ONNX
 * Runtime's official builds report sessions and model hashes by default; Timbre reports nothing to anybody.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
