/** The offline brain: rules and a search over a folder of notes, behind an OpenAI-compatible endpoint. */
export { Brain, type Turn } from './brain.js';
export { createBrainEndpoint, MODEL, type EndpointOptions } from './endpoint.js';
export type { Surroundings } from './intents.js';
export { Knowledge, type Found } from './knowledge.js';
export { passagesOf, type Passage } from './passages.js';
