import { quietRuntime } from '@visavis/motion/onnx';
import type * as Runtime from 'onnxruntime-node';

/** onnxruntime, loaded when first asked for, and quiet. Rejects where it does not load. */
export function importRuntime(): Promise<typeof Runtime> {
  quietRuntime();
  return import('onnxruntime-node');
}
