/**
 * To be imported before `onnxruntime-node`. From version 1.29 on, ONNX Runtime's official Linux and macOS builds report
 * sessions and model hashes to Microsoft by default, and keep a database in the home folder for it. Timbre reports
 * nothing to anybody; the decision is latched at ONNX Runtime's first use, hence here and not at a call.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
