/**
 * Looks at avatar files without drawing them, for drop zones and tools: `@visavis/client/inspect`. Isomorphic, no I/O.
 * What names mean is decided where rigs are built (../rig), so that a report says what will be seen.
 */
export { inspectAvatar } from './inspect.js';
export { problemsOfDrawing } from './drawing-problems.js';
export { imageSize, type ImageSize } from '../rig/image-size.js';
export type { AvatarReport, Problem, ProblemLevel, ShapeFacts, TextureFacts, Verdict } from './report.js';
export { sniff, type FileKind } from './sniff.js';
